"""`run --rerun-failed`: what did not succeed is run again, and a run with fails says how."""

import shlex
from pathlib import Path

import pytest

from conformance.report.json_file import load_report
from conformance.verdict.model import Error
from tests.compare.support import made_up
from tests.front.conftest import Cli
from tests.front.servers import Server, liar, serving
from tests.report import sample

MISSPELT = liar(lambda body: body.replace(b"DID HAS BEEN ADDED", b"DID HAS BEEN ADED"), about_version=False)
ONLY = ("--only", "add_did/life-cycle/*", "--only", "update_did/life-cycle/*", "--only", "version/*")


def test_the_cases_that_did_not_succeed_are_run_again_and_no_others(command: Cli, tmp_path: Path) -> None:
    with serving(answer=MISSPELT) as server:
        first = command("run", server.url, "--user", "6666", "--report", tmp_path / "first", "--timeout", "7.5", *ONLY)
        (line,) = [line for line in first.err.splitlines() if line.startswith("to repeat what failed: ")]
        again = command(
            *shlex.split(line.removeprefix("to repeat what failed: vicidial-conformance ")), "--report", tmp_path / "r"
        )
    was, now = load_report(tmp_path / "first"), load_report(tmp_path / "r")
    wrong = {result.id for result in was.with_kind("fail", "error", "blocked")}  # type: ignore[arg-type]
    assert 0 < len(wrong) < len(was.results)
    assert (again.code, {result.id for result in now.results}) == (1, wrong)


def test_the_command_that_is_shown_has_the_target_and_no_password(command: Cli, tmp_path: Path) -> None:
    with serving(answer=MISSPELT) as server:
        target = server.target(tmp_path)
        given = ("--allow-writes", "--rate", "500", "--report", "out", "--mask-users")
        ended = command("run", "--target", target, *given, *ONLY, freely=False)
    again = "--allow-writes --rate 500 --mask-users --rerun-failed out"
    line = f"to repeat what failed: vicidial-conformance run --target {target} {again}\n"
    assert (line in ended.err, "1234" in ended.err.replace(str(tmp_path), "")) == (True, False)


def test_a_run_without_fails_shows_no_such_command(server: Server, command: Cli, tmp_path: Path) -> None:
    ended = command("run", server.url, "--user", "6666", "--report", tmp_path / "r", "--only", "version/*")
    assert (ended.code, "to repeat" in ended.err) == (0, False)
    again = command("run", server.url, "--user", "6666", "--rerun-failed", tmp_path / "r")
    assert (again.code, again.err) == (
        2,
        f"vicidial-conformance: nothing failed in {tmp_path / 'r'}: there is nothing to run again\n",
    )


@pytest.fixture
def broken_off(tmp_path: Path) -> Path:
    """The report of a run that came to one of three cases, where it failed to connect."""
    error = sample.case("version/access/without-login", Error(reason="connection refused"))
    return made_up(tmp_path / "broken_off", error, ended="connection refused", expected=3)


def test_a_run_that_never_reached_its_server_has_not_shown_that_nothing_failed(command: Cli, tmp_path: Path) -> None:
    folder = made_up(tmp_path / "never", ended="connection refused", expected=15)
    ended = command("run", "--rerun-failed", folder)
    assert (ended.code, ended.err) == (
        2,
        f"vicidial-conformance: nothing failed in {folder}, but the run ended early, after 0 of 15 cases: "
        "connection refused: run the same again, without --rerun-failed\n",
    )


def test_what_a_run_never_came_to_is_said_not_to_be_run(broken_off: Path, server: Server, command: Cli) -> None:
    ended = command("run", server.url, "--user", "6666", "--report", "again", "--rerun-failed", broken_off)
    told = (
        f"{broken_off}: the run ended early, after 1 of 3 cases: connection refused: the other 2 are not run now either"
    )
    assert (ended.code, told in ended.err) == (0, True)


def test_the_command_that_is_shown_names_the_level_as_it_is_given(command: Cli) -> None:
    with serving(answer=MISSPELT) as server:
        ended = command("run", server.url, "--user", "6666", "--report", "r", "--level", "standard", *ONLY)
    assert " --level standard " in ended.err


def test_it_excludes_other_ways_to_choose(command: Cli, tmp_path: Path) -> None:
    for other in (("--only", "version/*"), ("--quick",)):
        ended = command("run", "--rerun-failed", tmp_path, *other)
        assert (ended.code, f"{other[0]} and --rerun-failed exclude each other" in ended.err) == (2, True)
