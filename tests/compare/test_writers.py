"""What people see of a comparison, in a terminal and in Markdown."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from conformance.compare import html, markdown, terminal, view
from conformance.compare.model import Comparison, Shift, Waits
from conformance.report.model import CaseResult
from conformance.upgrade.effect import WORDS
from conformance.verdict.model import Deviates, Fail, NotTested, Pass
from tests.compare.support import compared, line, made_up
from tests.report import sample

FAIL = Fail(summary="function should be 'add_did', got 'ADD_DID'", differences=(sample.FUNCTION,))
SHIFT = Shift(
    function="add_did",
    requests=900,
    before=Waits(low=0.010, median=0.012, high=0.015),
    after=Waits(low=0.030, median=0.036, high=0.045),
    factor=3.0,
)
OTHERWISE = ("A: a|one", "A: a|two")
SAID = {
    "add_did/active/worse": ("SUCCESS: a|one", "ERROR: a|two"),
    "add_did/group/form": ("NOTE: WORD - one", "NOTE: WORD: |one"),
}
"""What is said before and after, of each case."""


@pytest.fixture
def every(tmp_path: Path) -> Comparison:
    """Each kind of change once, and a shift."""
    flaky = msgspec.structs.replace(sample.case("add_did/active/flaky", FAIL), repeated=False)
    old = [
        sample.case("add_did/active/worse", Pass()),
        sample.case("add_did/active/deviates", Pass()),
        sample.case("copy_did/group/better", FAIL),
        sample.case("add_did/active/other", Pass()),
        sample.case("add_did/group/form", Pass()),
        sample.case("add_did/active/flaky", Pass()),
        sample.case("add_did/active/untested", NotTested(missing="level standard", setting="--allow-writes")),
        sample.case("add_did/active/gone", Pass()),
    ]
    new = [
        sample.case("add_did/active/worse", FAIL),
        sample.case("add_did/active/deviates", Deviates(ids=("error-separator",))),
        sample.case("copy_did/group/better", Pass()),
        sample.case("add_did/active/other", Pass()),
        sample.case("add_did/group/form", Pass()),
        flaky,
        sample.case("add_did/active/untested", Pass()),
        sample.case("add_did/active/new", FAIL),
    ]
    before = made_up(tmp_path / "1", *old, lines=[line(case.id, SAID.get(case.id, OTHERWISE)[0]) for case in old])
    more = {
        "target": sample.target(build="2.14-179"),
        "level": "probe",
        "deviations": (sample.seen(),),
        "ended": "interrupted",
    }
    after = made_up(
        tmp_path / "2", *new, lines=[line(case.id, SAID.get(case.id, OTHERWISE)[1]) for case in new], **more
    )
    found = compared(before, after)
    told = msgspec.structs.replace(found.pairs[0], shifts=(SHIFT,), unseen=("add_did/active/unseen",))
    return msgspec.structs.replace(found, pairs=(told,))


def printed(comparison: Comparison, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(terminal.shown(comparison), crop=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("write", [printed, markdown.render])
@pytest.mark.parametrize(
    "text",
    [
        "calls that now fail",
        "Calls that now fail: 1",
        "A call that succeeds before is refused or fails after.",
        "1 case of add_did, pass -> fail, a regression",
        "add_did/active/worse, request 1",
        "before  SUCCESS: a|one",
        "after   ERROR: a|two",
        "pass='\"$VICIDIAL_PASS\"'&function=add_did",
        "Said otherwise: 3",
        "1 case of copy_did, fail -> pass",
        "Printed otherwise: 1",
        "before  NOTE: WORD - one",
        "after   NOTE: WORD: |one",
        "By function",
        "By known deviation",
        "12 ms (10 to 15)",
        "36 ms (30 to 45)",
        "Flaky: failed, and not again when tried again: 1",
        "New cases: 1",
        "Cases gone: 1",
        "interrupted",
        "level",
        "Stored otherwise, unseen: 1",
        "vicidial-conformance predict-upgrade --from 2.14-202 --to 2.14-179",
        "add_did/active/unseen",
    ],
)
def test_every_change_is_shown(text: str, write: object, every: Comparison) -> None:
    assert text in write(every).replace("\\", "")  # type: ignore[operator]


@pytest.mark.parametrize("write", [printed, markdown.render, html.render])
def test_the_words_are_those_of_predictions(write: Callable[[Comparison], str], every: Comparison) -> None:
    shown = write(every)
    told = [
        effect for effect, words in WORDS.items() if f"{words.heading}:" in shown or f"<h2>{words.heading} <" in shown
    ]
    assert told == [*every.pairs[0].effects]


def test_the_dangerous_comes_first_and_the_map_and_the_answer_last_in_a_terminal(every: Comparison) -> None:
    shown = printed(every, 400)
    order = [
        "What a client will feel",
        "Calls that now fail",
        "Said otherwise",
        "Printed otherwise",
        "Stored otherwise, unseen",
        "Flaky",
        "Not tested",
        "New cases",
        "By function",
        "By field",
    ]
    assert sorted(order, key=shown.index) == order
    assert shown.splitlines()[-1] == every.answer


def test_the_map_comes_last_on_the_page(every: Comparison) -> None:
    page = html.render(every)
    order = ['id="felt"', 'id="calls-that-fail"', 'id="said-otherwise"', 'id="flaky"', 'id="where"', 'id="map"']
    assert sorted(order, key=page.index) == order
    assert '<section id="' not in page[page.index('id="map"') :]


def test_how_a_server_prints_is_one_entry_whatever_it_prints(tmp_path: Path) -> None:
    names = [f"add_did/active/{number}" for number in range(9)]
    one, two = (
        made_up(
            tmp_path / name,
            *(sample.case(id, Pass()) for id in names),
            lines=[line(id, f"ERROR: add_did WRONG {number}{sign}x") for number, id in enumerate(names)],
        )
        for name, sign in (("1", " - "), ("2", ": |"))
    )
    shown = printed(compared(one, two))
    assert (shown.count("before "), "9 cases of add_did" in shown) == (1, True)


def test_of_a_reply_of_many_lines_the_one_that_shows_the_change_is_told_in_brief() -> None:
    assert view.brief("NOTE: a\nERROR: b", "NOTE: a\nSUCCESS: c") == ("ERROR: b", "SUCCESS: c")
    assert view.brief("NOTE: a\nSUCCESS: c", "NOTE: b\nSUCCESS: c") == ("NOTE: a", "NOTE: b")
    assert view.brief(None, "x" * 200) == (None, "x" * 100 + "...")


def test_the_answer_comes_first_in_markdown(every: Comparison) -> None:
    first = markdown.render(every).splitlines()[0]
    assert first.replace("\\", "") == f"## {every.answer}"


def test_a_terminal_of_80_columns_is_enough(every: Comparison) -> None:
    lines = [line for line in printed(every).splitlines() if not line.startswith("    curl ")]
    assert max(map(len, lines)) <= 80


def test_why_a_case_fails_now_is_shown(tmp_path: Path) -> None:
    before, after = (made_up(tmp_path / v.kind, v, lines=[line(v.id, "A: a")]) for v in _sides())
    for text in (printed(compared(before, after)), markdown.render(compared(before, after))):
        assert "function should be" in text.replace("\\", "")


def _sides() -> list[CaseResult]:
    return [sample.case("add_did/active/x", verdict) for verdict in (Pass(), FAIL)]


def test_cases_with_the_same_change_are_one_group(tmp_path: Path) -> None:
    names = [f"add_did/active/{number}" for number in range(9)]
    one, two = (
        made_up(tmp_path / said, *(sample.case(id, Pass()) for id in names), lines=[line(id, said) for id in names])
        for said in ("A: a", "B: b")
    )
    shown = printed(compared(one, two))
    assert (shown.count("after   B: b"), "9 cases of add_did" in shown, "and 5 more" in shown) == (1, True, True)


def test_the_same_twice_is_two_lines_and_the_answer(tmp_path: Path) -> None:
    one = made_up(tmp_path / "1", sample.case("a/b/c", Pass()), lines=[line("a/b/c", "A: a")])
    assert len(printed(compared(one, one), 300).splitlines()) == 5


@pytest.mark.parametrize("write", [printed, markdown.render])
def test_three_runs_are_a_matrix(write: object, tmp_path: Path) -> None:
    folders = [
        made_up(tmp_path / str(number), sample.case("a/b/c", verdict), lines=[line("a/b/c", f"A: {number > 1}")])
        for number, verdict in enumerate((Pass(), Pass(), FAIL))
    ]
    text = write(compared(*folders))  # type: ignore[operator]
    assert "pass a" in text
    assert "fail b" in text


@pytest.fixture
def broken_off(tmp_path: Path) -> Comparison:
    """A whole run, and one that broke off after 1 of 15 cases."""
    results = [sample.case(f"a/b/{number}", Pass()) for number in range(15)]
    lines = [line(result.id, "A: a") for result in results]
    before = made_up(tmp_path / "before", *results, lines=lines)
    return compared(before, made_up(tmp_path / "after", results[0], lines=lines, ended="no reply", expected=15))


@pytest.mark.parametrize("write", [partial(printed, width=400), markdown.render, html.render])
def test_a_run_that_broke_off_is_named_and_nothing_is_said_to_be_the_same(
    write: Callable[[Comparison], str], broken_off: Comparison
) -> None:
    text = write(broken_off).replace("\\", "")
    assert "after: ended early after 1 of 15 cases: no reply, so 14 were not compared." in text
    assert "No answer: 1 of 15 cases compared, and the same." in text
    assert not any(word in text for word in ("no difference", "Nothing to compare", "Each reply is the same"))


def test_a_page_of_a_run_that_broke_off_is_not_good_news(broken_off: Comparison) -> None:
    page = html.render(broken_off)
    assert ('class="answer unsure"' in page, "So this says nothing of what one of the runs never answered" in page) == (
        True,
        True,
    )


@pytest.mark.parametrize("write", [printed, markdown.render, html.render])
def test_hostile_text_stays_text(write: object, tmp_path: Path) -> None:
    hostile = made_up(tmp_path / "1", *sample.hostile().results, target=sample.hostile().target)
    calm = made_up(tmp_path / "2", sample.case("a/b/c", Pass()), lines=[line("a/b/c", sample.HOSTILE)])
    other = made_up(tmp_path / "3", sample.case("a/b/c", Pass()), lines=[line("a/b/c", "A: a")])
    for folders in ((hostile, calm), (other, calm), (calm, hostile, other)):
        text = write(compared(*folders))  # type: ignore[operator]
        assert "\x1b" not in text
        assert "\x00" not in text
        assert "\u202e" not in text
