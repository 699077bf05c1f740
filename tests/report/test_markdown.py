import re

import pytest

from conformance.cases.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.report import markdown
from conformance.report.jinja import cell, code, duration, fenced, moment, plain
from conformance.report.model import CaseCall
from tests.report import sample


@pytest.fixture(scope="module")
def text() -> str:
    return markdown.render(sample.every_verdict())


def test_the_answer_comes_first(text: str) -> None:
    assert (
        text.splitlines()[0]
        == "## Does not conform: 1 of 4 cases tested failed; 4 not tested. 1 DID may still be on the target."
    )


def test_the_counts_are_a_table(text: str) -> None:
    assert "| fail | error | blocked | not-tested | deviation | pass |\n" in text
    assert "\n| 1 | 1 | 1 | 3 | 1 | 1 |\n" in text


def test_a_failure_shows_what_was_expected_and_what_came(text: str) -> None:
    assert "```text\nrequest 1, line 1: function\n  expected  add_did\n  got       ADD_DID\n```" in text


def test_a_failure_can_be_repeated(text: str) -> None:
    assert f"```sh\n{sample.CURL}\n```" in text


def test_a_deviation_shows_its_severity_and_its_effect(text: str) -> None:
    assert r"| misleading | `error-separator` | 1 | A client that splits replies at \` - \` finds no data" in text


def test_what_was_not_tested_is_grouped_by_what_would_allow_it(text: str) -> None:
    assert "| 2 | roles.level7 | the role level7 |\n| 1 | entities.ingroup | an in-group |" in text


def test_what_was_left_is_listed(text: str) -> None:
    assert "### May still be on the target\n\n- `99900112345678`" in text


def test_a_run_without_troubles_has_no_section_for_them() -> None:
    assert "###" not in markdown.render(
        sample.report(sample.case("add_did/a/b", sample.VERDICTS["add_did/did_pattern/least"]))
    )


def test_text_of_a_server_is_never_markup() -> None:
    outside = re.sub(r"^(`{3,})\w*\n.*?\n\1$", "", markdown.render(sample.hostile()), flags=re.M | re.S)
    outside = re.sub(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)", "", outside)
    assert not re.search(r"(?<!\\)<", outside)


def test_a_summary_stays_small_enough_for_github() -> None:
    call = CaseCall(curl="c" * 5_000, status=200, body="", elapsed=0)
    many = [sample.case(f"add_did/{n}/x", sample.otherwise(n), *[call] * 9, title="t" * 9_000) for n in range(300)]
    text = markdown.render(sample.report(*many, left=("d" * 400,) * 9_000))
    assert len(text.encode()) <= markdown.LIMIT
    assert "more in report.html" in text


def test_a_run_in_which_every_case_fails_says_how_many_are_left_out() -> None:
    call = CaseCall(curl="é" * 5_000, status=200, body="x", elapsed=0)
    cases = enumerate(catalogue(load_contract()))
    every = [sample.case(case.id, sample.otherwise(n), *[call] * 9, title="é" * 9_000) for n, case in cases]
    text = markdown.render(sample.report(*every))
    shown = text.count("the first to look at")
    assert len(text.encode()) <= markdown.LIMIT < 2**20
    assert shown > 0
    assert f"... and {len(every) - shown} more in report.html" in text


def test_fewer_failures_are_shown_where_all_would_be_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "LIMIT", 15_000)
    results = [sample.case(f"add_did/{n}/x", sample.otherwise(n), sample.CALL) for n in range(60)]
    assert "\n... and 40 more in report.html" in markdown.render(sample.report(*results))


def test_a_fence_is_longer_than_any_inside() -> None:
    assert fenced("a\n````\nb") == "`````text\na\n````\nb\n`````"


@pytest.mark.parametrize(
    ("text", "span"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a|b", "`a|b`"), ("", "` `"), ("a\nb", r"`a\nb`")],
)
def test_a_code_span_holds_backticks_and_bars(text: str, span: str) -> None:
    assert code(text) == span


def test_a_bar_does_not_end_a_cell() -> None:
    assert cell("a|b") == r"`a\|b`"


def test_prose_is_escaped() -> None:
    assert plain("<b> [x](y) a_b *c* \\") == r"\<b\> \[x\](y) a\_b \*c\* \\"


@pytest.mark.parametrize(
    ("finished", "took"),
    [
        ("2026-11-21T19:00:00.25Z", "250 ms"),
        ("2026-11-21T19:00:09Z", "9.0 s"),
        ("2026-11-21T20:01:02Z", "1:01:02"),
        ("2026-11-21T19:00:00", "unknown"),
        ("later", "unknown"),
    ],
)
def test_a_duration_is_in_the_unit_that_suits_it(finished: str, took: str) -> None:
    assert duration("2026-11-21T19:00:00Z", finished) == took


def test_a_moment_is_shown_in_utc() -> None:
    assert moment("2026-11-21T19:00:00+02:00") == "2026-11-21 17:00:00 UTC"
