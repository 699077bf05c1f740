"""What `rejudge` and `har` show and write, and their exit codes."""

import json
from pathlib import Path

import pytest

from tests.compare.support import every, ran
from tests.front.conftest import Cli

CASES = every("add_did/life-cycle/add", "copy_did/life-cycle/co")


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    return ran(tmp_path / "lab", CASES)


def test_a_run_that_is_judged_again_ends_as_the_run_did(lab: Path, command: Cli) -> None:
    before = {path: path.read_bytes() for path in lab.iterdir()}
    ended = command("rejudge", "lab")
    assert (ended.code, ended.out.splitlines()[-1]) == (0, f"No verdict changed, of {len(CASES)} verdicts.")
    assert ended.err == "report: lab-rejudged/report.html\n"
    assert {path: path.read_bytes() for path in lab.iterdir()} == before


def test_the_new_folder_is_whole(lab: Path, command: Cli) -> None:
    command("rejudge", "lab", "--report", "new")
    names = {"report.json", "report.html", "summary.md", "junit.xml", "badge.json", "rejudged.json", "exchanges.jsonl"}
    assert {path.name for path in Path("new").iterdir()} == names
    assert command("compare", lab, "new").code == 0


def test_the_first_ten_verdicts_that_changed_are_shown_and_all_are_in_the_file(lab: Path, command: Cli) -> None:
    ended = command("rejudge", "lab", "--expect", "documented")
    told = json.loads(Path("lab-rejudged-documented/rejudged.json").read_text("utf-8"))
    assert ended.code == 1
    assert len(told["changed"]) == len(CASES)
    assert f"{len(CASES)} of {len(CASES)} verdicts changed:" in ended.out
    assert ended.out.count(" -> ") == min(10, len(CASES))
    assert (told["was"]["expect"], told["now"]["expect"]) == ("either", "documented")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "nowhere: does not exist"),
        (("lab", "--report", "lab"), "lab: holds a run, which is not written over: choose another --report"),
        (("lab", "--build", "3"), "--build: "),
        (("lab", "--only", "x"), "--only x: matches no case of that report"),
    ],
)
@pytest.mark.usefixtures("lab")
def test_a_mistake_is_one_line_and_exit_code_2(arguments: tuple[str, ...], said: str, command: Cli) -> None:
    ended = command("rejudge", *arguments)
    assert (ended.code, ended.err.count("\n"), said in ended.err) == (2, 1, True)


def test_an_archive_is_written_beside_the_report_or_where_it_is_wanted(lab: Path, command: Cli) -> None:
    ended = command("har", "lab")
    assert (ended.code, "byte-level messages left out" in ended.out) == (0, True)
    assert command("har", "lab", "--output", "lab.har").code == 0
    assert Path("lab.har").read_bytes() == (lab / "exchanges.har").read_bytes()
