"""How many requests may leave in all: no more do, whatever is sent at the same time, and clean-up is never refused."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from conformance.contract.request import Request
from conformance.exchange import Exchange, Failure, Trouble
from conformance.run.budget import CLOSING, REMOVING, Budget, most
from conformance.run.cleanup import remove
from conformance.run.sender import Sender
from tests.safety.support import ADDED, GROUND, MISSING, OWN, Script, call, html, sending

QUESTION = call("update_did", f"did_pattern={OWN}")
ADD = call("add_did", f"did_pattern={OWN}")
OTHER = f"999{GROUND.run}00021"
FOREIGN = call("add_did", "did_pattern=7275551114")


def exchanged(sender: Sender, requests: Sequence[Request]) -> list[Exchange]:
    """What becomes of requests sent at the same time."""
    sender.logins.proven.add("6666")

    async def together() -> list[Exchange]:
        return await asyncio.gather(*(sender.send(one, "case", lane) for lane, one in enumerate(requests)))

    try:
        return asyncio.run(together())
    finally:
        sender.ledger.close()


@pytest.mark.parametrize(
    ("limit", "requests", "leave"),
    [
        (CLOSING, [QUESTION], 0),
        (CLOSING + 1, [QUESTION] * 3, 1),
        (CLOSING + 8, [QUESTION] * 8, 8),
        (CLOSING + REMOVING, [ADD], 0),
        (CLOSING + REMOVING + 1, [ADD, ADD], 1),
        (CLOSING + REMOVING + 2, [ADD, ADD], 2),
        (CLOSING + 2 * REMOVING + 1, [ADD, call("add_did", f"did_pattern={OTHER}")], 1),
    ],
)
def test_what_removing_all_that_may_exist_would_take_and_the_end_are_kept_aside(
    limit: int, requests: list[Request], leave: int, tmp_path: Path
) -> None:
    sender = sending(tmp_path, transport := Script([html(ADDED)]))
    sender.budget = Budget(limit)
    refused = [exchange for exchange in exchanged(sender, requests) if isinstance(exchange.result, Failure)]

    assert (len(transport.requests), sender.sent, len(refused)) == (leave, leave, len(requests) - leave)
    for exchange in refused:
        assert exchange.result == Failure(Trouble.REFUSED_BY_US, f"not sent: the budget of {limit} requests is spent")


def test_a_request_that_is_refused_leaves_nothing_to_be_cleaned_up(tmp_path: Path) -> None:
    sender = sending(tmp_path, Script([html(ADDED)]))
    sender.budget = Budget(CLOSING)
    exchanged(sender, [ADD])
    assert sender.ledger.open == ()


def test_after_one_that_was_too_many_nothing_else_is_let_out(tmp_path: Path) -> None:
    sender = sending(tmp_path, transport := Script([html(MISSING)]))
    sender.budget = Budget(CLOSING + REMOVING)
    exchanged(sender, [ADD, QUESTION])
    assert transport.requests == []


def test_clean_up_is_sent_although_the_budget_is_spent(tmp_path: Path) -> None:
    sender = sending(tmp_path, transport := Script([html(ADDED), html(ADDED), html(MISSING)]))

    async def added_and_removed() -> None:
        await sender.send(ADD, "case", 0)
        sender.budget = Budget(1, spent=True)
        await remove(sender, GROUND, "case", 0)

    asyncio.run(added_and_removed())
    sender.ledger.close()
    assert (len(transport.requests), sender.ledger.open) == (1 + REMOVING, ())


@pytest.mark.parametrize(
    ("requests", "at_most"),
    [
        ([QUESTION], 1),
        ([ADD, QUESTION, ADD], 3 + REMOVING),
        ([call("copy_did", f"source_did_pattern={OWN}&new_dids={OTHER},%2B{OTHER}")], 1 + 2 * REMOVING),
        ([FOREIGN], 1),
    ],
    ids=["a question", "one DID twice", "two copies", "what the guard forbids"],
)
def test_it_is_known_what_requests_come_to_at_most(requests: list[Request], at_most: int, tmp_path: Path) -> None:
    sender = sending(tmp_path, Script([html(ADDED)]))
    sender.ledger.close()
    assert most(requests, sender.guard) == at_most
