"""Somebody about to upgrade follows the page about it word for word, and reads what is on the first screen."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from conformance.contract.settings import Build, ServerSettings
from conformance.emulator.config import Config
from tests.docs.pages import ROOT, Page
from tests.docs.test_readme_runs import served

pytestmark = pytest.mark.untraced

PAGE = Page(ROOT / "docs/upgrading.md")
SCREEN = 40
"""Lines of a terminal."""

_SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_EMULATOR = re.compile(r"vicidial-conformance emulator --build (\S+) --port (\d+)")

EMULATORS, RUNS, COMPARE = _SHELL.findall(PAGE.section("Comparing two runs"))


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """A folder and an environment in which both emulators of the page answer at their ports."""
    here = tmp_path_factory.mktemp("upgrader")
    with ExitStack() as stack:
        ports = {
            port: stack.enter_context(served(Config(settings=ServerSettings(Build.parse(build)))))
            for build, port in _EMULATOR.findall(EMULATORS)
        }
        program = here / "bin" / "vicidial-conformance"
        program.parent.mkdir()
        reach = f"{sys.executable} -m tests.docs.reaching '{json.dumps(ports)}' {program.name}"
        program.write_text(f'#!/bin/sh\nexec {reach} "$@"\n')
        program.chmod(0o755)
        path = f"{program.parent}:{os.environ['PATH']}"
        yield here, {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}


def typed(block: str, shell: tuple[Path, Mapping[str, str]]) -> subprocess.CompletedProcess[str]:
    """What a block of the page comes to in a shell that stops at the first failure."""
    here, environment = shell
    return subprocess.run(  # noqa: S603 - our own program
        ["bash", "-ec", block],  # noqa: S607
        cwd=here,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def compared(shell: tuple[Path, Mapping[str, str]]) -> subprocess.CompletedProcess[str]:
    runs = typed(RUNS, shell)
    assert (runs.returncode, runs.stdout.count("Conforms")) == (0, 2), runs.stdout + runs.stderr
    return typed(COMPARE, shell)


def test_the_page_starts_an_emulator_of_the_old_build_and_one_of_the_new() -> None:
    assert [build for build, _ in _EMULATOR.findall(EMULATORS)] == ["2.14-137", "2.14-202"]
    assert len(EMULATORS.splitlines()) == 2


def test_calls_that_fail_end_with_the_exit_code_that_the_page_names(
    compared: subprocess.CompletedProcess[str],
) -> None:
    assert (compared.returncode, "ends with exit code 5" in PAGE.text, compared.stderr) == (5, True, "")


def test_the_first_screen_says_what_a_client_will_feel_the_most_dangerous_first(
    compared: subprocess.CompletedProcess[str],
) -> None:
    screen = [" ".join(line.split()) for line in compared.stdout.splitlines()[:SCREEN]]
    read = [
        "What a client will feel",
        "6 calls that now fail add_did (3), update_did (3)",
        "7 stored otherwise update_did (7)",
        "6 calls that now succeed copy_did (6)",
        "6 said otherwise version (5), copy_did (1)",
        "Calls that now fail: 6 cases",
        "for example add_did/menu_id/unknown, request 1:",
        "before SUCCESS: add_did DID HAS BEEN ADDED - <user>|<did>",
        "after ERROR: update_did MENU ID MUST BE A VALID CALL MENU IN THE SYSTEM,",
        "THIS IS AN OPTIONAL FIELD: |<user>|nosuchname",
        "Stored otherwise: 7 cases",
    ]
    assert [line for line in screen if line in read] == read


def test_the_first_screen_has_the_request_to_send_again(compared: subprocess.CompletedProcess[str]) -> None:
    curl = next(line for line in compared.stdout.splitlines()[:SCREEN] if line.startswith("    curl "))
    assert "function=add_did" in curl
    assert "menu_id=nosuchname" in curl
    assert "pass='\"$VICIDIAL_PASS\"'&" in curl


def test_the_page_shows_what_is_printed(compared: subprocess.CompletedProcess[str]) -> None:
    (shown,) = [block for block in PAGE.blocks("text") if block.startswith("What a client will feel")]
    printed = "\n".join(line.rstrip() for line in compared.stdout.splitlines())
    assert shown.rstrip() in printed


def test_the_last_line_never_says_that_nothing_got_worse(compared: subprocess.CompletedProcess[str]) -> None:
    last = " ".join(compared.stdout.rpartition("\n\n")[2].split())
    assert last == (
        "Worse for clients: 6 calls that now fail, 7 stored otherwise, 6 calls that now succeed, 6 said otherwise, "
        "28 of 32 cases compared. 4 answered in neither run. Exit code 5, as asked with --fail-on."
    )


def test_the_page_of_the_comparison_is_written_too(
    compared: subprocess.CompletedProcess[str], shell: tuple[Path, Mapping[str, str]]
) -> None:
    page = (shell[0] / "changes.html").read_text("utf-8")
    assert "<h1>Worse for clients: 6 calls that now fail" in page
