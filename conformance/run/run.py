"""One run against one target, for code that is not asynchronous: an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from conformance.cases.expand import Ground, requests
from conformance.cases.model import Case, Level
from conformance.contract.settings import NEWEST_BUILD, ServerSettings
from conformance.errors import ConformanceError, LeftBehind
from conformance.exchange import Exchange
from conformance.report.curl import curl_line
from conformance.report.model import Fuzzed
from conformance.run.budget import Budget, most
from conformance.run.cleanup import finish as clean_up
from conformance.run.engine import CaseJudge, CaseSender, Engine
from conformance.run.files import RunFile
from conformance.run.finished import Check, Finished, predicted
from conformance.run.folder import begin, cleanup_line
from conformance.run.guard import Guard
from conformance.run.interrupts import came, ending, tell
from conformance.run.known import Heard, known_build, possible_settings, worst
from conformance.run.logins import logins_of
from conformance.run.pace import Pace
from conformance.run.plan import Plan
from conformance.run.preflight import Preflight, sanity
from conformance.run.record import Record, record
from conformance.run.retry import Retry
from conformance.run.sender import Sender
from conformance.run.settings import Target
from conformance.run.transport import Transport

STOPPED = "stopped while it was cleaning up"
MOST_NAMED = 10
"""DIDs that one line names."""

T = TypeVar("T")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has found out and left, besides its results; `silent` says why the server no longer answered.

    `note` says how the build became known, where the server did not tell it itself.
    """

    version: str
    build: str
    settings: tuple[str, ...]
    requests: int
    left: tuple[str, ...]
    silent: str | None = None
    locked: tuple[str, ...] = ()
    fuzzed: Fuzzed | None = None
    note: str = ""


class Run:
    """A run under way. `ask` begins cases, `result` waits for one, `close` cleans up after all.

    `worker` tells apart several processes that share a folder. `told` gets a line where a person has to wait.
    Made, it has a ledger and a thread: from then on `close` is owed, whatever happens.
    """

    def __init__(self, plan: Plan, worker: str = "") -> None:
        self.plan = plan
        self.contract = plan.contract
        self.ground = plan.ground
        self.redact = plan.redactor
        self.pace = Pace(plan.rate)
        self.told: Callable[[str], None] = lambda _: None
        self.transport = Transport(plan.target.url, plan.concurrency, plan.timeout, plan.verify)
        self.sender = _sender(plan, self.transport, self.pace, worker)
        self.sender.redact = self.redact
        self._heard = Heard("")
        self._asked: Future[None] | None = None
        self._opening: asyncio.Task[Any] | None = None
        self._closing: asyncio.Task[Any] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._engine: Engine | None = None
        self._facts: Facts | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="conformance", daemon=True)
        self._thread.start()

    @property
    def version(self) -> str:
        """What the server calls itself; empty before it was asked."""
        return self._heard.line

    @property
    def stopped(self) -> str | None:
        """Why nothing is sent any more; None while all is well."""
        return self.pace.stopped

    def begin(self) -> None:
        """Let preflight's questions leave, and do not wait for the replies: `open` does."""
        self._asked = asyncio.run_coroutine_threadsafe(self._first(self._ask_first()), self._loop)

    def open(self) -> None:
        """Ask preflight's questions if that has not begun, and be ready for cases. Raises what they raise."""
        if self._asked is None:
            self.begin()
        assert self._asked is not None
        self._asked.result()

    def examine(self, asking: Callable[[Sender], Coroutine[Any, Any, T]]) -> T:
        """Ask something else instead, and give what comes of it."""
        return self._wait(self._first(asking(self.sender)))

    def ask(self, case: Case) -> None:
        """Begin a case without waiting for it."""
        self._loop.call_soon_threadsafe(self._cases.start, case)

    def result(self, case: Case) -> Record:
        """The record of a case, begun now if it was not before; one that fails has been tried again."""
        return record(self._wait(self._finish(case)), self.redact, self._curl)

    def once(self, cases: Sequence[tuple[Case, int]], check: Check = predicted) -> list[Record]:
        """The records of cases that are not the catalogue's, sent at the same time, each with its number."""
        finished = self._wait(self._under_way(self._once(cases, check)))
        return [record(one, self.redact, self._curl) for one in finished]

    def exchanged(self, case: Case) -> Finished:
        """A case with its replies as they came, passwords and all: for those who compare them."""
        return self._wait(self._under_way(self.engine.once(case, self.engine.numbers[case.id])))

    def consider(self, possible: Iterable[ServerSettings]) -> None:
        """From now on the server may have any of these settings, whatever it was taken for before."""
        self.engine.possible = frozenset(possible)
        self.sender.guard = replace(self.sender.guard, settings=worst(tuple(self.engine.possible)))

    @property
    def sent(self) -> int:
        """How many requests have left."""
        return self.sender.sent

    @property
    def engine(self) -> Engine:
        """What runs the cases of a run that is open."""
        return self._cases.engine

    @property
    def room(self) -> float:
        """How many more requests the budget lets out for cases."""
        return self.sender.budget.room(self.sender.sent, self.sender.ledger.open)

    def most(self, case: Case, number: int) -> int:
        """How many requests a case comes to at most, with the removal of all that it could create."""
        if self.ground.missing(case):
            return 0
        return most(requests(case, self.ground, number), self.sender.guard)

    def limit(self, number: int) -> None:
        """From now on let no request out with which more than so many would leave in all, clean-up included."""
        self.sender.budget = Budget(number)

    def close(self) -> Facts:
        """Stop what has not begun, let the rest finish, remove what is left, and say what was found out.

        May be called at any moment, and again. A second signal ends it at once: what may be left is in the facts.
        """
        if self._facts is None:
            with ending(self._hurry):
                try:
                    self._facts = self._wait(self._close())
                finally:
                    self._stop()
                if self._facts.left:
                    tell()
        return self._facts

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _stop(self) -> None:
        self.sender.ledger.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _curl(self, exchange: Exchange) -> str:
        passwords = [login.password for login in self.ground.logins.values()]
        return curl_line(exchange.request, self.plan.target.url, passwords)

    async def _first(self, asking: Coroutine[Any, Any, T]) -> T:
        """Ask as a task of its own: one that an interruption leaves behind is cancelled when the run is closed."""
        self._opening = task = asyncio.create_task(self._connected(asking))
        return await task

    async def _connected(self, asking: Coroutine[Any, Any, T]) -> T:
        await self.transport.__aenter__()
        return await asking

    async def _ask_first(self) -> None:
        self._heard, possible = await first_questions(self.sender, self.ground, self.plan.target, self.plan.level)
        self._engine = self._ready(frozenset(possible))
        self._cases = Retry(self._engine, self.plan.try_again)

    def _ready(self, possible: frozenset[ServerSettings]) -> Engine:
        from conformance.cases.catalogue import catalogue  # noqa: PLC0415 - while the server thinks about the first reply

        cases = catalogue(self.sender.contract)
        return Engine(
            ground=self.ground,
            sender=self.sender,
            exchanging=CaseSender(self.sender, self.ground),
            judging=CaseJudge(self.sender.contract, self.ground, self.plan.expect),
            numbers={case.id: number for number, case in enumerate(cases)},
            cases={case.id: case for case in cases},
            level=self.plan.level,
            possible=possible,
            lanes=self.plan.concurrency,
        )

    async def _under_way(self, work: Coroutine[Any, Any, T]) -> T:
        """Work that goes on where whoever waits for it is interrupted: closing waits for it too."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await task

    async def _once(self, cases: Sequence[tuple[Case, int]], check: Check) -> list[Finished]:
        return await asyncio.gather(*(self.engine.once(case, number, check) for case, number in cases))

    async def _finish(self, case: Case) -> Finished:
        return await self._cases.start(case)

    def _hurry(self) -> None:
        self._loop.call_soon_threadsafe(self._drop_all)

    def _drop_all(self) -> None:
        """Break off whatever goes on; requests under way leave their DIDs in doubt."""
        for task in asyncio.all_tasks(self._loop) - {self._closing}:
            task.cancel()

    async def _close(self) -> Facts:
        self._closing = asyncio.current_task()
        ending = asyncio.create_task(self._end())
        if came() > 1:
            self._drop_all()
        await asyncio.wait([ending])
        silent = STOPPED if ending.cancelled() else ending.result()
        possible = self._engine.possible if self._engine is not None else frozenset()
        return Facts(
            version=self.redact(self.version),
            build=str(next(iter(possible)).build) if possible else "",
            settings=tuple(sorted(map(str, possible))),
            requests=self.sender.sent,
            left=tuple(map(str, self.sender.ledger.open)),
            silent=silent,
            locked=self.sender.logins.locks(self.redact),
            note=self._note(),
        )

    def _note(self) -> str:
        """What a reader has to be told about the server and its build."""
        if self._engine is None:
            return ""
        known = known_build(self.plan.target.build, self.version)
        return "; ".join(filter(None, (self.redact(self._heard.fault), known.note)))

    async def _end(self) -> str | None:
        """Clean up. Gives what is wrong if that broke, or the server no longer answers as it did in the beginning."""
        self.sender.budget = Budget()
        try:
            await self._given_up()
            if self._engine is None:
                await clean_up(self.sender, self.ground, self.told)
                return None
            await self._cases.finish()
            if self._tasks:
                await asyncio.wait(self._tasks)
            await clean_up(self.sender, self.ground, self.told)
            await sanity(self.sender, self.ground, self.plan.target.url)
        except ConformanceError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - what is left has to be told even then
            said = f"{type(error).__name__}: {self.redact(str(error))}"
            return f"cleaning up broke off by a bug of ours, please report it: {said}"
        finally:
            await self.transport.__aexit__(None, None, None)
        return None

    async def _given_up(self) -> None:
        """Stop asking the first questions, if that still goes on."""
        if self._opening is not None and not self._opening.done():
            self._opening.cancel()
            await asyncio.wait([self._opening])


def left_line(left: Sequence[str], folder: Path) -> str:
    """What to tell a person about DIDs that may be left, and the command that removes them."""
    named = ", ".join(did or "(an empty DID)" for did in left[:MOST_NAMED])
    more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
    return f"may still be on the target: {named}{more}; `{cleanup_line(folder)}` removes what can be removed"


@contextmanager
def closing(run: Run) -> Iterator[Run]:
    """A run that is closed in any case. Raises LeftBehind where DIDs may be left, whatever else went wrong."""
    try:
        yield run
    except BaseException as error:
        raise_if_left(run.close().left, run.plan.folder, error)
        raise
    run.close()


def raise_if_left(left: Sequence[str], folder: Path, error: BaseException) -> None:
    """Raise LeftBehind for what a run that ended by an error may have left, if the error does not say that itself."""
    if left and not isinstance(error, LeftBehind):
        said = str(error) if isinstance(error, ConformanceError) else "stopped"
        raise LeftBehind(f"{said}; {left_line(left, folder)}") from error


async def first_questions(
    sender: Sender, ground: Ground, target: Target, level: Level
) -> tuple[Heard, tuple[ServerSettings, ...]]:
    """What a target calls itself and the settings that it may have. Raises TargetUnreachable and UsageError."""
    found = await sanity(sender, ground, target.url)
    possible = possible_settings(target, known_build(target.build, found.line, sender.redact).build)
    sender.guard = replace(sender.guard, settings=worst(possible))
    await Preflight(sender, ground, level, strict=not target.disposable, fault=found.fault)()
    return found, possible


def _sender(plan: Plan, transport: Transport, pace: Pace, worker: str) -> Sender:
    contract = plan.contract
    logins = logins_of(contract, plan.target, plan.login_failures)
    settings = worst(possible_settings(plan.target, NEWEST_BUILD))
    guard = Guard(contract, plan.ground, plan.level, settings)
    ledger = begin(plan.folder, _run_file(plan), plan.settling, worker)
    return Sender(contract, guard, ledger, logins, pace, transport.send)


def _run_file(plan: Plan) -> RunFile:
    return RunFile(
        url=plan.target.url,
        run=plan.run,
        user=plan.user,
        level=plan.level.value,
        sql_mode=plan.target.sql_mode,
        non_latin=plan.target.non_latin,
        sql_errors=plan.target.sql_errors,
    )
