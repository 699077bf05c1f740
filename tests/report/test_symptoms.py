"""What a failed case shows is told the same in every case and run, and no two defects are told the same."""

import pytest

from conformance.report.model import CaseCall
from conformance.report.symptoms import ANSWER, Symptom, symptoms
from conformance.verdict.model import Difference, Fail
from tests.report import sample

ADDED, EXISTS = "DID HAS BEEN ADDED", "DID ALREADY EXISTS"


def difference(aspect: str, wanted: str | None, got: str, *, line: int = 1, shipped: str | None = None) -> Difference:
    sent = wanted if shipped is None else shipped
    return Difference(step=1, line=line, aspect=aspect, documented=wanted, shipped=sent, got=got)


def shown(
    *differences: Difference, id: str = "add_did/did_pattern/exists", call: CaseCall = sample.CALL
) -> set[Symptom]:
    result = sample.case(id, Fail(summary="s", differences=differences), call)
    return set(symptoms(result, "either"))


def test_another_answer_of_the_contract_is_one_symptom_and_its_parts_are_none() -> None:
    found = shown(
        difference("status", "ERROR", "SUCCESS"),
        difference("message", EXISTS, ADDED),
        difference("separator", ": |", " - "),
        difference("fields", "6666|99900112345678", "6666"),
    )
    assert found == {Symptom(ANSWER, f"ERROR: {EXISTS}", f"SUCCESS: {ADDED}")}


def test_a_message_that_nobody_knows_hides_no_other_part() -> None:
    found = shown(difference("message", ADDED, "DID HAS BEEN ADED"), difference("separator", " - ", ": |"))
    assert found == {Symptom("message", ADDED, "DID HAS BEEN ADED"), Symptom("separator", " - ", ": |")}


@pytest.mark.parametrize(
    ("wanted", "got", "told"),
    [
        ("6666|99900112345678", "99900112345678|6666", "<2>|<1>"),
        ("6666|99900112345678|3", "6666|3", "<1>|<3>"),
        ("6666|99900112345678", "6666|0099900112345678", "<1>|00<2>"),
        ("6666|<number>", "6666|17", "<1>|<2>"),
        ("6666|U", "6666|another", "<1>|<another>"),
        ("6666|U", "6666|", "<1>|"),
    ],
)
def test_fields_are_told_by_their_places(wanted: str, got: str, told: str) -> None:
    (symptom,) = shown(difference("fields", wanted, got))
    assert symptom.got == told


@pytest.mark.parametrize("text", ["DID HAS BEEN ADDED", "6666|99900112345678"])
def test_what_is_added_to_a_text_is_told_without_the_text(text: str) -> None:
    (symptom,) = shown(difference("fields", text, f"{text}<br>"))
    assert (symptom.wanted, symptom.got) == ("…", "…<br>")


def test_a_value_that_comes_back_changed_is_told_with_its_parameter() -> None:
    (symptom,) = shown(difference("fields", "6666|U", "6666|V"), id="add_did/active/lower-case")
    assert symptom.about == "active"


def test_a_line_too_much_is_told_without_the_lines_that_are_due() -> None:
    due = "SUCCESS: add_did DID HAS BEEN ADDED - 6666|99900112345678"
    (symptom,) = shown(difference("lines", due, f"{due} / <b>Oops</b>", line=0))
    assert (symptom.wanted, symptom.got) == ("", "<b>Oops</b>")


def test_of_an_error_page_nothing_is_compared() -> None:
    found = shown(
        difference("http-status", "200", "500", line=0),
        difference("invariant", "never: server-error", "HTTP 500", line=0),
        difference("fields", "a", "b"),
    )
    assert found == {Symptom("invariant", "never: server-error", "HTTP 500")}


def test_a_text_that_is_no_reply_is_told_itself() -> None:
    call = CaseCall(
        curl=sample.CURL, status=200, body="<html>6666 of 99900112345678, 2026-11-21 10:00:00</html>", elapsed=0
    )
    (symptom,) = shown(difference("invariant", "never: unparsed", "no line", line=0), call=call)
    assert symptom.got == "<html><user> of <number>, <date></html>"


def test_a_number_in_a_message_that_is_a_limit_stays() -> None:
    (symptom,) = shown(difference("message", "MUST BE FROM 6 TO 50", "MUST BE FROM 5 TO 50"))
    assert (symptom.wanted, symptom.got) == ("MUST BE FROM 6 TO 50", "MUST BE FROM 5 TO 50")


def test_a_fail_without_a_difference_has_a_symptom_too() -> None:
    assert shown() == {Symptom("other", "", "s")}
