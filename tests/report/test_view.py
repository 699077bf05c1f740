import msgspec
import pytest

from conformance.report import advice, view
from conformance.report.model import Report
from conformance.verdict.model import Difference, Pass
from tests.report import sample

PASS = sample.case("add_did/a/b", Pass())
GAP = sample.case("add_did/a/c", sample.VERDICTS["add_did/group/known"])


def test_gaps_are_grouped_by_setting_the_most_cases_first() -> None:
    found = [(gap.setting, gap.missing, len(gap.cases)) for gap in view.gaps(sample.every_verdict())]
    assert found == [("roles.level7", ("the role level7",), 2), ("entities.ingroup", ("an in-group",), 1)]


def test_results_are_grouped_by_function() -> None:
    found = {group.name: (len(group.results), group.troubled) for group in view.by_function(sample.every_verdict())}
    assert found == {"add_did": (4, True), "permission": (2, False), "update_did": (1, False), "version": (1, True)}


@pytest.mark.parametrize(
    ("documented", "shipped", "expect", "expected"),
    [
        ("a", "b", "either", "a"),
        ("a", "b", "shipped", "b"),
        (None, "b", "documented", "b"),
        ("a", None, "shipped", "a"),
        ("", "b", "either", ""),
        (None, None, "either", "(unspecified)"),
    ],
)
def test_what_was_expected_depends_on_what_counts(
    documented: str | None, shipped: str | None, expect: str, expected: str
) -> None:
    difference = Difference(step=1, line=0, aspect="x", documented=documented, shipped=shipped, got="c")
    assert view.expected(difference, expect) == expected


@pytest.mark.parametrize(
    ("documented", "shipped", "expect", "wanted"),
    [
        ("a", "b", "either", {"documented": "a", "shipped": "b"}),
        ("a", "a", "either", {"expected": "a"}),
        ("a", "b", "shipped", {"shipped": "b"}),
        ("a", None, "shipped", {"expected": "a"}),
        (None, None, "either", {"expected": None}),
    ],
)
def test_each_form_that_would_do_is_named(
    documented: str | None, shipped: str | None, expect: str, wanted: dict[str, str | None]
) -> None:
    difference = Difference(step=1, line=0, aspect="x", documented=documented, shipped=shipped, got="c")
    assert view.wanted(difference, expect) == wanted


def test_the_same_difference_in_two_requests_is_told_once() -> None:
    again = msgspec.structs.replace(sample.SEPARATOR, step=3)
    told = [places for places, _ in view.by_place((sample.SEPARATOR, sample.FUNCTION, again))]
    assert told == ["request 1, line 1; request 3, line 1: separator", "request 1, line 1: function"]


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (sample.every_verdict(), "What differs in 1 failed case: function (1)."),
        (sample.report(PASS, deviations=(sample.seen(),)), "Every difference is a listed one: "),
        (sample.report(PASS), ""),
        (sample.report(PASS, ended="interrupted", deviations=(sample.seen(),)), ""),
    ],
)
def test_the_reason_for_the_answer_fits_in_a_sentence(report: Report, why: str) -> None:
    said = advice.why(report)
    assert said.startswith(why)
    assert bool(said) == bool(why)


@pytest.mark.parametrize(
    ("report", "begins"),
    [
        (sample.report(PASS), "There is nothing to do."),
        (sample.report(PASS, GAP), "More would be tested with entities.ingroup (1 case)."),
        (sample.report(GAP), "Give the run the settings"),
        (sample.report(PASS, deviations=(sample.seen("harm", "dangerous"),)), "A client must know the 1 dangerous"),
        (sample.report(PASS, left=("1", "2")), "First remove what this run may have left on the target: 2 DIDs"),
        (sample.report(sample.case("add_did/a/b", sample.FAIL)), "Each failure below"),
        (sample.report(PASS, ended="interrupted"), "This says nothing against the server."),
    ],
)
def test_the_advice_fits_the_exit_code(report: Report, begins: str) -> None:
    assert advice.next_step(report).startswith(begins)
