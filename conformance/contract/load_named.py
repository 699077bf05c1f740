"""What files of the contract name: builds and deviations that must be known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.contract.contract import ContractError
from conformance.contract.deviation import Deviation
from conformance.contract.settings import Build


def check_builds(where: str, builds: Iterable[str | None]) -> None:
    """Look at builds that `where` names. Raises ContractError."""
    for build in builds:
        try:
            Build.parse(build or "2.14-0")
        except ValueError as error:
            raise ContractError(f"{where}: {error}; what every build has is 2.14-0") from error


def check_ids(where: str, ids: list[str], deviations: Mapping[str, Deviation]) -> None:
    """Look at ids of deviations that `where` names. Raises ContractError."""
    for id in ids:
        if id not in deviations:
            raise ContractError(f"{where}: deviation {id!r} is not in deviations.toml")
