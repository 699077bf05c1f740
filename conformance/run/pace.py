"""How fast requests leave: a rate, a pause when the server grows slow, an end when it no longer answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median
from time import monotonic

from conformance.exchange import Failure, Reply, Trouble

TROUBLES_IN_A_ROW = 5
"""Requests without a reply, one after the other, that end a run."""

SLOWER = 4.0
"""How many times the run's own median the last replies may take before the run slows down."""

RECENT = 8
REMEMBERED = 400
LEAST_SLOW = 0.1
"""Seconds under which no reply counts as slow."""


@dataclass
class Pace:
    """One for a whole run. `rate` is in requests per second, None for as fast as replies come."""

    rate: float | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = monotonic
    stopped: str | None = None
    _next: float = 0.0
    _troubles: int = 0
    _waits: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    async def turn(self) -> None:
        """Wait until the next request may leave."""
        if self.rate is not None:
            now = self.clock()
            slot = max(now, self._next)
            self._next = slot + 1 / self.rate
            if slot > now:
                await self.sleep(slot - now)
        if self.slow:
            await self.sleep(self._recent())

    @property
    def reply(self) -> float | None:
        """The seconds that a reply takes at least, so far; the first has a connection to wait for."""
        return min(self._waits, default=None)

    @property
    def slow(self) -> bool:
        """Whether the last replies took several times as long as this run's replies usually do."""
        if len(self._waits) < 3 * RECENT:
            return False
        return self._recent() > max(LEAST_SLOW, SLOWER * median(self._waits))

    def saw(self, result: Reply | Failure) -> None:
        """Take note of what came back; after five failures in a row nothing more is to be sent."""
        if isinstance(result, Reply):
            self._troubles = 0
            self._waits.append(result.elapsed)
            return
        if result.trouble in (Trouble.REFUSED_BY_US, Trouble.TOO_LARGE, Trouble.REDIRECT):
            return
        self._troubles += 1
        if self._troubles >= TROUBLES_IN_A_ROW and self.stopped is None:
            self.stopped = f"{TROUBLES_IN_A_ROW} requests in a row got no reply, the last one: {result.message}"

    def _recent(self) -> float:
        return median(list(self._waits)[-RECENT:])
