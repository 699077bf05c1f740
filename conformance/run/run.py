"""One run against one target, for code that is not asynchronous: an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import Ground
from conformance.cases.model import Case, Level
from conformance.contract.load import load_contract
from conformance.contract.model import NEWEST_BUILD, Build, ServerSettings, SqlMode
from conformance.errors import TargetUnreachable
from conformance.exchange import Exchange
from conformance.report.curl import curl_line
from conformance.run.engine import Engine, Finished
from conformance.run.guard import Guard
from conformance.run.ledger import Ledger
from conformance.run.preflight import sanity
from conformance.run.record import Record, record
from conformance.run.redact import Redactor
from conformance.run.sender import Sender
from conformance.run.settings import Target
from conformance.run.transport import Transport
from conformance.verdict.model import Expect

RUN_DIGITS = 6
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run: against what, how far, how fast. Times are in seconds."""

    target: Target
    level: Level
    expect: Expect
    concurrency: int
    timeout: float
    verify: bool | str
    folder: Path
    run: str


def new_run() -> str:
    """The digits that make this run's DIDs its own."""
    return f"{secrets.randbelow(10**RUN_DIGITS):0{RUN_DIGITS}d}"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has found out and left, besides its results."""

    version: str
    build: str
    settings: tuple[str, ...]
    requests: int
    left: tuple[str, ...]


class Run:
    """A run under way. `ask` begins cases, `result` waits for one, `close` cleans up after all.

    `worker` tells apart several processes that share a folder.
    """

    def __init__(self, plan: Plan, worker: str = "") -> None:
        self.plan = plan
        self.ground = Ground(plan.target.logins, plan.target.entities, plan.run)
        self.redact = Redactor(login.password for login in plan.target.logins.values())
        self.ledger = Ledger(plan.folder / f"ledger{worker}.jsonl")
        self.transport = Transport(plan.target.url, plan.concurrency, plan.timeout, plan.verify)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="conformance", daemon=True)

    def open(self) -> None:
        """Ask for the version, and be ready for cases. Raises TargetUnreachable; then there is nothing to close."""
        self._thread.start()
        try:
            self.version, self._engine = self._wait(self._open())
        except TargetUnreachable:
            self._stop()
            raise

    def ask(self, case: Case) -> None:
        """Begin a case without waiting for it."""
        self._loop.call_soon_threadsafe(self._engine.start, case)

    def result(self, case: Case) -> Record:
        """The record of a case, begun now if it was not before."""
        return record(self._wait(self._finish(case)), self.redact, self._curl)

    def close(self) -> Facts:
        """Stop what has not begun, let the rest finish, remove what is left, and say what was found out."""
        facts = self._wait(self._close())
        self._stop()
        return facts

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _stop(self) -> None:
        self.ledger.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _curl(self, exchange: Exchange) -> str:
        passwords = [login.password for login in self.ground.logins.values()]
        return curl_line(exchange.request, self.plan.target.url, passwords)

    async def _open(self) -> tuple[str, Engine]:
        await self.transport.__aenter__()
        try:
            version, build = await sanity(self.transport.send, self.ground, self.plan.target.url)
        except TargetUnreachable:
            await self.transport.__aexit__(None, None, None)
            raise
        return version, self._ready(self.plan.target.build or build or NEWEST_BUILD)

    def _ready(self, build: Build) -> Engine:
        contract, cases = load_contract(), catalogue(load_contract())
        possible = possible_settings(self.plan.target, build)
        guarded = tuple(s for s in possible if s.sql_mode is SqlMode.LEGACY) or possible
        guard = Guard(contract, self.ground, self.plan.level, guarded)
        return Engine(
            contract=contract,
            ground=self.ground,
            sender=Sender(contract, guard, self.ledger, self.transport.send),
            numbers={case.id: number for number, case in enumerate(cases)},
            cases={case.id: case for case in cases},
            level=self.plan.level,
            expect=self.plan.expect,
            possible=frozenset(possible),
            lanes=self.plan.concurrency,
        )

    async def _finish(self, case: Case) -> Finished:
        return await self._engine.start(case)

    async def _close(self) -> Facts:
        engine = self._engine
        await engine.finish()
        await self.transport.__aexit__(None, None, None)
        return Facts(
            version=self.redact(self.version),
            build=str(next(iter(engine.possible)).build) if engine.possible else "",
            settings=tuple(sorted(map(str, engine.possible))),
            requests=engine.sender.sent,
            left=self.ledger.open,
        )


def possible_settings(target: Target, build: Build) -> tuple[ServerSettings, ...]:
    """The settings that a target may have: those it was told to have, else every one."""
    modes = (target.sql_mode,) if target.sql_mode else tuple(SqlMode)
    scripts = (target.non_latin,) if target.non_latin is not None else (False, True)
    return tuple(ServerSettings(build, mode, script) for mode, script in product(modes, scripts))
