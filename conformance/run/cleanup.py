"""Removing the DIDs that a run may have left, and proving that they are gone."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.cases.expand import Ground, request
from conformance.cases.model import Param, Step
from conformance.contract.request import Request
from conformance.exchange import Exchange, Failure
from conformance.run.guard import SHORTEST_DELETABLE
from conformance.run.sender import Sender


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
    """A DID that could not be removed, why, and the call that would; None where the API cannot do it at all."""

    pattern: str
    reason: str
    call: Request | None

    @property
    def sql(self) -> str:
        """The statement that removes it from the database, for an administrator to run."""
        escaped = self.pattern.replace("\\", "\\\\").replace("'", "\\'")
        return f"DELETE FROM vicidial_inbound_dids WHERE did_pattern = '{escaped}';"  # noqa: S608 - printed, not run


async def finish(sender: Sender, ground: Ground) -> tuple[Leftover, ...]:
    """Remove everything that the ledger holds, asking the server before and after. Gives what is left."""
    left = []
    sender.ledger.settle()
    for pattern in sender.ledger.open:
        reason = await _finish_one(sender, ground, pattern)
        if pattern in sender.ledger.open:
            deletable = len(pattern) >= SHORTEST_DELETABLE
            call = request(deletion(pattern), ground, 0) if deletable else None
            left.append(Leftover(pattern, reason, call))
    return tuple(left)


async def _finish_one(sender: Sender, ground: Ground, pattern: str) -> str:
    reason = ""
    for step in (question(pattern), deletion(pattern), question(pattern)):
        exchange = await sender.send(request(step, ground, 0), sender.ledger.owner(pattern), 0)
        if pattern not in sender.ledger.open:
            return ""
        if step != question(pattern):
            reason = sender.redact(_said(exchange))
    return reason


def _said(exchange: Exchange) -> str:
    result = exchange.result
    return result.message if isinstance(result, Failure) else result.body.strip() or f"HTTP {result.status}, empty"
