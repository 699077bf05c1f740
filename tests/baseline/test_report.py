"""What a baseline makes of a report: exit codes, answers, advice."""

from typing import Any

import msgspec
import pytest

from conformance.report import advice, terminal, view
from conformance.report.causes import causes
from conformance.report.model import BaselineUse, CaseResult, Report
from conformance.verdict.model import Error, Pass
from tests.report import sample

FAIL = sample.case("add_did/active/lower-case", sample.FAIL)
KNOWN = msgspec.structs.replace(FAIL, id="add_did/active/upper-case", known="mended in spring")
PASS = sample.case("version/plain/get", Pass())
ERROR = sample.case("version/plain/slow", Error(reason="no reply"))
STALE = BaselineUse(file="lab.toml", stale=("version/plain/get",))


def report(*results: CaseResult, use: BaselineUse | None = None, **facts: Any) -> Report:
    return sample.report(*results, baseline=use or BaselineUse(file="lab.toml"), **facts)


@pytest.mark.parametrize(
    ("found", "code", "answer"),
    [
        (report(KNOWN), 0, "Does not conform, as known: 1 of 1 cases failed."),
        (report(KNOWN, PASS), 0, "Does not conform, as known: 1 of 2 cases failed."),
        (report(KNOWN, FAIL), 1, "Does not conform: 1 of 2 cases failed, and 1 more as known."),
        (
            report(KNOWN, PASS, use=STALE),
            1,
            "Does not conform, as known: 1 of 2 cases failed, but 1 known fail is gone.",
        ),
        (report(PASS, use=STALE), 1, "Better than the baseline: 1 known fail is gone."),
        (report(KNOWN, ERROR), 3, "No answer: 1 of 2 cases ended in an error"),
        (report(KNOWN, expected=2), 3, "1 of 2 cases were never reported."),
        (report(KNOWN, left=("99900112345678",)), 4, "Does not conform, as known: 1 of 1 cases failed. 1 DID may"),
    ],
)
def test_the_exit_code_follows_from_what_is_not_known(found: Report, code: int, answer: str) -> None:
    assert (found.exit_code, found.answer.startswith(answer)) == (code, True), found.answer


def test_a_known_fail_is_neither_good_news_nor_bad() -> None:
    assert [advice.tone(r) for r in (report(KNOWN, PASS), report(KNOWN, FAIL))] == [advice.Tone.UNSURE, advice.Tone.BAD]
    assert "every fail is one that the baseline knows" in advice.next_step(report(KNOWN, PASS))
    assert "Remove the entries" in advice.next_step(report(PASS, use=STALE))


def test_known_fails_do_not_push_new_ones_out_of_sight() -> None:
    found = report(*[msgspec.structs.replace(KNOWN, id=f"add_did/x/{n}") for n in range(terminal.FAILURES + 5)], FAIL)
    (cause,) = causes(found)
    known = terminal.FAILURES + 5
    assert (cause.is_known, cause.first, cause.told) == (
        False,
        FAIL,
        f"{known + 1} cases in add_did, {known} of them known",
    )


def test_many_entries_without_a_reason_are_not_all_named() -> None:
    use = BaselineUse(file="lab.toml", unreasoned=tuple(f"add_did/x/{n}" for n in range(9)))
    assert view.baseline(report(use=use))[0].endswith("add_did/x/4 and 4 more")


def test_without_a_baseline_nothing_is_said_of_one() -> None:
    assert view.baseline(sample.report(FAIL)) == ()
