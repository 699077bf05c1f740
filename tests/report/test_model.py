import pytest
from msgspec.structs import replace

from conformance.report.model import Report
from conformance.verdict.model import Pass
from tests.report import sample

PASS = sample.case("add_did/a/b", Pass())
FAIL = sample.case("add_did/a/c", sample.FAIL)
ERROR = sample.case("add_did/a/d", sample.VERDICTS["version/plain/slow"])
DEVIATION = sample.case("add_did/a/e", sample.VERDICTS["add_did/did_pattern/exists"])
KNOWN = replace(FAIL, known="the proxy is replaced in spring")
GAP = sample.case("add_did/a/f", sample.VERDICTS["add_did/group/known"])


@pytest.mark.parametrize(
    ("report", "code", "answer"),
    [
        (sample.report(PASS), 0, "Conforms to the documentation."),
        (sample.report(PASS, FAIL, ERROR), 1, "Does not conform: 1 of 3 cases failed."),
        (sample.report(PASS, ERROR), 3, "No answer: 1 of 2 cases ended in an error of ours or of the network."),
        (
            sample.report(PASS, KNOWN, ERROR),
            3,
            "No answer: 1 of 3 cases ended in an error of ours or of the network.",
        ),
        (sample.report(PASS, KNOWN), 0, "Does not conform, as known: 1 of 2 cases failed."),
        (sample.report(PASS, expected=3), 3, "2 of 3 cases were never reported."),
        (sample.report(PASS, ended="interrupted"), 3, "The run ended early: interrupted"),
        (sample.report(PASS, left=("999",)), 4, "Conforms to the documentation. 1 DID may still be on the target."),
        (sample.report(GAP), 2, "Nothing was tested."),
        (
            sample.report(DEVIATION, deviations=(sample.seen("a"),)),
            0,
            "Conforms, with 1 known deviation from the documentation.",
        ),
        (
            sample.report(DEVIATION, deviations=(sample.seen("a"), sample.seen("b"))),
            0,
            "Conforms, with 2 known deviations from the documentation.",
        ),
    ],
)
def test_a_report_answers_in_a_sentence_and_an_exit_code(report: Report, code: int, answer: str) -> None:
    assert (report.exit_code, report.answer) == (code, answer)
