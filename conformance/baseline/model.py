"""What a baseline holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TODO = "TODO: why is this accepted?"
"""The reason of an entry that nobody has written one for."""


@dataclass(frozen=True, slots=True, order=True)
class Differs:
    """One aspect in which a case fails: in which request and line, both from 1, and what was got in its normal form.

    Line 0 is the reply as a whole.
    """

    request: int
    line: int
    aspect: str
    got: str

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        return f"request {self.request}{line}: {self.aspect} {self.got!r}"


@dataclass(frozen=True, slots=True)
class KnownFail:
    """One known fail: everything that nothing explains in the replies to one case, and why that is accepted."""

    reason: str
    differs: frozenset[Differs]

    @property
    def is_reasoned(self) -> bool:
        """Whether somebody has written down why."""
        return not self.reason.startswith("TODO")


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known fails of a server, by their cases' ids, and the file's text as it was read."""

    file: Path
    entries: Mapping[str, KnownFail] = field(default_factory=dict)
    text: str = field(default="", repr=False)
