"""`fuzz` and `replay`, as somebody uses them who wants to know the same thing again tomorrow."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from conformance.emulator.respond import Behaviour
from conformance.fuzz.names import NAMES
from conformance.report.json_file import load_report
from conformance.report.model import Report
from conformance.verdict.model import VerdictKind
from tests.front.conftest import Cli, Ended
from tests.front.servers import Server, liar, serving
from tests.fuzz.support import crashing
from tests.support.rows import dids_after
from tests.support.some import drawn

pytestmark = pytest.mark.untraced

CRASH = crashing(lambda sent: "voicemail_ext" in sent)
NONSENSE = liar(lambda body: body.replace(b"REQUIRED", b"NEEDED"), about_version=False)
QUICK = ("--only", "replies", "--budget", "150", "--allow-writes")


@dataclass(frozen=True)
class Fuzzed:
    """What a fuzzing came to, and the folder of its report."""

    ended: Ended
    folder: Path

    @property
    def finding(self) -> Path:
        """The file of its first finding."""
        return next((self.folder / "findings").iterdir())


made: dict[str, Fuzzed] = {}
"""What has been fuzzed: tests look at it, and change nothing in it."""


@pytest.fixture
def crashed(command: Cli, tmp_path: Path) -> Fuzzed:
    """A server that crashes, fuzzed once for all tests."""
    if "crashed" not in made:
        with serving(answer=CRASH) as server:
            ended = command("fuzz", "--target", server.target(tmp_path), "--report", tmp_path / "r", *QUICK)
        made["crashed"] = Fuzzed(ended, tmp_path / "r")
    return made["crashed"]


@pytest.fixture
def passed(server: Server, command: Cli, tmp_path: Path) -> Fuzzed:
    """A server that follows the contract, fuzzed once for all tests."""
    if "passed" not in made:
        given = ("--target", server.target(tmp_path), "--report", tmp_path / "r", "--seed", "5")
        made["passed"] = Fuzzed(command("fuzz", *given, *QUICK), tmp_path / "r")
    return made["passed"]


def test_without_a_url_an_emulator_is_fuzzed_and_nothing_is_found(command: Cli) -> None:
    ended = command("fuzz", *QUICK)
    assert (ended.code, "testing an emulator" in ended.err) == (0, True)
    assert ended.out.splitlines()[-1].startswith("No defects found by ")


def test_progress_tells_inputs_forms_combinations_and_findings(passed: Fuzzed) -> None:
    [line] = [line for line in passed.ended.err.splitlines() if line.startswith("replies: ")]
    assert [word for word in line.replace(",", "").split() if word.isalpha()] == [
        "inputs",
        "reply",
        "forms",
        "combinations",
        "findings",
    ]


def reported(folder: Path) -> Report:
    return load_report(folder / "report.json")


@pytest.mark.parametrize(
    ("budget", "seed"), [*drawn(product((50, 200, 500), (0, 3))), *drawn(product((2000,), (0, 3)), 0)]
)
def test_a_right_server_passes_with_any_budget_and_gets_no_more_requests(
    server: Server, budget: int, seed: int, command: Cli, tmp_path: Path
) -> None:
    before, asked = dids_after(server.store), server.asked.requests
    given = ("--user", "6666", "--budget", budget, "--seed", seed, "--allow-writes", "--report", tmp_path / "r")
    ended = command("fuzz", server.url, *given)
    report = reported(tmp_path / "r")
    assert (ended.code, len(report.results), report.left) == (0, len(NAMES), ())
    assert (server.asked.requests - asked <= report.requests <= budget, dids_after(server.store)) == (True, before)


def test_what_a_small_budget_does_not_reach_is_not_tested_and_says_what_would_be_enough(
    server: Server, command: Cli, tmp_path: Path
) -> None:
    given = ("--target", server.target(tmp_path), "--report", tmp_path / "r", "--allow-writes")
    ended = command("fuzz", *given, "--budget", "60", "--only", "numbers", "--only", "counts")
    assert (ended.code, "by 1 of 2 searches" in ended.out, "--budget 80" in ended.out) == (0, True, True)
    assert ended.out.splitlines()[-1].endswith("generated inputs in 1 of 2 searches.")
    assert "by 1 of 2 searches" in (tmp_path / "r" / "report.html").read_text("utf-8")
    assert "by 1 of 2 searches" in (tmp_path / "r" / "summary.md").read_text("utf-8")
    assert command("fuzz", *given, "--budget", "80", "--only", "numbers", "--only", "counts").code == 0
    assert [result.kind for result in reported(tmp_path / "r").results] == [VerdictKind.PASS, VerdictKind.PASS]


def test_a_finding_is_in_every_report_with_the_line_that_repeats_it(crashed: Fuzzed) -> None:
    ended, file = crashed.ended, crashed.finding.name
    id = f"fuzz/replies/{file.removesuffix('.json').replace('-', '/', 3)}"
    assert (ended.code, id in ended.out, "1 defect found by " in ended.out) == (1, True, True)
    for name in ("report.json", "junit.xml", "report.html", "summary.md"):
        text = (crashed.folder / name).read_text("utf-8")
        assert id in text
        assert f"findings/{file}" in text


def test_the_reports_say_what_was_covered(passed: Fuzzed) -> None:
    covered = json.loads((passed.folder / "report.json").read_text("utf-8"))["fuzzed"]
    assert (covered["seed"], covered["inputs"] > 0, covered["forms"] > 3, covered["unstable"]) == (5, True, True, [])


def test_junit_counts_each_search_and_each_finding_once(command: Cli, tmp_path: Path) -> None:
    with serving(answer=CRASH) as server:
        target = server.target(tmp_path)
        command("fuzz", "--target", target, "--report", tmp_path / "r", "--only", "numbers", *QUICK)
    assert '<testsuite name="vicidial" tests="2" failures="1" errors="0"' in (tmp_path / "r" / "junit.xml").read_text()


def test_no_file_and_no_output_of_fuzzing_has_the_password(crashed: Fuzzed) -> None:
    files = (path.read_text("utf-8") for path in crashed.folder.rglob("*") if path.is_file())
    assert not [text for text in (*files, crashed.ended.out, crashed.ended.err) if "pass=1234" in text]


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (CRASH, 1, "still there: "),
        (NONSENSE, 1, "different now: "),
        (None, 0, "fixed: "),
    ],
    ids=["still-there", "different", "fixed"],
)
def test_a_finding_is_sent_again(
    crashed: Fuzzed, command: Cli, tmp_path: Path, answer: Behaviour | None, code: int, said: str
) -> None:
    with serving(**({"answer": answer} if answer else {})) as server:
        ended = command("replay", crashed.finding, "--target", server.target(tmp_path))
    assert (ended.code, ended.out.startswith(said), "/voicemail_ext/plain/" in ended.out) == (code, True, True)


def test_the_line_that_repeats_a_finding_can_be_pasted_and_sends_to_where_it_was_found(
    command: Cli, tmp_path: Path
) -> None:
    with serving(answer=CRASH) as server:
        ended = command("fuzz", server.url, "--user", "6666", "--report", tmp_path / "r s", *QUICK, "--budget", "600")
        [line, *_] = [line for line in ended.err.splitlines() if line.startswith("to repeat it: ")]
        words = shlex.split(line.removeprefix("to repeat it: vicidial-conformance "))
        again = command(*words, freely=False)
        there = command("replay", words[1])
    assert (words[0], Path(words[1]).is_file(), words[2:4]) == ("replay", True, ["--url", server.url])
    assert [ended.out.partition(":")[0] for ended in (again, there)] == ["still there"] * 2
    page = (tmp_path / "r s" / "summary.md").read_text("utf-8")
    assert f"vicidial-conformance replay findings/{Path(words[1]).name} --allow-writes" in page


def test_the_same_server_answers_a_replay_to_the_byte(crashed: Fuzzed, command: Cli, tmp_path: Path) -> None:
    with serving(answer=CRASH) as server:
        again = command("replay", crashed.finding, "--target", server.target(tmp_path))
    assert "every reply the same to the byte" in again.out


def test_a_replay_that_is_not_answered_says_so(crashed: Fuzzed, command: Cli, tmp_path: Path) -> None:
    with serving() as server:
        target = server.target(tmp_path)
    ended = command("replay", crashed.finding, "--target", target)
    assert (ended.code, "connection refused" in ended.err) == (3, True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--budget", "0"), "--budget 0: must be 1 or more"),
        (("--budget", "49"), "--budget 49: is not enough for any search: give 50 or more"),
        (("--time", "soon"), "--time soon: is no duration such as 60s, 10m or 2h"),
        (("--time", "0s"), "--time 0: must be a number above 0"),
        (("--time", "5s", "--budget", "9"), "--budget and --time exclude each other: give the one you mean"),
        (("--only", "nosuch"), "--only nosuch: there is no such search; there are replies, sequences"),
        (("--seed", "-1"), "--seed -1: must be 0 or more"),
    ],
)
def test_a_mistake_is_one_line(command: Cli, given: tuple[str, ...], said: str) -> None:
    ended = command("fuzz", *given)
    assert (ended.code, ended.err.splitlines()[-1].startswith(f"vicidial-conformance: {said}")) == (2, True)


def test_a_server_that_may_not_be_written_to_is_not_fuzzed(command: Cli) -> None:
    ended = command("fuzz", "http://192.0.2.1", "--user", "6666", freely=False)
    assert (ended.code, "add --allow-writes if you mean that" in ended.err) == (2, True)


def test_fuzzing_for_a_time_ends(server: Server, command: Cli, tmp_path: Path) -> None:
    ended = command(
        "fuzz", "--target", server.target(tmp_path), "--time", "1s", "--only", "replies", "-q", "--allow-writes"
    )
    assert (ended.code, ended.out.startswith("No defects found by ")) == (0, True)
