"""Deviations: where servers are known to depart from the documentation, and what that does to a client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Literal

from conformance.contract.settings import Build, ServerSettings, SqlErrors, SqlMode
from conformance.contract.struct import Struct


class Severity(StrEnum):
    """What a deviation does to a client: looks odd, is read wrongly, or causes harm."""

    COSMETIC = "cosmetic"
    MISLEADING = "misleading"
    DANGEROUS = "dangerous"


_SETTINGS: Mapping[str, str] = {
    "strict-sql": "strict SQL",
    "legacy-sql": "legacy SQL",
    "non-latin": "use_non_latin=1",
    **{f"sql-errors-{errors}": errors.php for errors in SqlErrors},
}


_HELD: Mapping[str, Callable[[ServerSettings], bool]] = {
    "strict-sql": lambda settings: settings.sql_mode is SqlMode.STRICT,
    "legacy-sql": lambda settings: settings.sql_mode is SqlMode.LEGACY,
    "non-latin": lambda settings: settings.non_latin,
    "sql-errors-thrown": lambda settings: settings.sql_errors is SqlErrors.THROWN,
    "sql-errors-ignored": lambda settings: settings.sql_errors is SqlErrors.IGNORED,
}
"""What each word of `only` asks of a server, and nothing else of it: see `watched`."""


class Deviation(Struct, frozen=True):
    """A known departure of servers from the documentation: permanent id, what differs, what it does to a client.

    `form` is whether it is a matter of form alone: how a server prints, not what it says, so that it is said of the
    server as a whole. `only` names the settings without any of which it does not show.
    `evidence` names recorded scenarios that show it; where none can, `unobservable` says why.
    """

    id: str
    title: str
    clause: str
    severity: Severity
    effect: str
    form: bool = False
    since: str = "2.14-0"
    until: str | None = None
    only: tuple[Literal["strict-sql", "legacy-sql", "non-latin", "sql-errors-thrown", "sql-errors-ignored"], ...] = ()
    evidence: tuple[str, ...] = ()
    unobservable: str | None = None

    @property
    def only_with(self) -> str:
        """The settings without any of which it does not show, in words; empty if it shows with all."""
        return " and ".join(_SETTINGS[setting] for setting in self.only)

    def holds_for(self, settings: ServerSettings) -> bool:
        """Whether a server with these settings is known to deviate so."""
        if settings.build < Build.parse(self.since):
            return False
        if self.until is not None and settings.build >= Build.parse(self.until):
            return False
        return all(_HELD[setting](settings) for setting in self.only)
