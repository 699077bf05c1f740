"""Keeps independent cases in flight: each is a coroutine on a lane of its own, judged as soon as its replies are in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Protocol

from conformance.cases.expand import Ground, requests, world
from conformance.cases.model import CANNOT_LOG_IN, Case, Level
from conformance.cases.recipes import Recipes
from conformance.cases.roles import ADMINS_OWN
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.settings import ServerSettings
from conformance.contract.world import Row, World
from conformance.exchange import Exchange, Failure
from conformance.run.cleanup import remove
from conformance.run.finished import Check, Finished, not_known, predicted, stops
from conformance.run.removable import removable, to_prove, unsupplied
from conformance.run.sender import Sender
from conformance.verdict.judge import Judgement, failed, judge
from conformance.verdict.model import (
    Blocked,
    Deviates,
    Error,
    Expect,
    Fail,
    NotTested,
    Pass,
)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a case exchanged, and what cleaning up after it took."""

    exchanges: Sequence[Exchange]
    cleanup: Sequence[Exchange] = ()


class Exchanging(Protocol):
    """How the exchanges of a case come about."""

    async def __call__(self, case: Case, number: int, lane: int) -> Exchanged:
        """The exchanges of a case, over that lane; `number` makes its DIDs its own."""
        ...


@dataclass(frozen=True)
class CaseSender:
    """Sends what a case sends, until a request gets no reply, and removes what that left."""

    sender: Sender
    ground: Ground

    async def __call__(self, case: Case, number: int, lane: int) -> Exchanged:
        """The exchanges of a case, over that lane."""
        return await self.send(requests(case, self.ground, number), case, lane)

    async def send(self, sent: Sequence[Request], case: Case, lane: int) -> Exchanged:
        """The exchanges of a case that sends these requests."""
        exchanges: list[Exchange] = []
        for request in sent:
            exchanges.append(await self.sender.send(request, case.id, lane))
            if isinstance(exchanges[-1].result, Failure) and not exchanges[-1].is_silence:
                break
        return Exchanged(exchanges, await remove(self.sender, self.ground, case.id, lane))


class Judging(Protocol):
    """How the exchanges of a case are judged."""

    def __call__(self, case: Case, exchanges: Sequence[Exchange], possible: frozenset[ServerSettings]) -> Judgement:
        """What they come to, in the settings that are still possible."""
        ...


@dataclass(frozen=True)
class CaseJudge:
    """Judges exchanges by what is predicted in every world that a case may meet."""

    contract: Contract
    ground: Ground
    expect: Expect

    def __call__(self, case: Case, exchanges: Sequence[Exchange], possible: frozenset[ServerSettings]) -> Judgement:
        """What they come to, in the settings that are still possible."""
        return judge(self.contract, worlds(case, self.ground, self.contract, possible), exchanges, self.expect)


@dataclass
class Engine:
    """Runs cases. `possible` are the settings that explain every reply so far: it only ever shrinks."""

    ground: Ground
    sender: Sender
    exchanging: Exchanging
    judging: Judging
    numbers: Mapping[str, int]
    cases: Mapping[str, Case]
    level: Level
    possible: frozenset[ServerSettings]
    lanes: int
    _free: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: dict[str, asyncio.Task[Finished]] = field(default_factory=dict)
    _sending: set[str] = field(default_factory=set)
    _proofs: dict[str, asyncio.Task[NotTested | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._recipes = Recipes(self.sender.contract)
        for lane in range(self.lanes):
            self._free.put_nowait(lane)

    def start(self, case: Case) -> asyncio.Task[Finished]:
        """Begin a case, once; later calls give the same task."""
        if case.id not in self._tasks:
            self._tasks[case.id] = asyncio.create_task(self._run(case), name=case.id)
        return self._tasks[case.id]

    async def once(self, case: Case, number: int, check: Check = predicted) -> Finished:
        """Run a case that is not one of the catalogue's, as often as asked; `number` makes its DIDs its own."""
        untested = self._not_testable(case)
        if untested is not None:
            return Finished(case, untested)
        async with self._lane(case) as lane:
            untested = await self._unready(case, lane)
            finished = Finished(case, untested) if untested else await self._exchange(case, lane, number)
        return _checked(finished, check)

    async def finish(self) -> None:
        """Drop the cases that have not sent anything yet, and let the others finish."""
        for task in self._tasks.values():
            if task.get_name() not in self._sending:
                task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, case: Case) -> Finished:
        untested = self._not_testable(case)
        if untested is not None:
            return Finished(case, untested)
        for name in case.depends:
            before = await asyncio.shield(self.start(self.cases[name]))
            if stops(before):
                return Finished(case, Blocked(by=name))
        async with self._lane(case) as lane:
            untested = await self._unready(case, lane)
            return Finished(case, untested) if untested else await self._exchange(case, lane, self.numbers[case.id])

    async def _unready(self, case: Case, lane: int) -> NotTested | None:
        """Why a case may not be sent now; None if it may."""
        for name in to_prove(self._recipes, case):
            if name not in self._proofs:
                self._proofs[name] = asyncio.create_task(removable(self.sender, self.ground, name, lane))
            unproven = await asyncio.shield(self._proofs[name])
            if unproven is not None:
                return unproven
        return self._logins_needed(case)

    def _logins_needed(self, case: Case) -> NotTested | None:
        """Why a case that makes real users' logins fail may not do so now; None if it may."""
        roles = [step.role for step in case.steps if step.role in CANNOT_LOG_IN]
        failing = Counter(self.ground.logins[role].user for role in roles if role in self.ground.logins)
        for user, times in failing.items():
            if self.sender.logins.left(user) < times:
                missing = f"a failed login of {self.sender.redact(user)}"
                return NotTested(missing=missing, setting=self.sender.logins.wanting(user))
            self.sender.logins.spend(user, times)
        return None

    def _not_testable(self, case: Case) -> NotTested | None:
        if case.level > self.level:
            flag = "--allow-writes" if case.level is Level.STANDARD else "--level full"
            return NotTested(missing=f"level {case.level.value}", setting=flag)
        return not_known(case, self.possible) or unsupplied(self.ground, case.needs)

    @asynccontextmanager
    async def _lane(self, case: Case) -> AsyncIterator[int]:
        """A lane to itself; an exclusive case gets them all."""
        if case.exclusive:
            async with self._alone:
                taken = [await self._free.get() for _ in range(self.lanes)]
        else:
            async with self._alone:
                taken = [await self._free.get()]
        try:
            yield taken[0]
        finally:
            for lane in taken:
                self._free.put_nowait(lane)

    async def _exchange(self, case: Case, lane: int, number: int) -> Finished:
        self._sending.add(case.id)
        done = await self.exchanging(case, number, lane)
        judgement = self.judging(case, done.exchanges, self.possible)
        if not isinstance(judgement.verdict, Error | Fail):
            self.possible &= judgement.settings
        return Finished(
            case,
            judgement.verdict,
            tuple(done.exchanges),
            tuple(done.cleanup),
            as_documented=judgement.as_documented,
        )


def _checked(finished: Finished, check: Check) -> Finished:
    if not isinstance(finished.verdict, Pass | Deviates):
        return finished
    wrong = check(finished.case, finished.exchanges)
    return finished if wrong is None else replace(finished, verdict=failed((wrong,)))


def worlds(case: Case, ground: Ground, contract: Contract, possible: frozenset[ServerSettings]) -> list[World]:
    """Every world that a case may meet: settings nobody told, DIDs nobody knows of, permissions nobody named."""
    found = []
    kind = _kind(case, contract)
    for settings in sorted(possible, key=str):
        start = world(contract, ground, settings)
        for existing in product((False, True), repeat=len(case.maybe)):
            rows = (Row(kind, -2 - n, (name,)) for n, name in enumerate(case.maybe) if existing[n])
            found.append(start.holding(*rows))
    unknown = _unknown_settings(case, contract)
    return [*found, *(_without(world, unknown) for world in found)] if unknown else found


def _kind(case: Case, contract: Contract) -> str:
    """The kind of the rows that a case names which are not the run's own."""
    function = contract.functions.get(case.function)
    return (function and function.kind) or ""


def _unknown_settings(case: Case, contract: Contract) -> frozenset[str]:
    """The permissions that a case's function asks for, but those that every admin has."""
    function = contract.functions.get(case.function)
    return frozenset(function.settings) - ADMINS_OWN if function else frozenset()


def _without(world: World, settings: frozenset[str]) -> World:
    return replace(world, users={n: replace(u, grants=u.grants - settings) for n, u in world.users.items()})
