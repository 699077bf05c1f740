"""What a baseline holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conformance.report.symptoms import Symptom

TODO = "TODO: why is this accepted?"
"""The reason of an entry that nobody has written one for."""


@dataclass(frozen=True, slots=True)
class KnownCause:
    """One known cause: what is otherwise, the cases that show it, and why that is accepted. `says` is for people only.

    Without `differs` it is an entry of an earlier version, which had one for each case.
    """

    reason: str
    says: str
    differs: frozenset[Symptom]
    cases: frozenset[str]

    @property
    def is_reasoned(self) -> bool:
        """Whether somebody has written down why."""
        return not self.reason.startswith("TODO")


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known causes of a server's fails, by their ids, and the file's text as it was read."""

    file: Path
    entries: Mapping[str, KnownCause] = field(default_factory=dict)
    text: str = field(default="", repr=False)

    @property
    def cases(self) -> frozenset[str]:
        """All cases that are known to fail."""
        return frozenset[str]().union(*(entry.cases for entry in self.entries.values()))

    def of(self, case: str) -> Iterator[KnownCause]:
        """What is known to be behind that case."""
        return (entry for entry in self.entries.values() if case in entry.cases)
