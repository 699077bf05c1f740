"""Removing the DIDs that a run may have left, and proving that they are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from conformance.cases.expand import Ground, request
from conformance.cases.model import Param, Step
from conformance.contract.request import Request
from conformance.exchange import Exchange, Failure
from conformance.run.guard import SHORTEST_DELETABLE
from conformance.run.sender import Sender

_MOMENT = 0.01
"""Seconds by which a sleep may end too early."""


def question(pattern: str) -> Step:
    """Whether a DID exists: an update without fields changes nothing."""
    return Step("update_did", (Param("did_pattern", pattern),))


def deletion(pattern: str) -> Step:
    """The deletion of a DID."""
    return Step("update_did", (Param("did_pattern", pattern), Param("delete_did", "Y")))


async def remove(sender: Sender, ground: Ground, case: str, lane: int) -> list[Exchange]:
    """Remove what a case may have left. What is not confirmed as gone stays in the ledger."""
    exchanges = []
    for pattern in sender.ledger.of_case(case):
        for step in (deletion(pattern), question(pattern)):
            exchanges.append(await sender.send(request(step, ground, 0), case, lane, cleanup=True))
    return exchanges


@dataclass(frozen=True, slots=True)
class Leftover:
    """A DID that could not be removed, why, and the call that would; None where the API cannot, or we must not."""

    pattern: str
    reason: str
    call: Request | None

    @property
    def sql(self) -> str | None:
        """The statement that removes it from the database, for an administrator to run; None for what is not ours."""
        if self.call is None and len(self.pattern) >= SHORTEST_DELETABLE:
            return None
        escaped = self.pattern.replace("\\", "\\\\").replace("'", "\\'")
        return f"DELETE FROM vicidial_inbound_dids WHERE did_pattern = '{escaped}';"  # noqa: S608 - printed, not run


async def finish(sender: Sender, ground: Ground, told: Callable[[str], None] = lambda _: None) -> tuple[Leftover, ...]:
    """Remove everything that the ledger holds, asking the server before and after. Gives what is left.

    DIDs that a server may still be about to create are asked for once more when it no longer can be; `told` gets a
    line about the wait.
    """
    reasons: dict[str, str] = {}
    doubtful = sender.ledger.unsettled > 0
    await _remove_all(sender, ground, reasons)
    if doubtful and sender.ledger.open and sender.pace.stopped is None:
        seconds = sender.ledger.unsettled
        told(f"waiting {seconds:.0f} s: requests that got no reply may still be carried out (Ctrl-C: do not wait)")
        await asyncio.sleep(seconds + _MOMENT)
        await _remove_all(sender, ground, reasons)
    return tuple(_leftover(sender, ground, pattern, reasons[pattern]) for pattern in sender.ledger.open)


async def _remove_all(sender: Sender, ground: Ground, reasons: dict[str, str]) -> None:
    for pattern in sender.ledger.open:
        reasons[pattern] = await _finish_one(sender, ground, pattern)


def _leftover(sender: Sender, ground: Ground, pattern: str, reason: str) -> Leftover:
    ours = sender.guard.is_own(pattern) and len(pattern) >= SHORTEST_DELETABLE
    return Leftover(pattern, reason, request(deletion(pattern), ground, 0) if ours else None)


async def _finish_one(sender: Sender, ground: Ground, pattern: str) -> str:
    """Ask, delete, ask. Gives why the DID may still be there, as far as the server has said."""
    reason = ""
    for step in (question(pattern), deletion(pattern), question(pattern)):
        exchange = await sender.send(request(step, ground, 0), sender.ledger.owner(pattern), 0)
        if pattern not in sender.ledger.open:
            return ""
        if sender.says_missing(exchange):
            return "a request for it got no reply, and the server may still carry it out"
        if step != question(pattern):
            reason = sender.redact(_said(exchange))
    return reason


def _said(exchange: Exchange) -> str:
    result = exchange.result
    return result.message if isinstance(result, Failure) else result.body.strip() or f"HTTP {result.status}, empty"
