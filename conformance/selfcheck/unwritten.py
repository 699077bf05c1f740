"""The parts of a run that write to the disk or wait, without that: nothing here outlives the process."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from conformance.run.ledger import Ledger
from conformance.run.logins import Logins
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


class MemoryLogins(Logins):
    """Failed logins that no other run has to know of."""

    def __init__(self, host: str, budget: int, lockable: str | None) -> None:
        super().__init__(Path(), host, budget, lockable)

    def counted(self) -> tuple[tuple[str, int], ...]:
        """The failed logins of each user, as this run counts them."""
        return tuple(sorted((self._failed + self._spent).items()))

    def _remembered(self) -> list[str]:
        return []

    def _count(self, user: str, count: int) -> None:
        self._failed[user] += count


class NoPace(Pace):
    """As fast as replies come."""

    @property
    def troubles(self) -> int:
        """Requests in a row that got no reply."""
        return self._troubles

    async def turn(self) -> None:
        """Never wait."""
