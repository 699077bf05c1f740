"""How many cases the answer rests on: part of the answer in every form of the report."""

import io
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from rich.console import Console

from conformance.report import advice, html, junit, markdown
from conformance.report.badge import badge
from conformance.report.model import Report
from conformance.report.terminal import summary
from conformance.verdict.model import Blocked, Deviates, NotTested, Pass, VerdictKind
from tests.report import sample

WRITES = NotTested(missing="level standard", setting="--allow-writes")
ROLE = NotTested(missing="level7", setting="[roles] level7 in the target file")
PROBE = sample.report(
    *[sample.case(f"add_did/a/{n}", Pass()) for n in range(320)],
    *[sample.case(f"add_did/b/{n}", WRITES) for n in range(900)],
    *[sample.case(f"add_did/c/{n}", ROLE) for n in range(16)],
)
PASS, GAP = PROBE.results[0], PROBE.results[320]
DEVIATION = sample.case("a/b/c", Deviates(ids=("silent-sanitising",)))
FAIL = sample.case("a/b/d", sample.FAIL)
ANSWER = "Conforms to the documentation as far as it was tested: 320 of 1,236 cases; 916 not tested."


@pytest.mark.parametrize(
    ("report", "answer"),
    [
        (PROBE, ANSWER),
        (replace(PROBE, expect="shipped"), ANSWER.replace("the documentation", "what servers send")),
        (
            sample.report(DEVIATION, GAP, deviations=(sample.seen("a"),)),
            "Conforms as far as it was tested, with 1 known deviation from the documentation: 1 of 2 cases; "
            "1 not tested.",
        ),
        (sample.report(PASS, FAIL, GAP), "Does not conform: 1 of 2 cases tested failed; 1 not tested."),
        (
            sample.report(PASS, FAIL, sample.case("a/b/e", Blocked(by="a/b/d"))),
            "Does not conform: 1 of 2 cases tested failed; 1 not tested.",
        ),
        (
            sample.report(PASS, replace(FAIL, known="is so"), GAP),
            "Does not conform, as known: 1 of 2 cases tested failed; 1 not tested.",
        ),
        (sample.report(GAP), "Nothing was tested."),
    ],
)
def test_the_answer_says_on_how_much_it_rests(report: Report, answer: str) -> None:
    assert report.answer == answer


def test_a_part_that_conforms_is_not_plain_good_news() -> None:
    assert advice.tone(PROBE) is advice.Tone.UNSURE
    assert advice.tone(replace(PROBE, results=PROBE.results[:320], expected=320)) is advice.Tone.GOOD


def test_the_exit_code_of_a_part_that_conforms_is_0() -> None:
    assert PROBE.exit_code == 0


def test_the_advice_names_what_would_test_more() -> None:
    more = "More would be tested with --allow-writes (900 cases), [roles] level7 in the target file (16 cases)."
    assert advice.next_step(PROBE) == more


def test_the_advice_names_the_settings_of_the_most_cases_and_counts_the_others() -> None:
    gaps = [sample.case(f"a/b/{n}", NotTested(missing="m", setting=f"setting {n}")) for n in range(5)]
    said = "setting 0 (1 case), setting 1 (1 case), setting 2 (1 case), 2 more settings (2 cases)."
    assert advice.next_step(sample.report(PASS, *gaps)) == f"More would be tested with {said}"


def test_dangerous_deviations_do_not_hide_what_was_not_tested() -> None:
    said = advice.next_step(sample.report(DEVIATION, GAP, deviations=(sample.seen("harm", "dangerous"),)))
    assert "the 1 dangerous among them" in said
    assert "More would be tested with --allow-writes (1 case)." in said


def test_a_terminal_shows_the_answer_and_what_would_test_more() -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True, color_system="standard")
    console.print(summary(PROBE), crop=False)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert f"\x1b[1;33m{ANSWER}" in text
    assert "Not tested: 916 of 1,236 cases" in text
    assert "900  --allow-writes" in text


def test_the_answer_is_one_line_however_narrow_the_terminal() -> None:
    console = Console(file=io.StringIO(), width=40, force_terminal=False)
    console.print(summary(PROBE), crop=False)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines()[-1].rstrip() == ANSWER


def test_a_page_answers_with_it_and_is_not_green() -> None:
    text = html.render(PROBE)
    assert f'<div class="answer unsure">\n<h1>{ANSWER}</h1>' in text
    assert "<dt>Tested</dt><dd>320 of 1236</dd>" in text


def test_a_summary_answers_with_it_and_groups_what_would_test_more() -> None:
    text = markdown.render(PROBE)
    assert text.startswith(f"## {ANSWER}\n")
    assert "### Not tested: 916 of 1236 cases" in text
    assert "| 900 | --allow-writes |" in text


@pytest.mark.parametrize(
    ("report", "message", "colour"),
    [
        (PROBE, "conforms, 320 of 1,236 tested", "yellowgreen"),
        (
            sample.report(DEVIATION, GAP, deviations=(sample.seen("a"),)),
            "conforms, 1 deviation, 1 of 2 tested",
            "yellowgreen",
        ),
        (sample.report(PASS, FAIL, GAP), "1 of 2 fail, 1 not tested", "red"),
    ],
)
def test_a_badge_says_it_too(report: Report, message: str, colour: str) -> None:
    assert (badge(report).message, badge(report).color) == (message, colour)


def test_a_ci_server_gets_the_numbers_as_properties(tmp_path: Path) -> None:
    root = ET.fromstring(junit.write(PROBE, tmp_path).read_bytes())  # noqa: S314 - our own file
    told = [(p.get("name"), p.get("value")) for p in root[0][0]]
    for wanted in (
        *(("answer", ANSWER), ("cases", "1236"), ("tested", "320"), ("not tested", "916")),
        ("more would be tested with", "--allow-writes: 900"),
        ("more would be tested with", "[roles] level7 in the target file: 16"),
    ):
        assert wanted in told


def test_what_was_tested_and_what_was_not_is_all() -> None:
    report = sample.every_verdict()
    assert report.tested + report.untested == len(report.results)
    assert report.untested == report.counts[VerdictKind.NOT_TESTED] + report.counts[VerdictKind.BLOCKED]
