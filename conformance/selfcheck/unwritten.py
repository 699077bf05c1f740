"""The parts of a run that write to the disk or wait, without that: nothing here outlives the process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from conformance.run.failed_logins import Failures
from conformance.run.ledger import Ledger
from conformance.run.pace import Pace


class MemoryLedger(Ledger):
    """A ledger whose DIDs are written nowhere: the server that has them is gone before a crash could matter."""

    def __init__(self) -> None:
        self._open: dict[str, str] = {}
        self._doubtful: set[str] = set()

    async def claim(self, dids: Iterable[str], case: str) -> None:
        """Note DIDs that the next request could create."""
        for did in sorted(dids):
            self._open.setdefault(did, case)

    def gone(self, did: str) -> None:
        """The server has said that a DID does not exist."""
        if did not in self._doubtful:
            self._open.pop(did, None)

    def close(self) -> None:
        """Nothing to close."""


@dataclass
class OwnFailures:
    """Failed logins that no other run has to know of, and how many each user has."""

    forget: str = "begin anew"
    count: Counter[str] = field(default_factory=Counter)

    def failures(self, user: str, *, fresh: bool) -> Failures:  # noqa: ARG002 - nobody else writes here
        """What this run has noted; nothing here asks for times."""
        every = (0.0,) * self.count[user]
        return Failures(every, every)

    def note(self, user: str, count: int) -> None:
        """Remember that so many logins failed."""
        self.count[user] += count


class NoPace(Pace):
    """As fast as replies come."""

    @property
    def troubles(self) -> int:
        """Requests in a row that got no reply."""
        return self._troubles

    async def turn(self) -> None:
        """Never wait."""
