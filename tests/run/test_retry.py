"""A case that fails is tried again, and its report says whether it failed in the same way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.model import Case
from conformance.contract.request import Request
from conformance.exchange import Failure, Reply, Trouble
from conformance.run import retry
from conformance.run.record import Record
from conformance.run.run import Facts
from conformance.run.sender import Send
from conformance.verdict.model import Error, Fail
from tests.safety.support import CASES, RUN, Wrap, carried_out, planned, run_in_process, serving

SOME = [case for case in CASES.values() if case.id.startswith("add_did/did_description/")]
ONE = CASES["add_did/did_description/too-short"]


def wrong(times: int = 1_000_000, *, word: str = "MUST BE", by: str = "MIGHT BE", among: str = "add_did") -> Wrap:
    """A server that has one word wrong in so many of its replies, then no more."""

    def wrap(send: Send) -> Send:
        left = [times]

        async def sent(request: Request, lane: int) -> Reply | Failure:
            reply = await send(request, lane)
            if isinstance(reply, Reply) and word in reply.body and among in request.query and left[0]:
                left[0] -= 1
                return replace(reply, body=reply.body.replace(word, by))
            return reply

        return sent

    return wrap


def tried(folder: Path, cases: list[Case], wrap: Wrap, **options: object) -> tuple[list[Record], Facts]:
    with serving() as server:
        run = run_in_process(server, planned(server.target, folder, **options), wrap)
        found = carried_out(run, cases)
        assert not [row for row in server.patterns() if RUN in str(row)]
        return found


def attempts(record: Record) -> list[int]:
    return sorted({line.attempt for line in record.exchanges})


def test_a_fail_that_comes_again_is_said_to_repeat(tmp_path: Path) -> None:
    (record,), _ = tried(tmp_path / "r", [ONE], wrong())
    assert (record.result.repeated, attempts(record)) == (True, [1, 2])


def test_a_fail_that_does_not_come_again_stays_a_fail_and_is_said_not_to_repeat(tmp_path: Path) -> None:
    (record,), _ = tried(tmp_path / "r", [ONE], wrong(1))
    assert isinstance(record.result.verdict, Fail)
    assert (record.result.repeated, record.result.is_flaky, attempts(record)) == (False, True, [1, 2])


def test_a_fail_in_another_aspect_does_not_repeat(tmp_path: Path) -> None:
    def other(send: Send) -> Send:
        ways = iter([wrong()(send), wrong(word="ERROR", by="FAILURE")(send)])

        async def sent(request: Request, lane: int) -> Reply | Failure:
            return await (next(ways, send) if "did_description=" in request.query else send)(request, lane)

        return sent

    (record,), _ = tried(tmp_path / "r", [ONE], other)
    assert record.result.repeated is False


def test_the_report_shows_the_first_try(tmp_path: Path) -> None:
    (record,), _ = tried(tmp_path / "r", [ONE], wrong(1))
    first = [line for line in record.exchanges if line.attempt == 1]
    assert "MIGHT BE" in record.result.calls[0].body
    assert record.result.requests == len(first)


def test_a_further_try_has_numbers_of_its_own(tmp_path: Path) -> None:
    (record,), _ = tried(tmp_path / "r", [CASES["add_did/life-cycle/after-refusal"]], wrong())
    dids = [{part for part in line.query.split("&") if "did_pattern=" in part} for line in record.exchanges]
    first, second = (
        set().union(*(d for d, line in zip(dids, record.exchanges, strict=True) if line.attempt == number))
        for number in (1, 2)
    )
    assert first
    assert first.isdisjoint(second)


def test_once_a_case_did_not_repeat_three_further_tries_must(tmp_path: Path) -> None:
    steady = CASES["update_did/did_description/too-short"]

    def wrap(send: Send) -> Send:
        return wrong(1)(wrong(among="update_did")(send))

    (flaky, repeats), _ = tried(tmp_path / "r", [ONE, steady], wrap, concurrency=1)
    assert (flaky.result.repeated, attempts(flaky)) == (False, [1, 2])
    assert (repeats.result.repeated, attempts(repeats)) == (True, [1, 2, 3, 4])


def test_a_server_on_which_many_cases_repeat_is_asked_once_more_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "MANY", 1)
    update = [CASES[f"update_did/{field}/too-short"] for field in ("did_description", "call_handle_method")]

    def wrap(send: Send) -> Send:
        return wrong(1)(wrong(among="update_did")(send))

    with serving() as server:
        run = run_in_process(server, planned(server.target, tmp_path / "r"), wrap)
        run.open()
        _, first, second = [run.result(case) for case in (ONE, *update)]
        run.close()
    assert (attempts(first), attempts(second)) == ([1, 2, 3, 4], [1, 2])


def test_a_server_that_conforms_gets_no_request_more(tmp_path: Path) -> None:
    counts = [tried(tmp_path / str(on), SOME, lambda send: send, try_again=on)[1].requests for on in (True, False)]
    assert counts[0] == counts[1]


def test_a_server_that_fails_every_case_gets_about_twice_the_requests(tmp_path: Path) -> None:
    every = wrong(word="DID ", by="DOD ")
    twice, once = (tried(tmp_path / str(on), SOME, every, try_again=on) for on in (True, False))
    assert all(record.result.repeated for record in twice[0])
    assert twice[1].requests <= 2 * once[1].requests


def test_an_exclusive_case_is_not_tried_again(tmp_path: Path) -> None:
    (record,), _ = tried(tmp_path / "r", [replace(ONE, exclusive=True)], wrong())
    assert isinstance(record.result.verdict, Fail)
    assert (record.result.repeated, attempts(record)) == (None, [1])


def test_a_login_that_fails_on_purpose_is_not_tried_again(tmp_path: Path) -> None:
    inactive = CASES["add_did/role/inactive"]
    (record,), _ = tried(tmp_path / "r", [inactive], wrong(word="incorrect", by="odd"), login_failures=3)
    assert isinstance(record.result.verdict, Fail)
    assert attempts(record) == [1]


def test_a_further_try_without_an_answer_says_nothing(tmp_path: Path) -> None:
    def wrap(send: Send) -> Send:
        asked: Counter[str] = Counter()
        inner = wrong()(send)

        async def sent(request: Request, lane: int) -> Reply | Failure:
            acts = "did_description=" in request.query
            asked["acts"] += acts
            if asked["acts"] > 1 and acts:
                return Failure(Trouble.CONNECT, "gone")
            return await inner(request, lane)

        return sent

    (record,), _ = tried(tmp_path / "r", [ONE], wrap)
    assert (record.result.repeated, attempts(record)) == (None, [1, 2])
    assert not isinstance(record.result.verdict, Error)


def test_closing_begins_no_further_try_and_leaves_nothing(tmp_path: Path) -> None:
    with serving() as server:
        run = run_in_process(server, planned(server.target, tmp_path / "r"), wrong(word="DID ", by="DOD "))
        run.open()
        for case in SOME:
            run.ask(case)
        facts = run.close()
        assert facts.left == ()
        assert facts.silent is None
