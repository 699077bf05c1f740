"""What has become of a case, by its verdicts and its replies on both sides."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from conformance.compare.cases import change, described
from conformance.compare.client_effect import Replies
from conformance.compare.model import ChangeKind
from conformance.report.model import CaseResult
from conformance.verdict.model import Blocked, Deviates, Difference, Error, Fail, NotTested, Pass, Verdict
from tests.compare.support import replies
from tests.report import sample

ID = "add_did/active/N"
SAME, OTHER = replies("SUCCESS: a"), replies("ERROR: b")
DEVIATES, ELSE = Deviates(ids=("error-separator",)), Deviates(ids=("auth-trailing-field",))


def fails(*places: tuple[int, str]) -> Fail:
    made = (Difference(step=s, line=1, aspect=a, documented="x", shipped="x", got="y") for s, a in places)
    return Fail(summary="wrong", differences=tuple(made))


FAIL, FAIL_2, BOTH = fails((1, "message")), fails((1, "fields")), fails((1, "message"), (1, "fields"))
UNTESTED, BLOCKED, ERROR = NotTested(missing="x", setting="y"), Blocked(by="z"), Error(reason="no reply")


def result(verdict: Verdict, *, repeated: bool | None = None) -> CaseResult:
    return msgspec.structs.replace(sample.case(ID, verdict), repeated=repeated)


def found(
    before: Verdict, after: Verdict, replies: tuple[Replies, Replies] = (SAME, OTHER), **options: Any
) -> ChangeKind:
    return change(result(before), result(after), replies, **{"same_judge": True, **options})


@pytest.mark.parametrize(("before", "after"), [(Pass(), FAIL), (DEVIATES, FAIL), (FAIL, FAIL_2), (FAIL, BOTH)])
def test_a_fail_of_what_conformed_or_in_another_aspect_is_a_regression(before: Verdict, after: Verdict) -> None:
    assert found(before, after) is ChangeKind.REGRESSION


@pytest.mark.parametrize(("before", "after"), [(FAIL, Pass()), (FAIL, DEVIATES)])
def test_a_fail_that_conforms_now_is_a_fix(before: Verdict, after: Verdict) -> None:
    assert found(before, after) is ChangeKind.FIX


def test_a_known_deviation_that_comes_or_goes_is_neither_a_regression_nor_a_fix() -> None:
    assert found(Pass(), DEVIATES) is ChangeKind.DEVIATES
    assert found(DEVIATES, Pass()) is ChangeKind.NO_DEVIATION


@pytest.mark.parametrize(("before", "after"), [(Pass(), Pass()), (DEVIATES, ELSE), (FAIL, FAIL), (BOTH, FAIL)])
def test_other_replies_with_the_same_verdict_are_changed_replies(before: Verdict, after: Verdict) -> None:
    assert found(before, after) is ChangeKind.REPLY


@pytest.mark.parametrize(("before", "after"), [(Pass(), Pass()), (DEVIATES, ELSE), (Pass(), DEVIATES), (FAIL, FAIL)])
def test_the_same_replies_are_no_difference_however_much_was_known_of_the_server(
    before: Verdict, after: Verdict
) -> None:
    assert found(before, after, (SAME, SAME)) is ChangeKind.NONE


def test_the_same_replies_that_are_wrong_now_are_a_regression() -> None:
    """A server that has changed its ways in another case contradicts itself in this one."""
    assert found(Pass(), FAIL, (SAME, SAME)) is ChangeKind.REGRESSION


@pytest.mark.parametrize(("before", "after"), [(Pass(), DEVIATES), (Pass(), FAIL), (FAIL, FAIL_2)])
def test_the_same_replies_under_another_judge_are_judged_differently(before: Verdict, after: Verdict) -> None:
    assert found(before, after, (SAME, SAME), same_judge=False) is ChangeKind.JUDGED


@pytest.mark.parametrize(("first", "second"), [(False, None), (None, False), (False, False), (False, True)])
def test_a_fail_that_did_not_repeat_is_flaky_on_whichever_side(first: bool | None, second: bool | None) -> None:
    sides = result(FAIL, repeated=first), result(FAIL_2, repeated=second)
    assert change(*sides, (SAME, OTHER), same_judge=True) is ChangeKind.FLAKY


def test_a_fail_that_repeated_counts() -> None:
    sides = result(Pass()), result(FAIL, repeated=True)
    assert change(*sides, (SAME, OTHER), same_judge=True) is ChangeKind.REGRESSION


@pytest.mark.parametrize("silent", [BLOCKED, ERROR])
def test_what_one_side_did_not_answer_is_no_regression_and_no_fix(silent: Verdict) -> None:
    assert {found(Pass(), silent), found(silent, FAIL)} == {ChangeKind.NO_ANSWER}


def test_what_one_side_did_not_test_is_said_with_why() -> None:
    assert found(Pass(), UNTESTED) is ChangeKind.NOT_TESTED
    told = described(ChangeKind.NOT_TESTED, result(Pass()), result(UNTESTED), ((), ()))
    assert told.why == "after: not-tested (x; needs y); the other run: pass"


@pytest.mark.parametrize("silent", [BLOCKED, ERROR, UNTESTED])
def test_what_neither_side_answered_is_no_difference(silent: Verdict) -> None:
    assert found(silent, UNTESTED) in (ChangeKind.NONE, ChangeKind.NOT_TESTED)
    assert found(silent, silent, ((), ())) is ChangeKind.NONE


def test_a_case_that_only_one_side_has_is_new_or_gone() -> None:
    assert change(None, result(Pass()), (None, SAME), same_judge=True) is ChangeKind.NEW
    assert change(result(Pass()), None, (SAME, None), same_judge=True) is ChangeKind.GONE


def test_without_replies_the_verdicts_decide() -> None:
    none = (None, SAME)
    assert found(DEVIATES, DEVIATES, none) is ChangeKind.NONE
    assert found(DEVIATES, ELSE, none) is ChangeKind.REPLY
    assert found(Pass(), FAIL, none) is ChangeKind.REGRESSION
    assert found(Pass(), DEVIATES, none) is ChangeKind.DEVIATES


def test_the_replies_that_changed_are_told_by_request() -> None:
    told = described(ChangeKind.REPLY, result(Pass()), result(Pass()), (replies("a", "b", "c"), replies("a", "x")))
    assert [(reply.step, reply.before, reply.after) for reply in told.replies] == [(2, "b", "x"), (3, "c", None)]
