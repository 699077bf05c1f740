"""Removing the DIDs that a run may have left, and proving that they are gone."""

from __future__ import annotations

from conformance.cases.expand import Ground, request
from conformance.cases.model import Param, Purpose, Step
from conformance.exchange import Exchange
from conformance.run.sender import Sender


def removal(pattern: str) -> tuple[Step, ...]:
    """Delete a DID, then ask whether it exists: an update without fields changes nothing."""
    named = Param("did_pattern", pattern)
    deletion = Step("update_did", (named, Param("delete_did", "Y")), purpose=Purpose.EFFECT)
    return deletion, Step("update_did", (named,), purpose=Purpose.EFFECT)


async def remove(sender: Sender, ground: Ground, case: str, lane: int) -> list[Exchange]:
    """Remove what a case may have left. What is not confirmed as gone stays in the ledger."""
    exchanges = []
    for pattern in sender.ledger.of_case(case):
        for step in removal(pattern):
            exchanges.append(await sender.send(request(step, ground, 0), case, lane))
    return exchanges
