"""What a badge says of a run."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.report.badge import badge, write
from conformance.report.model import Report
from conformance.verdict.model import Deviates, Error, Fail, NotTested, Pass
from tests.report import sample

FAILED = sample.case("b/b/b", Fail(summary="s", differences=()))
PASSED = sample.case("a/a/a", Pass())
LEFT_OUT = sample.case("c/c/c", NotTested(missing="m", setting="s"))
DEVIATING = sample.case("d/d/d", Deviates(ids=("error-separator",)))

RUNS: dict[str, tuple[Report, str, str]] = {
    "all pass": (sample.report(PASSED), "conforms", "brightgreen"),
    "some fail": (sample.report(PASSED, FAILED), "1 of 2 fail", "red"),
    "a part": (sample.report(PASSED, LEFT_OUT), "conforms, 1 of 2 tested", "yellowgreen"),
    "many": (sample.report(*[PASSED] * 1214, FAILED), "1 of 1,215 fail", "red"),
    "known fails": (
        sample.report(PASSED, replace(FAILED, known="is so")),
        "1 of 2 fail, as known",
        "red",
    ),
    "known fails and no more": (
        sample.report(replace(FAILED, known="is so"), ended="no reply", expected=9),
        "no answer",
        "orange",
    ),
    "a fail before the end": (sample.report(FAILED, ended="no reply", expected=9), "1 of 1 fail", "red"),
    "nothing tested": (sample.report(LEFT_OUT), "not tested", "lightgrey"),
    "an error": (sample.report(PASSED, sample.case("e/e/e", Error(reason="r"))), "no answer", "orange"),
    "ended early": (sample.report(PASSED, ended="the disk is full"), "no answer", "orange"),
    "cases lost": (sample.report(PASSED, expected=2), "no answer", "orange"),
    "left": (sample.report(PASSED, left=("999",)), "left something behind", "orange"),
}


@pytest.mark.parametrize(("report", "message", "colour"), RUNS.values(), ids=RUNS)
def test_a_run_in_a_few_words(report: Report, message: str, colour: str) -> None:
    assert (badge(report).message, badge(report).color) == (message, colour)


def test_deviations_are_counted(tmp_path: Path) -> None:
    report = sample.report(DEVIATING)
    number = len(report.deviations)
    said = f"conforms, {number} deviation{'s' * (number != 1)}"
    assert json.loads(write(report, tmp_path).read_bytes()) == {
        "schemaVersion": 1,
        "label": "VICIdial API",
        "message": said,
        "color": "green",
    }
