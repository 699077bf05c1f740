"""The inputs that failed, kept in the report folder, to be tried first the next time.

They lie in a database of Hypothesis' own kind, but as steps and not as its choices: it saves none for a test with a
fixed seed. Steps hold placeholders for DIDs and entities, and roles for users: there is no password in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from hypothesis.database import DirectoryBasedExampleDatabase

from conformance.cases.make import needs_of
from conformance.cases.model import Case, Level, Step
from conformance.reading import Malformed, json_as


class Kept(msgspec.Struct, frozen=True):
    """One input."""

    function: str
    title: str
    clause: str
    level: str
    steps: tuple[Step, ...]


class Examples:
    """The examples in one folder, by the name of the search that they failed."""

    def __init__(self, folder: Path) -> None:
        self._database = DirectoryBasedExampleDatabase(folder)

    def of(self, search: str) -> Iterator[Case]:
        """The inputs that failed there; what cannot be read any more is dropped."""
        for value in sorted(self._database.fetch(search.encode())):
            try:
                kept = json_as(value, Kept)
                level = Level(kept.level)
            except (Malformed, ValueError):
                self._database.delete(search.encode(), value)
                continue
            id = f"{kept.function}/fuzz/{search}"
            yield Case(id, kept.title, kept.clause, level, kept.steps, needs=needs_of(kept.steps))

    def save(self, search: str, case: Case) -> None:
        """Keep an input that has failed."""
        self._database.save(search.encode(), _encoded(case))

    def drop(self, search: str, case: Case) -> None:
        """Forget one that does not fail any more."""
        self._database.delete(search.encode(), _encoded(case))


def _encoded(case: Case) -> bytes:
    return msgspec.json.encode(Kept(case.function, case.title, case.clause, case.level.value, case.steps))
