"""Ctrl-C and worse: one line, exit code 130, and no process left alive."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.front.conftest import Cli

LISTEN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
"""Where tests are started in the background, SIGINT is ignored, and so it would be by what they start."""

SLOW = """
import os, time
from conformance.selfcheck.checker import Checker
from conformance.selfcheck.model import Trial
def trial(self, fault):
    os.write(1, f"{os.getpid()}\\n".encode())
    time.sleep(60)
Checker.honest = lambda self, config: Trial(fault="")
Checker.trial = trial
"""
"""A self-check each of whose faults takes a minute."""

SELFCHECK = ("selfcheck", "--jobs", "2", "--only", "limit/common/*")


@contextmanager
def begun(before: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The program in a process group of its own, as a terminal would have it."""
    code = f"{LISTEN}\n{before}\nfrom conformance.start import main; main()"
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def soon_gone(pids: list[int]) -> bool:
    until = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(map(is_alive, pids))


def two_workers(process: subprocess.Popen[str]) -> list[int]:
    assert process.stdout is not None
    return [int(process.stdout.readline()) for _ in range(2)]


@pytest.mark.parametrize("to_all", [True, False], ids=["at a terminal", "to the process alone"])
def test_ctrl_c_ends_a_self_check_and_all_its_processes(to_all: bool) -> None:
    with begun(SLOW, *SELFCHECK) as process:
        workers = two_workers(process)
        (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert (process.returncode, soon_gone(workers)) == (130, True)
        assert err.splitlines()[-1] == "vicidial-conformance: stopped"
        assert "Traceback" not in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_the_processes_of_a_self_check_end_with_it_however_it_ends(number: signal.Signals) -> None:
    with begun(SLOW, *SELFCHECK) as process:
        workers = two_workers(process)
        process.send_signal(number)
        process.communicate(timeout=20)
        assert soon_gone(workers)


def test_a_process_of_a_self_check_that_is_killed_is_said_in_one_line() -> None:
    with begun(SLOW, *SELFCHECK) as process:
        os.kill(two_workers(process)[0], signal.SIGKILL)
        _, err = process.communicate(timeout=20)
        assert (process.returncode, "a process of the self-check was killed" in err.splitlines()[-1]) == (3, True)


INTERRUPTED = """
import sys
class Loader:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Loader())
"""


@pytest.mark.parametrize(
    "name", ["conformance.commands.app", "rich.console", "conformance.listing", "conformance.cases.catalogue"]
)
def test_ctrl_c_while_the_program_loads_is_one_line(name: str) -> None:
    with begun(INTERRUPTED.replace("{name!r}", repr(name)), "list") as process:
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (130, "", "vicidial-conformance: stopped\n")


COMMANDS = (("list",), ("list", "--json"), ("show", "version/access/with-login"), ("deviations",), ("openapi",))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_ctrl_c_while_a_command_prints_is_one_line(
    words: tuple[str, ...], command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("conformance.contract.load.load_contract", interrupted)
    monkeypatch.setattr("conformance.commands.list_cases.every_case", interrupted)
    ended = command(*words)
    assert (ended.code, ended.err) == (130, "vicidial-conformance: stopped\n")
