"""Form apart from content: said once of a server that keeps to one, and a deviation where it mixes two."""

import io
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from rich.console import Console

from conformance.contract.load import load_contract
from conformance.report import advice, html, json_file, junit, markdown
from conformance.report.badge import badge
from conformance.report.form import Form
from conformance.report.json_file import load_report
from conformance.report.model import CaseResult, Report
from conformance.report.settle import deviations_seen, settled
from conformance.report.terminal import summary
from conformance.verdict.model import Deviates, Difference, Pass, Printed
from tests.report import sample

CONTRACT = load_contract()
EXTRA = Difference(
    step=1, line=1, aspect="fields", documented="6", shipped="6|0", got="6|0", deviation="permission-extra-field"
)
BENT = Difference(
    step=2, line=1, aspect="effect", documented="ERROR", shipped="SUCCESS", got="SUCCESS", deviation="silent-sanitising"
)
DANGEROUS = Deviates(ids=("silent-sanitising",), differences=(BENT,), form=(sample.SEPARATOR,))


def shipped(number: int, *form: Difference) -> CaseResult:
    return sample.case(f"add_did/shipped/{number}", Pass(form or (sample.SEPARATOR,)))


def documented(number: int, deviation: str = "error-separator") -> CaseResult:
    printed = (Printed(step=1, deviation=deviation),)
    return replace(sample.case(f"update_did/documented/{number}", Pass()), as_documented=printed)


def run(*results: CaseResult) -> Report:
    """The report of a run that gave these results."""
    found = settled(results, CONTRACT)
    return sample.report(*found.results, form=found.form, deviations=deviations_seen(found.results, CONTRACT))


WHOLE = {
    "shipped": ([shipped(1), shipped(2)], "prints the shipped form: 2 replies"),
    "one reply": ([shipped(1)], "prints the shipped form: 1 reply"),
    "documented": ([documented(1), documented(2)], "prints the documented form: 2 replies"),
    "a reply that shows two things": ([shipped(1, sample.SEPARATOR, EXTRA)], "prints the shipped form: 1 reply"),
    "beside a deviation": ([sample.case("a/b/c", DANGEROUS), shipped(1)], "prints the shipped form: 2 replies"),
    "one thing so and another so": (
        [shipped(1, EXTRA), documented(1), documented(2)],
        "prints the shipped form: 1 reply (permission-extra-field) "
        "and the documented form: 2 replies (error-separator)",
    ),
}


@pytest.mark.parametrize(("results", "said"), WHOLE.values(), ids=WHOLE)
def test_the_form_of_a_whole_server_is_said_once_and_changes_no_verdict(results: list[CaseResult], said: str) -> None:
    found = run(*results)
    assert (str(found.form), found.results) == (said, tuple(results))


def test_of_replies_without_two_forms_nothing_is_said() -> None:
    assert run(sample.case("a/b/c", Pass())).form is None


def test_a_server_that_mixes_forms_does_not_pass_in_silence() -> None:
    found = run(shipped(1), documented(1), documented(2))
    assert found.results[0].verdict == Deviates(ids=("error-separator",), differences=(sample.SEPARATOR,))
    assert [result.verdict for result in found.results[1:]] == [Pass(), Pass()]
    assert str(found.form) == "mixes two forms (error-separator); replies in each: 1 shipped, 2 documented"
    assert [seen.id for seen in found.deviations] == ["error-separator"]
    assert found.answer == "Conforms, with 1 known deviation from the documentation, and mixes two forms."


def test_a_server_that_mixes_forms_is_no_plain_good_news() -> None:
    found = run(shipped(1), documented(1))
    assert advice.tone(found) is advice.Tone.UNSURE
    assert advice.why(found).endswith("which no known server does.")
    assert (badge(found).message, badge(found).color) == ("conforms, 1 deviation, two forms", "yellowgreen")


def test_forms_mixed_within_one_case_are_mixed() -> None:
    both = replace(shipped(1), as_documented=(Printed(step=2, deviation="error-separator"),))
    assert isinstance(run(both).results[0].verdict, Deviates)


def test_only_what_is_mixed_deviates() -> None:
    [first, *_] = run(shipped(1, sample.SEPARATOR, EXTRA), documented(1)).results
    assert first.verdict == Deviates(ids=("error-separator",), differences=(sample.SEPARATOR,), form=(EXTRA,))


def test_what_is_mixed_stands_with_the_other_deviations_of_a_case() -> None:
    [first, *_] = run(sample.case("a/b/c", DANGEROUS), documented(1)).results
    both = ("error-separator", "silent-sanitising")
    assert first.verdict == Deviates(ids=both, differences=(sample.SEPARATOR, BENT))


def test_the_order_of_the_cases_makes_no_difference() -> None:
    results = [shipped(1), documented(1), shipped(2)]
    there, back = ({r.id: r.verdict for r in run(*some).results} for some in (results, results[::-1]))
    assert there == back


def test_settling_twice_changes_nothing() -> None:
    once = settled([shipped(1), documented(1)], CONTRACT)
    assert settled(once.results, CONTRACT) == once


def test_cases_beside_those_that_are_settled_help_to_tell() -> None:
    [alone] = settled([shipped(1)], CONTRACT, beside=[documented(1)]).results
    assert isinstance(alone.verdict, Deviates)


def _terminal(report: Report) -> str:
    console = Console(file=io.StringIO(), width=200, force_terminal=False)
    console.print(summary(report), crop=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


WRITTEN: dict[str, Callable[[Report], str]] = {
    "terminal": _terminal,
    "html": html.render,
    "summary": markdown.render,
    "junit": lambda report: ET.tostring(junit._suites(report)).decode(),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_every_form_of_the_report_says_it_once(written: Callable[[Report], str]) -> None:
    said = written(run(*(shipped(number) for number in range(1_180))))
    assert said.count("prints the shipped form: 1,180 replies") == 1


def test_the_report_for_programs_has_the_numbers(tmp_path: Path) -> None:
    json_file.write(run(shipped(1), shipped(2)), tmp_path)
    form = load_report(tmp_path).form
    assert isinstance(form, Form)
    assert [(seen.id, seen.shipped, seen.documented) for seen in form.seen] == [("error-separator", 2, 0)]


def test_the_page_shows_what_the_form_does_to_a_client_and_an_example() -> None:
    page = html.render(run(shipped(1)))
    assert page.count('id="deviation:error-separator"') == 1
    assert "finds no data in an error" in page


def test_a_page_of_mixed_forms_has_each_anchor_once_and_says_where_the_documented_one_is() -> None:
    page = html.render(run(shipped(1), documented(1)))
    assert page.count('id="deviation:error-separator"') == 1
    assert "Printed as documented in" in page
    assert "Printed as documented in" not in html.render(run(documented(1)))


def test_a_pass_in_form_is_no_conformance_to_the_letter() -> None:
    assert run(shipped(1)).answer == "Conforms to the documentation in all but form."
    assert run(documented(1)).answer == "Conforms to the documentation."


OLD = sample.report(
    sample.case("a/b/c", Deviates(ids=("error-separator",), differences=(sample.SEPARATOR,))),
    sample.case("a/b/d", Deviates(ids=("error-separator", "silent-sanitising"), differences=(sample.SEPARATOR, BENT))),
    sample.case("a/b/e", Deviates(ids=("of-another-version",), differences=())),
    schema=1,
    deviations=(sample.seen(), sample.seen("silent-sanitising"), sample.seen("of-another-version")),
)


def test_a_report_of_before_is_read_as_one_of_now(tmp_path: Path) -> None:
    json_file.write(OLD, tmp_path)
    found = load_report(tmp_path)
    assert [result.verdict for result in found.results] == [
        Pass((sample.SEPARATOR,)),
        DANGEROUS,
        Deviates(ids=("of-another-version",)),
    ]
    assert [seen.id for seen in found.deviations] == ["silent-sanitising", "of-another-version"]
    assert str(found.form) == "prints the shipped form: 2 replies"


def test_a_report_of_now_is_read_as_it_stands(tmp_path: Path) -> None:
    mixed = run(shipped(1), documented(1))
    json_file.write(mixed, tmp_path)
    assert load_report(tmp_path) == mixed
