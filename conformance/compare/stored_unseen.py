"""What servers of two builds are known to store otherwise although they reply alike: no run can show it."""

from __future__ import annotations

from collections.abc import Collection

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import requests, world
from conformance.cases.sample import SAMPLE
from conformance.contract.load import load_contract
from conformance.contract.model import NEWEST_BUILD, OLDEST_BUILD, Build, Dialect, ServerSettings
from conformance.upgrade.compare import effect, first_difference
from conformance.upgrade.effect import Effect


def _described(build: str) -> Build | None:
    try:
        found = Build.parse(build)
    except ValueError:
        return None
    return found if OLDEST_BUILD <= found <= NEWEST_BUILD else None


def unseen(alike: Collection[str], builds: tuple[str, str]) -> tuple[str, ...]:
    """Those of the cases with these ids that are known to be stored otherwise, with the usual settings of a server."""
    before, after = map(_described, builds)
    if before is None or after is None or before == after:
        return ()
    contract = load_contract()
    worlds = world(SAMPLE, ServerSettings(before)), world(SAMPLE, ServerSettings(after))
    found = []
    for case in catalogue(contract):
        if case.id in alike:
            difference = first_difference(contract, requests(case, SAMPLE, 0), worlds, Dialect.SHIPPED)
            if difference is not None and effect(contract, difference) is Effect.STORED:
                found.append(case.id)
    return tuple(found)
