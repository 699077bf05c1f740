"""The one way a request takes, and in which order."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from conformance.cases.model import Level
from conformance.contract.request import Request
from conformance.contract.world import RowName
from conformance.exchange import Exchange, Failure, Reply, Trouble
from conformance.run.ledger import read_ledger
from conformance.run.sender import Send
from tests.safety.support import ADDED, LOCK_LINE, LOGIN_LINE, MISSING, OWN, PASSWORD, Script, call, html, sending

QUESTION = call("update_did", f"did_pattern={OWN}")
ADD = call("add_did", f"did_pattern={OWN}")


def exchanged(folder: Path, transport: Send, *requests: Request, level: Level = Level.STANDARD) -> list[Exchange]:
    """What becomes of requests sent one after the other."""
    sender = sending(folder, transport, level)

    async def all_of_them() -> list[Exchange]:
        return [await sender.send(request, "case", 0) for request in requests]

    try:
        return asyncio.run(all_of_them())
    finally:
        sender.ledger.close()


def left(folder: Path) -> dict[str, str]:
    return {str(row): case for row, case in read_ledger(folder / "ledger.jsonl").open.items()}


def test_a_did_is_on_the_disk_before_the_request_leaves(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []

    async def look(request: Request) -> None:
        seen.append(left(tmp_path))

    exchanged(tmp_path, Script([html(ADDED)], first=look), ADD)
    assert seen == [{OWN: "case"}]


def test_two_requests_for_the_same_did_both_wait_for_the_disk(tmp_path: Path) -> None:
    seen: list[bool] = []

    async def look(request: Request) -> None:
        seen.append(OWN in left(tmp_path))

    sender = sending(tmp_path, Script([html(ADDED)], first=look))
    sender.logins.proven.add("6666")

    async def both() -> None:
        await asyncio.gather(sender.send(ADD, "a", 0), sender.send(ADD, "b", 1))

    asyncio.run(both())
    sender.ledger.close()
    assert seen == [True, True]


def test_what_the_guard_forbids_never_reaches_the_transport(tmp_path: Path) -> None:
    transport = Script([html(ADDED)])
    (exchange,) = exchanged(tmp_path, transport, call("add_did", "did_pattern=7275551114"))
    assert transport.requests == []
    assert isinstance(exchange.result, Failure)
    assert exchange.result.trouble is Trouble.REFUSED_BY_US
    assert exchange.result.message.startswith("not sent: '7275551114' is not one of this run's own DIDs")


def test_what_the_guard_forbids_is_not_in_the_ledger(tmp_path: Path) -> None:
    exchanged(tmp_path, Script([html(ADDED)]), ADD, level=Level.PROBE)
    assert left(tmp_path) == {}


@pytest.mark.parametrize(
    "result",
    [
        html(ADDED),
        html("ERROR: add_did DID ALREADY EXISTS: |6666|1\n"),
        html("", 500),
        html("<html>"),
        Failure(Trouble.TIMEOUT, "slow"),
        Failure(Trouble.PROTOCOL, "broken"),
    ],
    ids=["success", "error", "500", "a page", "time-out", "connection broken"],
)
def test_no_reply_to_an_add_takes_the_did_out_of_the_ledger(tmp_path: Path, result: Reply | Failure) -> None:
    exchanged(tmp_path, Script([result]), ADD)
    assert left(tmp_path) == {OWN: "case"}


def test_a_crash_while_sending_leaves_the_did_in_the_ledger(tmp_path: Path) -> None:
    async def crash(request: Request) -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        exchanged(tmp_path, Script([html(ADDED)], first=crash), ADD)
    assert left(tmp_path) == {OWN: "case"}


@pytest.mark.parametrize(
    "reply",
    [
        html(MISSING),
        html(f"ERROR: update_did DID DOES NOT EXIST - 6666|{OWN}\n"),
        html(MISSING, 500),
    ],
    ids=["shipped", "documented", "by a server that could not write its log"],
)
def test_the_word_that_it_does_not_exist_takes_it_out(tmp_path: Path, reply: Reply) -> None:
    exchanged(tmp_path, Script([html(ADDED), reply]), ADD, QUESTION)
    assert left(tmp_path) == {}


@pytest.mark.parametrize(
    "reply",
    [
        html(MISSING, 503),
        html(MISSING[:-9]),
        html(MISSING.replace(OWN, OWN[:-1])),
        html(MISSING.replace(OWN, "")),
        html(f"SUCCESS: update_did DID HAS BEEN DELETED - 6666|{OWN}|7\n"),
        html("ERROR: update_did USER DOES NOT HAVE PERMISSION TO UPDATE DIDS: |6666|0\n"),
        html("NOTICE: update_did NO UPDATES DEFINED: |6666|\n"),
        html(""),
    ],
    ids=["as a 503", "cut short", "of another DID", "of none", "deleted", "no permission", "it is there", "nothing"],
)
def test_anything_less_does_not(tmp_path: Path, reply: Reply) -> None:
    exchanged(tmp_path, Script([html(ADDED), reply]), ADD, QUESTION)
    assert left(tmp_path) == {OWN: "case"}


@pytest.mark.parametrize(
    "request_",
    [call("update_did", f"did_pattern={OWN}", "7001"), call("add_did", f"did_pattern={OWN}")],
    ids=["a user who may not see it", "another function"],
)
def test_nor_does_it_count_if_asked_by_another_user_or_function(tmp_path: Path, request_: Request) -> None:
    exchanged(tmp_path, Script([html(ADDED), html(MISSING)]), ADD, request_)
    assert left(tmp_path) == {OWN: "case"}


def test_a_did_whose_add_got_no_reply_is_not_believed_gone_before_the_end(tmp_path: Path) -> None:
    exchanged(tmp_path, Script([Failure(Trouble.TIMEOUT, "slow"), html(MISSING)]), ADD, QUESTION)
    assert left(tmp_path) == {OWN: "case"}


def test_in_the_end_it_is(tmp_path: Path) -> None:
    sender = sending(tmp_path, Script([Failure(Trouble.TIMEOUT, "slow"), html(MISSING)]))

    async def to_the_end() -> None:
        await sender.send(ADD, "case", 0)
        await asyncio.sleep(sender.ledger.unsettled)
        await sender.send(QUESTION, "case", 0)

    asyncio.run(to_the_end())
    sender.ledger.close()
    assert left(tmp_path) == {}


def test_after_five_failures_in_a_row_nothing_leaves(tmp_path: Path) -> None:
    transport = Script([Failure(Trouble.CONNECT, "refused")])
    exchanges = exchanged(tmp_path, transport, *[QUESTION] * 8)
    assert len(transport.requests) == 5
    assert isinstance(exchanges[-1].result, Failure)
    assert "5 requests in a row got no reply" in exchanges[-1].result.message


def test_what_waited_for_its_turn_when_the_run_stopped_does_not_leave(tmp_path: Path) -> None:
    transport = Script([html(MISSING)])
    sender = sending(tmp_path, transport)

    async def stop_meanwhile(_: float) -> None:
        sender.pace.troubles.stopped = "5 requests in a row got no reply"

    sender.pace.rate, sender.pace.sleep = 1, stop_meanwhile

    async def two() -> Exchange:
        await sender.send(QUESTION, "case", 0)
        return await sender.send(ADD, "case", 0)

    exchange = asyncio.run(two())
    sender.ledger.close()
    assert isinstance(exchange.result, Failure)
    assert (len(transport.requests), left(tmp_path)) == (1, {})


def test_a_sender_counts_what_left(tmp_path: Path) -> None:
    sender = sending(tmp_path, Script([html(MISSING)]))

    async def one_of_two() -> None:
        await sender.send(QUESTION, "case", 0)
        await sender.send(call("add_did", "did_pattern=7275551114"), "case", 0)

    asyncio.run(one_of_two())
    sender.ledger.close()
    assert sender.sent == 1


def test_a_sender_takes_passwords_out_of_text(tmp_path: Path) -> None:
    sender = sending(tmp_path, Script([html(MISSING)]))
    sender.ledger.close()
    assert sender.redact(f"BAD|{PASSWORD}|") == "BAD|***|"


def test_a_failure_never_carries_a_password_from_a_sender_on(tmp_path: Path) -> None:
    sender = sending(tmp_path, Script([Failure(Trouble.PROTOCOL, f"redirected to /x/%3{PASSWORD[0]}234")]))
    results = [asyncio.run(sender.send(QUESTION, "case", 0)).result for _ in range(6)]
    sender.ledger.close()
    assert [result.message for result in results if isinstance(result, Failure)][:5] == ["redirected to /x/***"] * 5
    assert "redirected to /x/***" in (sender.pace.stopped or "")


@pytest.mark.parametrize(
    "answer",
    [html("NOTICE: update_did NO UPDATES DEFINED: |6666|\n"), html("", 500), Failure(Trouble.TIMEOUT, "slow")],
    ids=["it is there", "a 500", "no reply"],
)
def test_a_did_that_is_not_the_runs_own_is_not_added_unless_it_is_free(tmp_path: Path, answer: Reply | Failure) -> None:
    transport = Script([answer])
    (exchange,) = exchanged(tmp_path, transport, call("add_did", "did_pattern=55"), level=Level.FULL)
    assert isinstance(exchange.result, Failure)
    assert "may exist already: it is left alone" in exchange.result.message
    assert (len(transport.requests), left(tmp_path)) == (1, {})


def test_one_that_is_free_is_claimed_and_added(tmp_path: Path) -> None:
    transport = Script([html("ERROR: update_did DID DOES NOT EXIST: |6666|55\n"), html(ADDED)])
    exchanged(tmp_path, transport, call("add_did", "did_pattern=55"), level=Level.FULL)
    assert (len(transport.requests), left(tmp_path)) == (2, {"55": "case"})


GARBAGE = Request(wire="GARBAGE")


@pytest.mark.parametrize("trouble", [Trouble.TIMEOUT, Trouble.PROTOCOL])
def test_bytes_without_an_answer_do_not_end_a_run(tmp_path: Path, trouble: Trouble) -> None:
    transport = Script([Failure(trouble, "silent")])
    exchanged(tmp_path, transport, *[GARBAGE] * 8)
    assert len(transport.requests) == 8


def test_bytes_that_cannot_be_sent_end_a_run_like_any_request(tmp_path: Path) -> None:
    transport = Script([Failure(Trouble.CONNECT, "refused")])
    exchanged(tmp_path, transport, *[GARBAGE] * 8)
    assert len(transport.requests) == 5


@pytest.mark.parametrize("body", [LOGIN_LINE, LOCK_LINE, MISSING])
def test_a_reply_to_bytes_is_nobodys_login_and_no_proof(tmp_path: Path, body: str) -> None:
    add = Request(wire=f"GET <path>?did_pattern={OWN}&function=add_did HTTP/1.1\r\n\r\n")
    transport = Script([html(body)])
    exchanged(tmp_path, transport, add)
    assert left(tmp_path) == {OWN: "case"}
    exchanged(tmp_path, transport, add, QUESTION)
    assert len(transport.requests) == 3  # no reply to bytes has counted as a refused login
    assert left(tmp_path) == ({} if body == MISSING else {OWN: "case"})


def test_a_did_named_in_bytes_is_on_the_disk_before_they_leave(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []

    async def look(request: Request) -> None:
        seen.append(left(tmp_path))

    add = Request(wire=f"GET <path>?did_pattern={OWN}&function=add_did HTTP/1.1\r\n\r\n")
    exchanged(tmp_path, Script([html("")], first=look), add)
    assert seen == [{OWN: "case"}]


def dnc(campaign: str) -> RowName:
    return RowName("dnc_entry", (OWN, campaign))


INTERNAL = RowName("internal_dnc_entry", (OWN,))


@pytest.mark.parametrize(
    ("campaign", "fields", "gone"),
    [
        ("NOSUCH", f"6666|{OWN}|NOSUCH", dnc("NOSUCH")),
        ("NOSUCH", f"6666|{OWN}", dnc("NOSUCH")),
        ("SYSTEM_INTERNAL", f"6666|{OWN}|SYSTEM_INTERNAL", INTERNAL),
        ("NOSUCH", f"6666|{OWN}|OTHER", None),
        ("NOSUCH", "6666|99912300000", None),
    ],
    ids=["as shipped", "as documented", "of the whole system", "of another campaign", "of another number"],
)
def test_a_number_is_gone_from_the_list_that_was_asked_about(
    tmp_path: Path, campaign: str, fields: str, gone: RowName | None
) -> None:
    answer = html(f"ERROR: delete_dnc_phone DNC NUMBER DOES NOT EXIST: |{fields}\n")
    sender = sending(tmp_path, Script([answer]))

    async def asked() -> None:
        await sender.ledger.claim([dnc("NOSUCH"), INTERNAL], "case")
        await sender.send(call("delete_dnc_phone", f"phone_number={OWN}&campaign_id={campaign}"), "case", 0)

    asyncio.run(asked())
    assert {dnc("NOSUCH"), INTERNAL} - set(sender.ledger.open) == ({gone} if gone else set())
    sender.ledger.close()
