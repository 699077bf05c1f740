"""`identify`, and what a run says about the build of a server that does not tell it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.respond import HTML, Response, honest
from tests.front.conftest import Cli, Ended
from tests.front.servers import LIES, Server, liar, serving

pytestmark = pytest.mark.untraced

ONLY = ("--only", "add_did/did_description/too-short")


def silent(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """A server that has no `version`."""
    if "function=version" in request.query:
        return Response(200, HTML, b"ERROR: NO FUNCTION SPECIFIED\n")
    return honest(contract, state, request, config, now)


identified: list[Ended] = []
"""What `identify` said of an honest server, asked once for all tests."""


@pytest.fixture
def honestly(command: Cli, server: Server) -> Ended:
    if not identified:
        before = server.ours
        identified.append(command("identify", server.url, "--user", "6666"))
        assert server.ours == before
    return identified[0]


def test_a_server_is_placed_and_its_user_is_told_how_that_was_found(honestly: Ended) -> None:
    ended = honestly
    assert ended.code == 0
    assert "builds 2.14-192 to 2.14-202; SQL mode legacy; use_non_latin 0" in " ".join(ended.out.split())
    assert "it says 2.14-202, and behaves so" in " ".join(ended.out.split())


def test_a_program_gets_the_same_as_json(command: Cli, server: Server) -> None:
    ended = command("identify", server.url, "--user", "6666", "--json")
    found = json.loads(ended.out)
    assert found["placed"][0]["builds"] == "2.14-192 to 2.14-202"
    assert found["explained"] is True
    assert found["version"]["build"] == "2.14-202"
    assert sum(1 for asked in found["questions"] if asked["after"] < asked["before"]) > 0


def test_without_a_server_it_asks_for_one(command: Cli) -> None:
    ended = command("identify")
    assert ended.code == 2
    assert "identify needs a server" in ended.err


def test_what_is_no_vicidial_is_not_placed(command: Cli) -> None:
    body, content_type = LIES["a page"]
    with serving(answer=liar(body, content_type, about_version=True)) as server:
        ended = command("identify", server.url, "--user", "6666")
    assert ended.code == 3
    assert "no VICIdial API answers there" in ended.err


def test_a_faulty_server_is_said_to_be_like_none_that_is_known(command: Cli) -> None:
    with serving(answer=liar(lambda body: body.replace(b"DEFINED", b"DEFINED."), about_version=False)) as server:
        ended = command("identify", server.url, "--user", "6666")
    assert ended.code == 1
    assert "no build that we know answers this" in " ".join(ended.out.split())
    assert re.fullmatch(
        r"run folder: (reports/\S+); nothing is left .* `vicidial-conformance cleanup \1` asks again\n", ended.err
    )


def test_what_is_left_is_said_in_words(honestly: Ended) -> None:
    out = honestly.out
    assert "behaves like real servers; words its replies like real servers" in out
    assert re.search(r"question +still possible +what came back", out)
    assert re.search(r" \d+ of \d+  ERROR: ", out)


def test_a_run_does_not_guess_the_build_of_a_server_that_hides_it(command: Cli) -> None:
    with serving(answer=silent) as server:
        ended = command("run", server.url, "--user", "6666", *ONLY)
    assert ended.code == 2
    assert "does not tell its build" in ended.err
    assert "--build" in ended.err
    assert "vicidial-conformance identify" in ended.err


def test_a_given_build_lets_the_run_go_on_and_the_report_says_who_gave_it(command: Cli, tmp_path: Path) -> None:
    with serving(answer=silent) as server:
        ended = command("run", server.url, "--user", "6666", *ONLY, "--build", "2.14-179", "--report", tmp_path / "r")
    assert ended.code == 0
    assert "the build was given, not told by it" in ended.out
    target = json.loads((tmp_path / "r" / "report.json").read_text("utf-8"))["target"]
    assert (target["build"], target["note"]) == ("2.14-179", "the build was given, not told by it")
    for name in ("summary.md", "report.html"):
        assert "the build was given, not told by it" in (tmp_path / "r" / name).read_text("utf-8")


def test_a_server_that_tells_another_build_than_the_given_one_is_quoted(command: Cli, server: Server) -> None:
    ended = command("run", server.url, "--user", "6666", *ONLY, "--build", "2.14-179")
    assert "the build was given; the server says 2.14-202" in ended.out


def test_the_build_on_the_command_line_wins_over_the_target_file(command: Cli, server: Server, tmp_path: Path) -> None:
    target = server.target(tmp_path, more='build = "2.14-155"')
    ended = command("run", "--target", target, *ONLY, "--build", "2.14-179", "--report", tmp_path / "r")
    assert ended.code == 0
    assert json.loads((tmp_path / "r" / "report.json").read_text("utf-8"))["target"]["build"] == "2.14-179"


def test_fuzzing_takes_a_given_build_too(command: Cli) -> None:
    with serving(answer=silent) as server:
        ended = command(
            "fuzz", server.url, "--user", "6666", "--budget", "60", "--only", "numbers", "--build", "2.14-202"
        )
    assert ended.code == 0
    assert "the build was given, not told by it" in ended.out


@pytest.mark.parametrize("build", ["trunk", "2.14-100", "2.14-999"])
def test_a_build_that_is_not_described_cannot_be_given(command: Cli, server: Server, build: str) -> None:
    ended = command("run", server.url, "--user", "6666", *ONLY, "--build", build)
    assert ended.code == 2
    assert "--build" in ended.err


def test_a_build_newer_than_all_is_judged_as_the_newest_and_that_is_said(command: Cli) -> None:
    newer = liar(lambda body: body.replace(b"2.14-202", b"2.14-250"), about_version=True)
    with serving(answer=newer) as server:
        ended = command("run", server.url, "--user", "6666", *ONLY)
    assert ended.code == 0
    assert "2.14-250 is newer than 2.14-202" in ended.out


def test_pytest_takes_a_given_build(server: Server, tmp_path: Path) -> None:
    arguments = ["pytest", "--pyargs", "conformance.suite", "--target-url", server.url, "--target-user", "6666"]
    arguments += ["--target-case", ONLY[1], "--target-build", "2.14-179", "--target-report", str(tmp_path / "r")]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", *arguments, "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert json.loads((tmp_path / "r" / "report.json").read_text("utf-8"))["target"]["build"] == "2.14-179"
