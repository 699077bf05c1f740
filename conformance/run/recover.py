"""Cleaning up after a run that was interrupted, from what its folder says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from conformance.cases.expand import Ground
from conformance.cases.model import Level, Role
from conformance.contract.settings import NEWEST_BUILD, ServerSettings
from conformance.errors import TargetUnreachable, UsageError
from conformance.report.curl import curl_line
from conformance.run.cleanup import Leftover, finish
from conformance.run.files import ledger_path, ledgers
from conformance.run.guard import Guard
from conformance.run.interrupts import ending, tell
from conformance.run.ledger import Ledger, Written, open_ledger, read_ledger
from conformance.run.logins import logins_of
from conformance.run.pace import Pace
from conformance.run.plan import Plan
from conformance.run.preflight import sanity
from conformance.run.run import STOPPED
from conformance.run.sender import Sender
from conformance.run.transport import Transport


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a clean-up came to: rows confirmed as gone, and what is left, each with the curl line that removes it.

    `unread` says which ledgers cannot be read to their end, `prefixes` what the rows of the run begin with.
    """

    gone: tuple[str, ...] = ()
    left: tuple[tuple[Leftover, str | None], ...] = ()
    unread: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()


def recover(plan: Plan, told: Callable[[str], None] = lambda _: None) -> Recovered:
    """Remove what the ledgers in the plan's folder hold, if it is the run's own, and nothing else.

    A second signal ends it at once. Raises UsageError, also where a run is under way there.
    """
    written = {path: read_ledger(path) for path in ledgers(plan.folder)}
    unread = tuple(one.unread for one in written.values() if one.unread is not None)
    if not written:
        unread = (f"{ledger_path(plan.folder)}: does not exist",)
    done = Recovered(unread=unread, prefixes=_prefixes(plan, written.values()))
    owing = {path: one for path, one in written.items() if one.open}
    if not owing:
        return done
    if Role.ADMIN not in plan.target.logins:
        raise UsageError("no user to clean up with: give --user, or a target file with [roles.admin]")
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(_taken_up(plan, path, one))) for path, one in owing.items()]
        return replace(done, **_Recovery(plan, told, opened)())


def _taken_up(plan: Plan, path: Path, written: Written) -> Ledger:
    ledger = open_ledger(path, written.run or plan.run, plan.settling)
    ledger.take_up(written)
    return ledger


def _prefixes(plan: Plan, written: Iterable[Written]) -> tuple[str, ...]:
    runs = dict.fromkeys([plan.run, *(one.run for one in written if one.run is not None)])
    return tuple(replace(plan.ground, run=run).prefix for run in runs)


class _Recovery:
    """A clean-up under way."""

    def __init__(self, plan: Plan, told: Callable[[str], None], ledgers: Sequence[Ledger]) -> None:
        self.plan = plan
        self.told = told
        self.ledgers = ledgers
        self.owed = {row: ledger for ledger in ledgers for row in ledger.open}
        self.why = {row: Leftover(row, STOPPED, None) for row in self.owed}

    def __call__(self) -> dict[str, Any]:
        """Do it. Gives what is gone and what is left."""
        loop = asyncio.new_event_loop()
        try:
            task = loop.create_task(self._all())
            with ending(partial(loop.call_soon_threadsafe, task.cancel)):
                loop.run_until_complete(asyncio.wait([task]))
                if any(row in ledger.open for row, ledger in self.owed.items()):
                    tell()
        finally:
            loop.close()
        if not task.cancelled():
            task.result()
        left = [row for row, ledger in self.owed.items() if row in ledger.open]
        return {
            "gone": tuple(str(row) for row in self.owed if row not in left),
            "left": tuple((self.why[row], self._curl(self.why[row])) for row in left),
        }

    async def _all(self) -> None:
        async with Transport(self.plan.target.url, 1, self.plan.timeout, self.plan.verify) as transport:
            for ledger in self.ledgers:
                await self._one(ledger, transport)

    async def _one(self, ledger: Ledger, transport: Transport) -> None:
        ground = replace(self.plan.ground, run=ledger.run)
        sender = self._sender(transport, ledger, ground)
        try:
            await sanity(sender, ground, self.plan.target.url)
            found = await finish(sender, ground, self.told)
        except TargetUnreachable as error:
            found = tuple(Leftover(row, sender.redact(str(error)), None) for row in ledger.open)
        self.why |= {item.row: item for item in found}

    def _sender(self, transport: Transport, ledger: Ledger, ground: Ground) -> Sender:
        settings = (ServerSettings(NEWEST_BUILD), ServerSettings(NEWEST_BUILD, non_latin=True))
        contract = self.plan.contract
        guard = Guard(contract, ground, Level.STANDARD, settings)
        logins = logins_of(contract, self.plan.target, self.plan.login_failures)
        return Sender(contract, guard, ledger, logins, Pace(self.plan.rate), transport.send)

    def _curl(self, item: Leftover) -> str | None:
        passwords = [login.password for login in self.plan.target.logins.values()]
        return curl_line(item.call, self.plan.target.url, passwords) if item.call else None
