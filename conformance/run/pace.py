"""How fast requests leave: a rate, a pause when the server grows slow, an end when it no longer answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median
from time import monotonic
from typing import Protocol

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
class Troubles:
    """Requests in a row that got no reply; `stopped` is why nothing more is to be sent, after five of them."""

    count: int = 0
    stopped: str | None = None

    def saw(self, result: Reply | Failure) -> None:
        """Take note of what came back."""
        if isinstance(result, Reply):
            self.count = 0
            return
        if result.trouble in (Trouble.REFUSED_BY_US, Trouble.TOO_LARGE, Trouble.REDIRECT):
            return
        self.count += 1
        if self.count >= TROUBLES_IN_A_ROW and self.stopped is None:
            self.stopped = f"{TROUBLES_IN_A_ROW} requests in a row got no reply, the last one: {result.message}"


class Pacing(Protocol):
    """When requests may leave: `Pace`, or what does not wait."""

    @property
    def stopped(self) -> str | None:
        """Why nothing more is to be sent; None while all is well."""
        ...

    async def turn(self) -> None:
        """Wait until the next request may leave."""
        ...

    def saw(self, result: Reply | Failure) -> None:
        """Take note of what came back."""
        ...


@dataclass
class Pace:
    """One for a whole run. `rate` is in requests per second, None for as fast as replies come."""

    rate: float | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = monotonic
    troubles: Troubles = field(default_factory=Troubles)
    _next: float = 0.0
    _waits: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    @property
    def stopped(self) -> str | None:
        """Why nothing more is to be sent; None while all is well."""
        return self.troubles.stopped

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
        self.troubles.saw(result)
        if isinstance(result, Reply):
            self._waits.append(result.elapsed)

    def _recent(self) -> float:
        return median(list(self._waits)[-RECENT:])
