"""The command: what it prints, writes and ends with."""

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from conformance.emulator.faults.model import Fault
from conformance.errors import UsageError
from conformance.selfcheck import matrix
from conformance.selfcheck.checker import Checker
from conformance.selfcheck.command import Selfcheck, SelfcheckPlan
from tests.selfcheck.own import CAUGHT, FAULTS, HIDDEN, LATE, LONGER, REFUSED, SAME, SMALL, VERSIONLESS, WORD


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Check = Callable[..., Said]


@pytest.fixture
def check(checker: Checker) -> Check:
    def run(faults: Sequence[Fault] = (*CAUGHT, HIDDEN), **asked: object) -> Said:
        out, err = io.StringIO(), io.StringIO()
        command = Selfcheck(Console(file=out, width=200), Console(file=err, width=200), checker)
        given = {"jobs": 1, "over_http": 0, **asked}
        code = command(SelfcheckPlan(**given), faults)  # type: ignore[arg-type]
        return Said(code, out.getvalue(), err.getvalue())

    return run


def test_where_every_visible_fault_is_caught_the_exit_code_is_0(check: Check) -> None:
    said = check()
    assert (said.code, said.out.splitlines()[-1]) == (0, "7 of 7 visible faults caught (100 %)")


def test_the_matrix_names_the_first_case_and_counts_them(check: Check) -> None:
    assert re.search(r"^ +\d+  own/refused  add_did/life-cycle/add$", check((REFUSED,)).out, re.MULTILINE)


def test_a_survivor_is_named_with_its_reason(check: Check) -> None:
    said = check((WORD, SAME))
    assert said.code == 1
    assert "own/same: every reply is the fault-free server's: no case provokes it" in said.out
    assert said.out.splitlines()[-1] == "1 of 2 visible faults caught (50.0 %)"


def test_a_hidden_fault_is_named_with_its_reason_and_does_not_count(check: Check) -> None:
    said = check((WORD, HIDDEN))
    assert (said.code, "own/hidden: nothing shows it" in said.out) == (0, True)
    assert "1 of 1 visible" in said.out


def test_quiet_says_only_what_is_wrong_and_the_score(check: Check) -> None:
    assert check((WORD, HIDDEN), quiet=True).out == "1 of 1 visible faults caught (100 %)\n"


def test_nothing_is_drawn_where_there_is_no_terminal(check: Check) -> None:
    assert check((WORD,)).err == ""


def test_only_the_faults_that_match_are_tried(check: Check) -> None:
    assert "2 of 2 visible" in check(FAULTS, only=("own/w*", "limit/*")).out


def test_a_glob_that_matches_nothing_names_near_ones(check: Check) -> None:
    with pytest.raises(UsageError, match="--only own/wurd: matches no fault; did you mean own/word"):
        check(FAULTS, only=("own/*", "own/wurd"))
    with pytest.raises(UsageError, match="ids begin with by-hand"):
        check(FAULTS, only=("zzzzzzzzzzz",))


def test_a_sample_is_the_same_for_a_seed(check: Check) -> None:
    once = check(FAULTS, sample=2, seed=3)
    assert once.out == check(FAULTS, sample=2, seed=3).out
    assert "of 2 visible" in once.out or "of 1 visible" in once.out


@pytest.mark.parametrize("asked", [{"sample": 0}, {"jobs": 0}], ids=str)
def test_a_number_that_makes_no_sense_is_wrong_usage(asked: dict[str, int], check: Check) -> None:
    with pytest.raises(UsageError, match="must be 1 or more"):
        check(**asked)


def test_several_processes_come_to_the_same_as_one(check: Check) -> None:
    faults = (WORD, LATE, SAME, LONGER)
    assert check(faults, jobs=2).out == check(faults, jobs=1).out


def test_a_fault_over_a_socket_is_compared(check: Check, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    check((VERSIONLESS,), over_http=1, json=file)
    assert json.loads(file.read_bytes())["over_http"] == [
        {"fault": "own/versionless", "only_there": [], "only_here": []}
    ]


def test_the_parts_are_shown_when_asked_for(check: Check) -> None:
    said = check((WORD,), parts=True, quiet=True).out
    assert [line.split("  ")[0] for line in said.splitlines()[:5]] == [
        "suite",
        "the whole suite",
        "without effect checks",
        "without order cases",
        "without exact messages",
    ]
    assert re.search(r"without exact messages +0 +1 +own/word", said)


def test_json_has_every_kill(check: Check, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    check((WORD, SAME), json=file)
    told = json.loads(file.read_bytes())
    assert told["score"] == {"caught": 1, "visible": 2, "hidden": 0}
    kills = told["faults"][0]["attempt"]["kills"]
    assert all(kill["aspects"] == ["message"] for kill in kills)
    assert [fault["id"] for fault in told["survivors"]] == ["own/same"]


def test_the_page_needs_nothing_from_anywhere(check: Check, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    check((WORD, SAME, HIDDEN), html=file)
    page = file.read_text()
    assert re.findall(r"src=|href=\"[^#]|url\(|@import|<script ", page) == []
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "prefers-color-scheme: dark" in page
    assert all(f.id in page for f in (WORD, SAME, HIDDEN))


def test_what_is_caught_as_before_is_no_loss(check: Check, tmp_path: Path) -> None:
    file = tmp_path / "matrix.json"
    check(write_matrix=file)
    assert (check(compare=file).code, matrix.read(file).keys()) == (0, {fault.id for fault in CAUGHT})


def test_a_lost_kill_is_exit_code_1_and_named(check: Check, tmp_path: Path) -> None:
    file = tmp_path / "matrix.json"
    check((WORD,), write_matrix=file)
    lost = Fault(WORD.id, WORD.title, WORD.kind, REFUSED.make)
    said = check((lost,), compare=file, quiet=True)
    assert (said.code, "own/word: no longer by " in said.out) == (1, True)


def test_the_quick_cases_catch_what_all_catch(check: Check, tmp_path: Path) -> None:
    file = tmp_path / "quick.json"
    check(write_quick=file)
    fewer = check(cases=file)
    assert (fewer.code, fewer.out.splitlines()[-1]) == (0, "7 of 7 visible faults caught (100 %)")
    assert len(json.loads(file.read_bytes())["cases"]) < len(SMALL.cases) / 4


@pytest.mark.parametrize("flag", ["write_matrix", "write_quick"])
def test_files_for_all_are_not_written_from_a_part(flag: str, check: Check, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs all faults and cases"):
        check(FAULTS, only=("own/*",), **{flag: tmp_path / "file"})
