"""The parts of a run that write to the disk or wait, without that: nothing here outlives the process."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from conformance.run.failed_logins import Failures
from conformance.run.pace import Pace


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
