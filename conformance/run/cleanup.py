"""Removing the rows that a run may have left, and proving that they are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from conformance.cases.expand import Ground, request
from conformance.cases.rows import deletion, question, removal
from conformance.contract.kind import Kind
from conformance.contract.request import Request
from conformance.contract.world import RowName
from conformance.exchange import Exchange, Failure
from conformance.run.sender import Sender

_MOMENT = 0.01
"""Seconds by which a sleep may end too early."""


async def remove(sender: Sender, ground: Ground, case: str, lane: int) -> list[Exchange]:
    """Remove what a case may have left. What is not confirmed as gone stays in the ledger."""
    exchanges = []
    for row in sender.ledger.of_case(case):
        for step in removal(sender.contract, row):
            exchanges.append(await sender.send(request(step, ground, 0), case, lane, cleanup=True))
    return exchanges


@dataclass(frozen=True, slots=True)
class Leftover:
    """A row that could not be removed, why, and the call that would; None where the API cannot, or we must not.

    `sql` is the statement that removes it from the database, for an administrator to run; None for what is not ours.
    """

    row: RowName
    reason: str
    call: Request | None
    sql: str | None = None


def _statement(kind: Kind, row: RowName) -> str:
    named = " AND ".join(f"{column} = '{_escaped(value)}'" for column, value in zip(kind.key, row.key, strict=True))
    return f"DELETE FROM {kind.table} WHERE {named};"  # noqa: S608 - printed, not run


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


async def finish(sender: Sender, ground: Ground, told: Callable[[str], None] = lambda _: None) -> tuple[Leftover, ...]:
    """Remove everything that the ledger holds, asking the server before and after. Gives what is left.

    Rows that a server may still be about to create are asked for once more when it no longer can be; `told` gets a
    line about the wait.
    """
    reasons: dict[RowName, str] = {}
    doubtful = sender.ledger.unsettled > 0
    await _remove_all(sender, ground, reasons)
    if doubtful and sender.ledger.open and sender.pace.stopped is None:
        seconds = sender.ledger.unsettled
        told(f"waiting {seconds:.0f} s: requests that got no reply may still be carried out (Ctrl-C: do not wait)")
        await asyncio.sleep(seconds + _MOMENT)
        await _remove_all(sender, ground, reasons)
    return tuple(_leftover(sender, ground, row, reasons[row]) for row in sender.ledger.open)


async def _remove_all(sender: Sender, ground: Ground, reasons: dict[RowName, str]) -> None:
    for row in sender.ledger.open:
        reasons[row] = await _finish_one(sender, ground, row)


def _leftover(sender: Sender, ground: Ground, row: RowName, reason: str) -> Leftover:
    guard, kind = sender.guard, sender.contract.kinds[row.kind]
    undo = deletion(sender.contract, row) if guard.is_own(row) and guard.could_be(row) else None
    ours = undo is not None or not guard.could_be(row)
    return Leftover(row, reason, request(undo, ground, 0) if undo else None, _statement(kind, row) if ours else None)


async def _finish_one(sender: Sender, ground: Ground, row: RowName) -> str:
    """Ask, delete, ask. Gives why the row may still be there, as far as the server has said."""
    reason = ""
    asked = question(sender.contract, row)
    for step in (asked, *removal(sender.contract, row)):
        exchange = await sender.send(request(step, ground, 0), sender.ledger.owner(row), 0)
        if row not in sender.ledger.open:
            return ""
        if sender.says_missing(exchange):
            return "a request for it got no reply, and the server may still carry it out"
        if step != asked:
            reason = sender.redact(_said(exchange))
    return reason


def _said(exchange: Exchange) -> str:
    result = exchange.result
    return result.message if isinstance(result, Failure) else result.body.strip() or f"HTTP {result.status}, empty"
