"""What a client feels of a case: by its replies, and where they were not kept by its verdicts."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from conformance.compare.client_effect import Said, by_replies, by_verdicts, said
from conformance.compare.normal import Normal, normal
from conformance.upgrade.effect import ClientEffect, Standing, standing
from conformance.verdict.model import Deviates, Difference, Fail, Pass, Verdict
from tests.compare.support import line, made_up, pair
from tests.report import sample
from tests.safety.support import CASES, CONTRACT

ID = "add_did/life-cycle/add"
NORMAL: Normal = normal(sample.report(), CONTRACT, CASES.values())

ADDED = "SUCCESS: add_did DID HAS BEEN ADDED - 6666|99900000700011\n"
ADDED_5 = "SUCCESS: add_did DID HAS BEEN ADDED - 6666|999000007000115\n"
ADDED_ELSE = "SUCCESS: add_did THE DID WAS ADDED - 6666|99900000700011\n"
EXISTS = "ERROR: add_did DID ALREADY EXISTS: |6666|99900000700011\n"
EXISTS_DOCUMENTED = "ERROR: add_did DID ALREADY EXISTS - 6666|99900000700011\n"
MENU = "ERROR: update_did MENU ID MUST BE A VALID CALL MENU IN THE SYSTEM: |6666|nosuchname\n"
NOTHING = "NOTICE: update_did NO UPDATES DEFINED: |6666|\n"
UPDATED = "SUCCESS: update_did DID HAS BEEN UPDATED - 6666|99900000700011\n"
MISSING = "ERROR: update_did DID DOES NOT EXIST: |6666|99900000700011\n"
DENIED = "ERROR: update_did USER DOES NOT HAVE PERMISSION: |6666|\n"
COPIED = "NOTICE: copy_did DID HAS BEEN ADDED - 6666|99900000700012|99900000700011|54|1\n"
COPIED_SWAPPED = "NOTICE: copy_did DID HAS BEEN ADDED - 6666|99900000700011|99900000700012|54|1\n"
LONG = COPIED * 40


def replies(*bodies: str, purposes: Sequence[str] = (), status: int | None = 200) -> tuple[Said, ...]:
    told = enumerate(bodies, 1)
    kinds = (*purposes, *["act"] * len(bodies))
    return tuple(said(line(ID, body, step=n, purpose=kinds[n - 1], status=status), NORMAL) for n, body in told)


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (ADDED, MENU, ClientEffect.FAILS),
        (MENU, ADDED, ClientEffect.WORKS),
        (NOTHING, MENU, ClientEffect.FAILS),
        (NOTHING, UPDATED, ClientEffect.STORED),
        (ADDED, ADDED_5, ClientEffect.STORED),
        (ADDED, ADDED_ELSE, ClientEffect.REPLY),
        (EXISTS, MENU, ClientEffect.REPLY),
        (COPIED, COPIED_SWAPPED, ClientEffect.REPLY),
        (EXISTS, EXISTS_DOCUMENTED, ClientEffect.FORM),
        (ADDED, "", ClientEffect.FAILS),
        (ADDED, "<html>Maintenance</html>", ClientEffect.FAILS),
        (EXISTS, "<html>Maintenance</html>", ClientEffect.REPLY),
        (ADDED, ADDED.replace("SUCCESS", "SUCCES"), ClientEffect.FAILS),
        ("NOTICE: add_did NOTHING", "SUCCESS: add_did ADDED", ClientEffect.STORED),
        (ADDED, f"<br />\n<b>Warning</b>: x\n{ADDED}", ClientEffect.REPLY),
        (EXISTS, "TESTCAMP|Test|Y\n", ClientEffect.WORKS),
        ("TESTCAMP|Test|Y\n", "TESTCAMP|Test|N\n", ClientEffect.REPLY),
        (LONG + ADDED, LONG + EXISTS, ClientEffect.FAILS),
    ],
)
def test_the_effect_of_a_reply_that_changed(before: str, after: str, effect: ClientEffect) -> None:
    assert by_replies(replies(before), replies(after)) == (effect, 1)


def test_an_http_error_is_a_call_that_fails_whatever_its_body_says() -> None:
    assert by_replies(replies(ADDED), replies(ADDED, status=500)) == (ClientEffect.FAILS, 1)
    assert by_replies(replies(ADDED), replies("", status=None)) == (ClientEffect.FAILS, 1)


def test_replies_that_are_the_same_have_no_effect() -> None:
    assert by_replies(replies(ADDED, EXISTS), replies(ADDED, EXISTS)) is None


def test_a_later_question_tells_that_something_else_was_stored() -> None:
    asks = ("act", "effect")
    found = by_replies(replies(ADDED, NOTHING, purposes=asks), replies(ADDED, MISSING, purposes=asks))
    assert found == (ClientEffect.STORED, 2)


def test_a_question_that_is_refused_for_another_reason_is_a_call_that_fails() -> None:
    asks = ("act", "effect")
    found = by_replies(replies(ADDED, NOTHING, purposes=asks), replies(ADDED, DENIED, purposes=asks))
    assert found == (ClientEffect.FAILS, 2)


def test_what_follows_a_call_that_fails_is_only_its_consequence() -> None:
    asks = ("act", "effect")
    found = by_replies(replies(ADDED, NOTHING, purposes=asks), replies(MENU, MISSING, purposes=asks))
    assert found == (ClientEffect.FAILS, 1)


def test_another_wording_hides_nothing_that_follows() -> None:
    assert by_replies(replies(ADDED, NOTHING), replies(ADDED_ELSE, DENIED)) == (ClientEffect.FAILS, 2)
    assert by_replies(replies(EXISTS, ADDED), replies(EXISTS_DOCUMENTED, ADDED_ELSE)) == (ClientEffect.REPLY, 2)


def test_a_request_that_only_one_run_sent_is_not_known() -> None:
    assert by_replies(replies(ADDED, EXISTS), replies(ADDED)) == (ClientEffect.UNKNOWN, 2)


def test_a_reply_without_a_word_is_no_success_and_no_refusal() -> None:
    assert [standing(200, [text]) for text in (ADDED, "A|B", EXISTS)] == list(reversed(Standing))


# --- without replies ---


def differs(aspect: str, wanted: str, got: str, *, by: str | None = None, step: int = 1) -> Difference:
    return Difference(step=step, line=1, aspect=aspect, documented=wanted, shipped=wanted, got=got, deviation=by)


def fails(*differences: Difference) -> Fail:
    return Fail(summary="wrong", differences=differences)


STATUS, MESSAGE = differs("status", "SUCCESS", "ERROR"), differs("message", "ONE", "TWO")
HTTP, SEPARATOR = differs("http-status", "200", "500"), differs("separator", " - ", ": |", by="error-separator")
RULE = differs("effect", MISSING, UPDATED, by="silent-sanitising")
SANITISED = differs("effect", UPDATED, UPDATED, by="silent-sanitising")


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (Pass(), fails(STATUS, MESSAGE), ClientEffect.FAILS),
        (fails(STATUS), Pass(), ClientEffect.WORKS),
        (Pass(), fails(HTTP), ClientEffect.FAILS),
        (Pass(), fails(MESSAGE), ClientEffect.REPLY),
        (Deviates(ids=("x",), differences=(RULE, SEPARATOR)), fails(MESSAGE, SEPARATOR), ClientEffect.REPLY),
        (Pass(), Deviates(ids=("error-separator",), differences=(SEPARATOR,)), ClientEffect.FORM),
        (Pass(), Deviates(ids=("x",), differences=(RULE, SEPARATOR)), ClientEffect.WORKS),
        (Deviates(ids=("x",), differences=(RULE,)), Pass(), ClientEffect.FAILS),
        (Pass(), Deviates(ids=("error-separator",)), ClientEffect.UNKNOWN),
        (Pass(), fails(MESSAGE, differs("status", "SUCCESS", "ERROR", step=2)), ClientEffect.FAILS),
    ],
)
def test_the_effect_by_verdicts_alone(before: Verdict, after: Verdict, effect: ClientEffect) -> None:
    assert by_verdicts(sample.case(ID, before), sample.case(ID, after)).effect is effect


def test_a_regression_with_the_same_replies_is_not_known_to_be_felt(tmp_path: Path) -> None:
    one = made_up(tmp_path / "1", sample.case(ID, Pass()), lines=[line(ID, ADDED)])
    two = made_up(tmp_path / "2", sample.case(ID, fails(STATUS)), lines=[line(ID, ADDED)])
    (case,) = pair(one, two).changes
    assert (case.change, case.effect, case.curl) == ("regression", ClientEffect.UNKNOWN, None)


def test_what_says_nothing_of_a_server_is_felt_by_nobody(tmp_path: Path) -> None:
    one = made_up(tmp_path / "1", sample.case(ID, Pass()), lines=[line(ID, ADDED)])
    (case,) = pair(one, made_up(tmp_path / "2")).changes
    assert (case.effect, pair(one, made_up(tmp_path / "2")).effects) == (None, {})


def test_the_request_that_shows_it_is_kept_without_a_password(tmp_path: Path) -> None:
    one, two = (
        made_up(tmp_path / name, sample.case(ID, Pass()), lines=[line(ID, ADDED), line(ID, body, step=2)])
        for name, body in (("1", UPDATED), ("2", DENIED))
    )
    (case,) = pair(one, two).changes
    assert (case.effect, case.step) == (ClientEffect.FAILS, 2)
    assert case.curl is not None
    assert case.curl.startswith(f"curl '{sample.URL}?source=conformance&user=6666&pass='\"$VICIDIAL_PASS\"'&function=")


def test_the_request_of_a_form_or_of_json_is_repeated_as_it_was_sent(tmp_path: Path) -> None:
    sent = {"form": ("did_pattern=1", "x-www-form-urlencoded'"), "json": ('{"did_pattern": "1"}', "application/json'")}
    for name, (body, kind) in sent.items():
        one, two = (
            made_up(tmp_path / name / str(n), sample.case(ID, Pass()), lines=[line(ID, said, method="POST", form=body)])
            for n, said in enumerate((ADDED, EXISTS))
        )
        (case,) = pair(one, two).changes
        assert case.curl is not None
        assert (kind in case.curl, f"--data-raw {shlex.quote(body)}" in case.curl) == (True, True)
