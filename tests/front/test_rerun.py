"""`run --rerun-failed`: what did not succeed is run again, and a run with fails says how."""

import shlex
from pathlib import Path

from conformance.report.read import load_report
from tests.front.conftest import Cli
from tests.front.servers import Server, liar, serving

MISSPELT = liar(lambda body: body.replace(b"DID HAS BEEN ADDED", b"DID HAS BEEN ADED"), about_version=False)
ONLY = ("--only", "add_did/life-cycle/*", "--only", "update_did/life-cycle/*", "--only", "version/*")


def test_the_cases_that_did_not_succeed_are_run_again_and_no_others(command: Cli, tmp_path: Path) -> None:
    with serving(answer=MISSPELT) as server:
        first = command("run", server.url, "--user", "6666", "--report", tmp_path / "first", "--timeout", "7.5", *ONLY)
        (line,) = [line for line in first.err.splitlines() if line.startswith("these again: ")]
        again = command(
            *shlex.split(line.removeprefix("these again: vicidial-conformance ")), "--report", tmp_path / "r"
        )
    was, now = load_report(tmp_path / "first"), load_report(tmp_path / "r")
    wrong = {result.id for result in was.with_kind("fail", "error", "blocked")}  # type: ignore[arg-type]
    assert 0 < len(wrong) < len(was.results)
    assert (again.code, {result.id for result in now.results}) == (1, wrong)


def test_the_command_that_is_shown_has_the_target_and_no_password(command: Cli, tmp_path: Path) -> None:
    with serving(answer=MISSPELT) as server:
        target = server.target(tmp_path)
        ended = command("run", "--target", target, "--rate", "500", "--report", "out", "--mask-users", *ONLY)
    line = f"these again: vicidial-conformance run --target {target} --rate 500 --mask-users --rerun-failed out\n"
    assert (line in ended.err, "1234" in ended.err.replace(str(tmp_path), "")) == (True, False)


def test_a_run_without_fails_shows_no_such_command(server: Server, command: Cli, tmp_path: Path) -> None:
    ended = command("run", server.url, "--user", "6666", "--report", tmp_path / "r", "--only", "version/*")
    assert (ended.code, "these again" in ended.err) == (0, False)
    again = command("run", server.url, "--user", "6666", "--rerun-failed", tmp_path / "r")
    assert (again.code, again.err) == (
        2,
        f"vicidial-conformance: nothing failed in {tmp_path / 'r'}: there is nothing to run again\n",
    )


def test_it_excludes_other_ways_to_choose(command: Cli, tmp_path: Path) -> None:
    for other in (("--only", "version/*"), ("--quick",)):
        ended = command("run", "--rerun-failed", tmp_path, *other)
        assert (ended.code, f"{other[0]} and --rerun-failed exclude each other" in ended.err) == (2, True)
