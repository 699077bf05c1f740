"""What is kept of a case, without any password."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from conformance.cases.model import Case, Level, Param, Purpose, Step
from conformance.exchange import Exchange, Failure, Reply, Trouble
from conformance.run.finished import Finished
from conformance.run.record import Record, record
from conformance.run.redact import Redactor
from conformance.verdict.judge import failed
from conformance.verdict.model import Deviates, Difference, Error, Fail, NotTested, Pass, Printed, Verdict
from tests.safety.support import call, html

SECRET = "geheim&1"
NAMED = Param("did_pattern", "<did>")
CASE = Case(
    "add_did/x/y",
    "a title",
    "NON-AGENT_API.txt#add_did",
    Level.STANDARD,
    (Step("add_did", (NAMED,)), Step("update_did", (NAMED,), purpose=Purpose.EFFECT)),
)
REQUEST = call("add_did", "did_pattern=9991", password="geheim%261")
ECHO = html(f"ERROR: Login incorrect: |6666|{SECRET}|BAD|\n")


def kept(verdict: Verdict, *results: Reply | Failure, cleanup: int = 0) -> Record:
    exchanges = tuple(Exchange(REQUEST, result) for result in results)
    finished = Finished(CASE, verdict, exchanges, tuple(Exchange(REQUEST, ECHO) for _ in range(cleanup)))
    return record(finished, Redactor([SECRET]), lambda exchange: f"curl {exchange.request.query}")


WRONG = Difference(step=1, line=0, aspect="effect", documented=f"no {SECRET}", shipped=SECRET, got=f"got {SECRET}")
FAIL = failed((WRONG,))


def test_no_form_of_a_password_is_kept() -> None:
    text = msgspec.json.encode(kept(FAIL, ECHO, Failure(Trouble.PROTOCOL, SECRET), cleanup=1)).decode()
    assert "geheim" not in text


@pytest.mark.parametrize("verdict", [Pass((WRONG,)), Deviates(ids=("x",), differences=(WRONG,), form=(WRONG,))])
def test_none_is_kept_of_what_differs_in_form_alone(verdict: Verdict) -> None:
    text = msgspec.json.encode(kept(verdict)).decode()
    assert ("geheim" in text, "got ***" in text) == (False, True)


def test_replies_in_the_documented_form_are_kept() -> None:
    printed = (Printed(step=2, deviation="error-separator"),)
    made = record(Finished(CASE, Pass(), as_documented=printed), str, str)
    assert made.result.as_documented == printed


def test_a_passed_case_keeps_no_calls() -> None:
    assert kept(Pass(), ECHO).result.calls == ()


def test_a_failed_case_keeps_its_calls() -> None:
    (made,) = kept(FAIL, ECHO).result.calls
    assert (made.status, made.body) == (200, "ERROR: Login incorrect: |6666|***|BAD|\n")


def test_a_case_that_ended_in_an_error_keeps_them_too() -> None:
    (made,) = kept(Error(reason="x"), Failure(Trouble.TIMEOUT, "slow", 2.0)).result.calls
    assert (made.status, made.trouble, made.elapsed) == (None, "timeout: slow", 2.0)


def test_every_exchange_has_a_line_with_its_purpose() -> None:
    lines = kept(Pass(), ECHO, ECHO, cleanup=2).exchanges
    assert [(line.step, line.purpose) for line in lines] == [(1, "act"), (2, "effect"), (1, "cleanup"), (2, "cleanup")]


def test_a_line_of_a_failure_says_what_went_wrong() -> None:
    (line,) = kept(Pass(), Failure(Trouble.TIMEOUT, "slow")).exchanges
    assert (line.status, line.content_type, line.body, line.trouble) == (None, None, None, "timeout: slow")


def test_requests_of_the_clean_up_count() -> None:
    assert kept(Pass(), ECHO, cleanup=2).result.requests == 3


def test_a_case_that_sent_nothing_has_no_exchanges() -> None:
    assert kept(NotTested(missing="admin", setting="[roles]")).exchanges == ()


def test_a_byte_level_message_is_kept_whole_and_redacted() -> None:
    request = replace(REQUEST, query="", wire=f"G\xc9T <path>?pass={SECRET}")
    finished = Finished(CASE, Pass(), (Exchange(request, ECHO),))
    (line,) = record(finished, Redactor([SECRET]), lambda exchange: "").exchanges
    assert (line.wire, line.method, line.query) == ("G\xc9T <path>?pass=***", "", "")


def test_words_of_ours_are_kept_whatever_the_password() -> None:
    exchange = Exchange(call("act", password="act"), html("act\n"))
    finished = Finished(replace(CASE, title="act"), FAIL, (exchange,))
    done = record(finished, Redactor(["act", "effect"]), lambda exchange: "")
    (line,) = done.exchanges
    assert (done.result.title, line.purpose, line.body) == ("act", "act", "***\n")
    assert isinstance(done.result.verdict, Fail)
    assert done.result.verdict.summary.startswith("request 1: effect should be ")
