"""The parts of a run that write to the disk or wait, without that: nothing here outlives the process."""

from __future__ import annotations

from pathlib import Path

from conformance.run.logins import Logins
from conformance.run.pace import Pace


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
