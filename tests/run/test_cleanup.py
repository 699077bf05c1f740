"""Removing what a case or a run may have left, asking before and after."""

from __future__ import annotations

import asyncio
from pathlib import Path

from conformance.cases.model import Level
from conformance.exchange import Failure, Reply, Trouble
from conformance.run.cleanup import Leftover, finish, remove
from conformance.run.sender import Sender
from tests.safety.support import GROUND, MISSING, OWN, Script, html, sending
from tests.support.rows import named

DELETED = html(f"SUCCESS: update_did DID HAS BEEN DELETED - 6666|{OWN}|7\n")
THERE = html("NOTICE: update_did NO UPDATES DEFINED: |6666|\n")
GONE = html(MISSING)


def owing(folder: Path, *answers: Reply | Failure, level: Level = Level.STANDARD, did: str = OWN) -> Sender:
    sender = sending(folder, Script(list(answers)), level)
    asyncio.run(sender.ledger.claim(named(did), "case"))
    return sender


def finished(sender: Sender) -> tuple[Leftover, ...]:
    try:
        return asyncio.run(finish(sender, GROUND))
    finally:
        sender.ledger.close()


def functions(sender: Sender) -> list[bool]:
    """Whether each request was a deletion."""
    assert isinstance(sender.transport, Script)
    return ["delete_did=Y" in request.query for request in sender.transport.requests]


def test_after_a_case_its_dids_are_deleted_and_asked_for(tmp_path: Path) -> None:
    sender = owing(tmp_path, DELETED, GONE)
    exchanges = asyncio.run(remove(sender, GROUND, "case", 0))
    sender.ledger.close()
    assert (len(exchanges), functions(sender), sender.ledger.open) == (2, [True, False], ())


def test_the_dids_of_another_case_are_left_alone(tmp_path: Path) -> None:
    sender = owing(tmp_path, DELETED, GONE)
    assert asyncio.run(remove(sender, GROUND, "another", 0)) == []
    sender.ledger.close()


def test_in_the_end_it_asks_before_it_deletes(tmp_path: Path) -> None:
    sender = owing(tmp_path, THERE, DELETED, GONE)
    assert finished(sender) == ()
    assert functions(sender) == [False, True, False]


def test_what_is_gone_already_is_not_deleted(tmp_path: Path) -> None:
    sender = owing(tmp_path, GONE)
    finished(sender)
    assert functions(sender) == [False]


def test_what_the_server_does_not_confirm_is_left_with_what_it_said(tmp_path: Path) -> None:
    (left,) = finished(owing(tmp_path, THERE, html("ERROR: update_did no\n"), THERE))
    assert (str(left.row), left.reason) == (OWN, "ERROR: update_did no")


def test_what_gets_no_reply_is_left_with_the_reason(tmp_path: Path) -> None:
    (left,) = finished(owing(tmp_path, Failure(Trouble.TIMEOUT, "slow")))
    assert left.reason == "slow"


def test_an_empty_reply_is_told_by_its_status(tmp_path: Path) -> None:
    (left,) = finished(owing(tmp_path, html("", 500)))
    assert left.reason == "HTTP 500, empty"


def test_what_is_left_comes_with_the_call_that_removes_it(tmp_path: Path) -> None:
    (left,) = finished(owing(tmp_path, THERE))
    assert left.call is not None
    assert left.call.query.endswith(f"function=update_did&did_pattern={OWN}&delete_did=Y")


def test_an_entry_too_short_to_delete_has_no_call(tmp_path: Path) -> None:
    (left,) = finished(owing(tmp_path, THERE, level=Level.FULL, did="1"))
    assert left.call is None
