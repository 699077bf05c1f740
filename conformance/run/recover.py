"""Cleaning up after a run that was interrupted, from what its folder says."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from conformance.cases.model import Role
from conformance.contract.load import load_contract
from conformance.contract.model import NEWEST_BUILD, ServerSettings
from conformance.errors import UsageError
from conformance.report.curl import curl_line
from conformance.run.cleanup import Leftover, finish
from conformance.run.files import ledgers
from conformance.run.guard import Guard
from conformance.run.ledger import Ledger, read_ledger
from conformance.run.pace import Pace
from conformance.run.preflight import sanity
from conformance.run.run import Plan, logins_of
from conformance.run.sender import Sender
from conformance.run.transport import Transport


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a clean-up came to: DIDs confirmed as gone, and what is left, each with the curl line that removes it."""

    gone: tuple[str, ...]
    left: tuple[tuple[Leftover, str | None], ...]


def recover(plan: Plan) -> Recovered:
    """Remove what the ledgers in the plan's folder hold, and nothing else. Raises UsageError, TargetUnreachable."""
    paths = ledgers(plan.folder)
    if not any(read_ledger(path) for path in paths):
        return Recovered((), ())
    if Role.ADMIN not in plan.target.logins:
        raise UsageError("no user to clean up with: give --user, or a target file with [roles.admin]")
    return asyncio.run(_recover(plan, paths))


async def _recover(plan: Plan, paths: tuple[Path, ...]) -> Recovered:
    gone: list[str] = []
    left: list[Leftover] = []
    async with Transport(plan.target.url, 1, plan.timeout, plan.verify) as transport:
        for path in paths:
            with closing(Ledger(path)) as ledger:
                found = ledger.open
                sender = _sender(plan, transport, ledger)
                await sanity(sender, plan.ground, plan.target.url)
                left += await finish(sender, plan.ground)
                gone += [did for did in found if did not in ledger.open]
    return Recovered(tuple(gone), tuple((item, _curl(plan, item)) for item in left))


def _sender(plan: Plan, transport: Transport, ledger: Ledger) -> Sender:
    settings = (ServerSettings(NEWEST_BUILD), ServerSettings(NEWEST_BUILD, non_latin=True))
    guard = Guard(load_contract(), plan.ground, plan.level, settings, known=frozenset(ledger.open))
    return Sender(load_contract(), guard, ledger, logins_of(plan), Pace(plan.rate), transport.send)


def _curl(plan: Plan, item: Leftover) -> str | None:
    passwords = [login.password for login in plan.target.logins.values()]
    return curl_line(item.call, plan.target.url, passwords) if item.call else None
