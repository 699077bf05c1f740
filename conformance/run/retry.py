"""A case that fails is tried again, so that a report tells a defect from a server that answers now so and now so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from conformance.cases.model import Case
from conformance.run.engine import Engine
from conformance.run.finished import Finished
from conformance.verdict.model import Fail, VerdictKind, kind

FURTHER = 1
"""Further tries of a case that failed."""

FURTHER_IN_DOUBT = 3
"""The same once a case of this run did not repeat: of a server with 2 % random errors, none fails four times alike."""

MANY = 100
"""Fails that did repeat, after which one further try is enough again: such a server is not just unreliable."""

_NUMBERS = 10_000
"""One more than the highest number that the DIDs of a case may carry."""


@dataclass
class Retry:
    """The cases of one run, each that fails tried again; with `tries` False none is.

    Exclusive cases are not: they take the whole server, and most of them cost failed logins.
    """

    engine: Engine
    tries: bool = True
    _doubt: bool = False
    _repeated: int = 0
    _over: bool = False
    _tasks: dict[str, asyncio.Task[Finished]] = field(default_factory=dict)
    _trying: set[str] = field(default_factory=set)

    def start(self, case: Case) -> asyncio.Task[Finished]:
        """Begin a case, once; later calls give the same task."""
        if case.id not in self._tasks:
            self._tasks[case.id] = asyncio.create_task(self._run(case))
        return self._tasks[case.id]

    async def finish(self) -> None:
        """Begin no further try, let those under way end, and finish the engine."""
        self._over = True
        await self._ended(self._trying)
        try:
            await self.engine.finish()
        finally:
            await self._ended(self._tasks)

    async def _ended(self, names: Iterable[str]) -> None:
        await asyncio.gather(*(self._tasks[name] for name in names), return_exceptions=True)

    async def _run(self, case: Case) -> Finished:
        first = await self.engine.start(case)
        if not self.tries or self._over or case.exclusive or not isinstance(first.verdict, Fail):
            return first
        self._trying.add(case.id)
        return await self._tried_again(first, first.verdict)

    async def _tried_again(self, first: Finished, fail: Fail) -> Finished:
        further: list[Finished] = []
        repeated: bool | None = None
        while repeated is not False and len(further) < self._wanted and not self._over:
            further.append(await self.engine.once(first.case, self._number(first.case, len(further))))
            if kind(further[-1].verdict) in (VerdictKind.ERROR, VerdictKind.NOT_TESTED):  # no answer says nothing
                break
            repeated = _ways(further[-1]) == fail.ways
        self._doubt |= repeated is False
        self._repeated += repeated is True
        return replace(first, repeated=repeated, further=tuple(further))

    @property
    def _wanted(self) -> int:
        return FURTHER_IN_DOUBT if self._doubt and self._repeated < MANY else FURTHER

    def _number(self, case: Case, tried: int) -> int:
        """The number of a further try: its DIDs are nobody else's, and the same in every run with the same digits."""
        return _NUMBERS - 1 - FURTHER_IN_DOUBT * self.engine.numbers[case.id] - tried


def _ways(finished: Finished) -> frozenset[tuple[int, str]]:
    return finished.verdict.ways if isinstance(finished.verdict, Fail) else frozenset()
