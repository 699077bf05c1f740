"""The suite as people run pytest: names, -k, -m, --junitxml, -n, exit codes."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conformance.baseline.write import write_baseline
from conformance.report.json_file import load_report
from conformance.report.model import Report
from tests.front.servers import Server, liar, serving

pytestmark = pytest.mark.untraced

MISSPELT = liar(lambda body: body.replace(b"ADDED", b"ADED"), about_version=False)


@dataclass(frozen=True)
class Ended:
    code: int
    text: str


Pytest = Callable[..., Ended]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pytest:
    """pytest on the suite, as a process of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VICIDIAL_EMULATOR_PASS", "1234")
    monkeypatch.setenv("VICIDIAL_PASS", "1234")

    def run(*arguments: object, suite: str = "conformance.suite") -> Ended:
        freely = ("--target-allow-writes", "--target-rate=0")
        line = [sys.executable, "-m", "pytest", "--pyargs", suite, *freely, *map(str, arguments)]
        done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=90)  # noqa: S603 - our own
        return Ended(done.returncode, done.stdout + done.stderr)

    return run


def reported(folder: Path) -> Report:
    return load_report(folder / "report.json")


def test_without_a_target_nothing_is_sent_and_nothing_fails(run: Pytest) -> None:
    ended = run("-k", "version", "-rs")
    assert (ended.code, bool(re.search(r"\d+ skipped", ended.text))) == (0, True)
    assert "no target: give --target-url URL or --target-file FILE.toml" in ended.text


def test_each_case_is_a_test_that_has_its_id_in_its_name(run: Pytest) -> None:
    text = run("--collect-only", "-q", suite="conformance.suite.test_cases").text
    assert "test_case[copy_did/new_dids/too-short]" in text


def test_a_run_is_reported_as_the_command_line_reports_it(run: Pytest, server: Server, tmp_path: Path) -> None:
    target = server.target(tmp_path)
    ended = run("--target-file", target, "--target-report", tmp_path / "r", "-k", "did_description")
    assert ended.code == 0
    assert f"report: {tmp_path / 'r' / 'report.html'}" in ended.text
    assert re.search(r"Conforms, with \d+ known deviations", ended.text)


def test_a_level_is_chosen_by_its_marker(run: Pytest, server: Server, tmp_path: Path) -> None:
    run(
        *("--target-url", server.url, "--target-user", "6666", "--target-report", tmp_path / "r"),
        *("-m", "level_probe", "-k", "did_description"),
    )
    assert {result.level for result in reported(tmp_path / "r").results} == {"probe"}


def test_a_glob_chooses_cases_as_on_the_command_line(run: Pytest, server: Server, tmp_path: Path) -> None:
    url = ("--target-url", server.url, "--target-user", "6666", "--target-report", tmp_path / "r")
    run(*url, "--target-case", "version/*", "--target-case", "add_did/life-cycle/add")
    functions = [result.id.split("/")[0] for result in reported(tmp_path / "r").results]
    assert (set(functions), functions.count("add_did")) == ({"version", "add_did"}, 1)


def test_junit_has_a_test_for_each_case(run: Pytest, server: Server, tmp_path: Path) -> None:
    url = ("--target-url", server.url, "--target-user", "6666", "--target-report", tmp_path / "r")
    run(*url, "--target-case", "version/*", "--junitxml", tmp_path / "junit.xml")
    names = {case.get("name") for case in ET.parse(tmp_path / "junit.xml").iter("testcase")}  # noqa: S314 - our own
    assert {f"test_case[{result.id}]" for result in reported(tmp_path / "r").results} == names


def test_a_failed_case_fails_its_test_and_blocks_those_that_need_it(run: Pytest, tmp_path: Path) -> None:
    with serving(answer=MISSPELT) as server:
        ended = run("--target-file", server.target(tmp_path), "-k", "life-cycle")
    assert ended.code == 1
    assert "got:        DID HAS BEEN ADED" in ended.text
    assert re.search(r"\d+ failed, .*\d+ blocked", ended.text)


def test_a_case_that_cannot_be_asked_is_an_error_and_no_failure(run: Pytest, tmp_path: Path) -> None:
    url = ("--target-url", "http://127.0.0.1:9", "--target-user", "6666")
    ended = run(*url, "-q", "--target-case", "version/*")
    assert (ended.code, "connection refused" in ended.text, "Traceback" in ended.text) == (3, True, False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target-url", "dialer.example"), "did you mean https://dialer.example"),
        (("--target-url", "http://127.0.0.1:9", "--target-user", "6666", "--target-case", "no/*"), "matches no case"),
        (("--target-file", "none.toml"), "does not exist"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(arguments: tuple[str, ...], said: str, run: Pytest) -> None:
    ended = run(*arguments)
    assert (ended.code, said in ended.text, "Traceback" in ended.text) == (2, True, False)


def test_a_choice_of_nothing_is_what_pytest_says_it_is(run: Pytest, server: Server) -> None:
    asked = server.asked.requests
    ended = run("--target-url", server.url, "--target-user", "6666", "-k", "no_such_case")
    assert (ended.code, server.asked.requests) == (5, asked)


# --- several processes ---


def verdicts(report: Report) -> dict[str, str]:
    return {result.id: result.kind.value for result in report.results}


def test_two_processes_reach_the_verdicts_of_one(run: Pytest, server: Server, tmp_path: Path) -> None:
    target, chosen = server.target(tmp_path), ("-k", "life-cycle")
    alone = run("--target-file", target, "--target-report", tmp_path / "one", *chosen)
    both = run("--target-file", target, "--target-report", tmp_path / "two", *chosen, "-n", "2")
    assert (alone.code, both.code, server.ours) == (0, 0, [])
    one, two = reported(tmp_path / "one"), reported(tmp_path / "two")
    assert (verdicts(two), two.expected, two.left) == (verdicts(one), one.expected, ())
    assert "Conforms, with" in both.text


@pytest.mark.parametrize("processes", [pytest.param((), marks=pytest.mark.thorough), ("-n", "2")], ids=["one", "two"])
def test_a_fuzzing_keeps_to_its_budget_in_any_number_of_processes(
    processes: tuple[str, ...], run: Pytest, server: Server, tmp_path: Path
) -> None:
    given = ("--target-file", server.target(tmp_path), "--target-report", tmp_path / "r", "--target-allow-writes")
    ended = run(*given, "--target-fuzz", "200", "-k", "fuzz", *processes)
    report = reported(tmp_path / "r")
    reached = [result.kind.value for result in report.results].count("pass")
    assert (ended.code, reached, server.ours) == (0, 4 if processes else 6, [])
    assert (report.requests <= 200, len(report.results)) == (True, 11)
    assert f"{11 - reached} not tested" in ended.text


def test_a_budget_that_is_not_enough_for_several_processes_tests_nothing(
    run: Pytest, server: Server, tmp_path: Path
) -> None:
    given = ("--target-file", server.target(tmp_path), "--target-report", tmp_path / "r", "--target-allow-writes")
    ended = run(*given, "--target-fuzz", "60", "-k", "fuzz/numbers or fuzz/counts", "-n", "2")
    assert (ended.code, "Nothing was tested." in ended.text) == (2, True)


def test_the_budget_beside_written_out_cases_is_that_of_the_searches(
    run: Pytest, server: Server, tmp_path: Path
) -> None:
    given = ("--target-file", server.target(tmp_path), "--target-report", tmp_path / "r", "--target-allow-writes")
    ended = run(*given, "--target-fuzz", "80", "-k", "did_description or numbers or counts")
    kinds = {result.id: result.kind.value for result in reported(tmp_path / "r").results}
    assert (ended.code, kinds["fuzz/numbers"], kinds["fuzz/counts"]) == (0, "pass", "pass")


def test_several_processes_stop_before_they_start_if_nobody_answers(run: Pytest) -> None:
    ended = run("--target-url", "http://127.0.0.1:9", "--target-user", "6666", "-n", "2")
    assert (ended.code, ended.text.count("gw0"), "connection refused" in ended.text) == (3, 0, True)


@pytest.mark.thorough
def test_a_failure_in_one_of_several_processes_counts(run: Pytest, tmp_path: Path) -> None:
    with serving(answer=MISSPELT) as server:
        ended = run("--target-file", server.target(tmp_path), "-k", "life-cycle", "-n", "2")
        assert (ended.code, server.ours) == (1, [])


@pytest.mark.thorough
def test_processes_say_whether_a_fail_repeats(run: Pytest, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    with serving(answer=MISSPELT) as server:
        run("--target-file", server.target(tmp_path), "--target-report", folder, "-k", "did_description", "-n", "2")
    failed = [result for result in reported(folder).results if result.kind == "fail"]
    lines = [json.loads(line) for line in (folder / "exchanges.jsonl").read_text().splitlines()]
    assert failed
    assert all(result.repeated for result in failed)
    assert {line["case"] for line in lines if line["attempt"] == 2} == {result.id for result in failed}


@pytest.mark.thorough
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one", "two"])
def test_a_known_fail_is_skipped_with_its_reason(processes: tuple[str, ...], run: Pytest, tmp_path: Path) -> None:
    with serving(answer=MISSPELT) as server:
        url = ("--target-url", server.url, "--target-user", "6666", "-k", "did_description and longest", *processes)
        run(*url, "--target-report", tmp_path / "one")
        write_baseline(tmp_path / "one", tmp_path / "known.toml")
        held = ("--target-baseline", tmp_path / "known.toml", "--junitxml", tmp_path / "junit.xml")
        ended = run(*url, "--target-report", tmp_path / "two", *held)
    found = reported(tmp_path / "two")
    assert (ended.code, len(found.known), found.fails) == (0, len(reported(tmp_path / "one").fails), ())
    assert f"{len(found.known)} known" in ended.text
    assert f"no reason is written in {tmp_path / 'known.toml'}" in ended.text
    assert 'message="known: TODO: why is this accepted?"' in (tmp_path / "junit.xml").read_text()


def test_a_baseline_that_is_wrong_is_one_line_and_exit_code_2(run: Pytest, server: Server, tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text('[known."add_did/nothing"]\n')
    ended = run("--target-url", server.url, "--target-user", "6666", "--target-baseline", tmp_path / "known.toml")
    assert (ended.code, "give it a reason, and differs and cases" in ended.text, "Traceback" in ended.text) == (
        2,
        True,
        False,
    )
