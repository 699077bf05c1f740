"""What `compare` shows, and its exit codes."""

import json
from pathlib import Path

import pytest

from conformance.verdict.model import Deviates, Fail, Pass
from tests.compare.support import line, made_up
from tests.front.conftest import Cli
from tests.report import sample

ID = "add_did/life-cycle/add"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return made_up(tmp_path / "good", sample.case(ID, Pass()), lines=[line(ID, "A: a")])


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    worse = sample.case(ID, Fail(summary="wrong", differences=(sample.FUNCTION,)))
    return made_up(tmp_path / "bad", worse, lines=[line(ID, "B: b")])


@pytest.fixture
def deviating(tmp_path: Path) -> Path:
    other = sample.case(ID, Deviates(ids=("error-separator",)))
    return made_up(tmp_path / "deviating", other, lines=[line(ID, "C: c")])


def test_the_same_is_0_a_regression_1_and_a_fix_0(good: Path, bad: Path, command: Cli) -> None:
    assert [command("compare", *pair).code for pair in ((good, good), (good, bad), (bad, good))] == [0, 1, 0]


def test_a_known_deviation_that_comes_is_shown_and_0(good: Path, deviating: Path, command: Cli) -> None:
    ended = command("compare", good, deviating)
    assert (ended.code, "Said otherwise: 1 case" in ended.out) == (0, True)
    said = "Changed, and no call fails that succeeded before: 1 said otherwise, of 1 case compared."
    assert ended.out.splitlines()[-1] == said


@pytest.fixture
def refusing(tmp_path: Path) -> Path:
    """A run in which nothing fails that should not, and a call that succeeded is refused."""
    other = sample.case(ID, Deviates(ids=("error-separator",)))
    return made_up(tmp_path / "refusing", other, lines=[line(ID, "ERROR: a")])


def test_a_call_that_now_fails_is_never_said_to_be_harmless(good: Path, refusing: Path, command: Cli) -> None:
    ended = command("compare", good, refusing)
    assert (ended.code, ended.out.splitlines()[-1]) == (
        0,
        "Worse for clients: 1 call that now fails, of 1 case compared.",
    )


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["calls-that-fail"], 5),
        (["any"], 5),
        (["said-otherwise", "calls-that-fail"], 5),
        (["said-otherwise"], 0),
    ],
)
def test_what_a_client_must_not_feel_is_5(
    names: list[str], code: int, good: Path, refusing: Path, command: Cli
) -> None:
    options = [word for name in names for word in ("--fail-on", name)]
    ended = command("compare", good, refusing, *options)
    assert (ended.code, "Exit code 5, as asked with --fail-on." in " ".join(ended.out.split())) == (code, code == 5)


def test_a_regression_stays_1_and_half_a_run_stays_3_with_it(
    good: Path, bad: Path, broken_off: Path, command: Cli
) -> None:
    given = [(good, bad), (good, broken_off), (good, good)]
    assert [command("compare", *folders, "--fail-on", "any").code for folders in given] == [1, 3, 0]


@pytest.fixture
def broken_off(tmp_path: Path) -> Path:
    """A run that never reached its server."""
    return made_up(tmp_path / "broken_off", ended="connection refused", expected=15)


def test_a_run_that_broke_off_is_3_on_either_side_and_among_several(good: Path, broken_off: Path, command: Cli) -> None:
    given = [(good, broken_off), (broken_off, good), (good, good, broken_off), (broken_off, broken_off)]
    assert [command("compare", *folders).code for folders in given] == [3, 3, 3, 3]


@pytest.mark.parametrize("form", ["--markdown", "--json"])
def test_a_run_that_broke_off_is_told_in_every_form(form: str, good: Path, broken_off: Path, command: Cli) -> None:
    ended = command("compare", good, broken_off, form)
    told = "broken_off: ended early after 0 of 15 cases: connection refused, so 15 were not compared"
    assert (ended.code, told in ended.out.replace("\\", "")) == (3, True)


def test_a_regression_is_1_whatever_else_broke_off(good: Path, bad: Path, broken_off: Path, command: Cli) -> None:
    assert command("compare", good, bad, broken_off).code == 1


def test_a_page_is_written_beside_what_is_printed(good: Path, bad: Path, tmp_path: Path, command: Cli) -> None:
    ended = command("compare", good, bad, "--json", "--html", tmp_path / "new" / "page.html")
    assert (ended.code, json.loads(ended.out)["schema"]) == (1, 2)
    assert "<h1>Worse: 1 regression" in (tmp_path / "new" / "page.html").read_text("utf-8")


def test_a_regression_in_any_of_several_runs_is_1(good: Path, bad: Path, command: Cli) -> None:
    assert command("compare", good, good, bad).code == 1


def test_the_last_line_is_the_answer(good: Path, command: Cli) -> None:
    ended = command("compare", good, good)
    assert ended.out.splitlines()[-1] == "The same: no difference, of 1 case compared."
    assert ended.err == ""


def test_json_is_complete_and_nothing_else(good: Path, bad: Path, command: Cli) -> None:
    ended = command("compare", good, bad, "--json")
    found = json.loads(ended.out)
    assert (ended.code, found["pairs"][0]["changes"][0]["id"]) == (1, ID)


def test_markdown_goes_to_stdout(good: Path, bad: Path, command: Cli) -> None:
    ended = command("compare", good, bad, "--markdown")
    assert (ended.code, ended.out.startswith("## Worse: 1 regression")) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("good",), "compare needs two report folders or more"),
        (("good", "good", "--html", "good/report.json/x"), "cannot write good/report.json/x"),
        (("good", "none"), "none: does not exist"),
        (("good", "."), "cannot read report.json: No such file or directory"),
        (
            ("good", "good", "--fail-on", "worse"),
            "--fail-on worse: give calls-that-fail, stored-otherwise, calls-that-succeed, said-otherwise, ",
        ),
        (("good", "good", "--json", "--markdown"), "--json and --markdown exclude each other"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(arguments: tuple[str, ...], said: str, good: Path, command: Cli) -> None:
    ended = command("compare", *arguments)
    assert (ended.code, ended.err.count("\n"), said in ended.err) == (2, 1, True)
    assert good.exists()
