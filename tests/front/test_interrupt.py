"""Ctrl-C and SIGTERM: what is under way ends, what it made is removed, and the report is written."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.front.servers import PASSWORD, Server

LISTEN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
"""Where tests are started in the background, SIGINT is ignored, and so it would be by what they start."""

PROGRAM = [sys.executable, "-c", f"{LISTEN}; from conformance.commands.app import main; main()"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_cleans_up_and_reports(number: signal.Signals, server: Server, tmp_path: Path) -> None:
    line = [*PROGRAM, "run", "--target", server.target(tmp_path), "--report", tmp_path / "r", "-v", "--rate", "60"]
    with subprocess.Popen(  # noqa: S603 - our own program
        [str(part) for part in line], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stderr is not None
        until = time.monotonic() + 30
        while not re.match(r"(pass|deviation) +add_did/", program.stderr.readline()):
            assert time.monotonic() < until
        program.send_signal(number)
        out, err = program.communicate(timeout=30)
    report = json.loads((tmp_path / "r" / "report.json").read_text())
    assert (program.returncode, report["ended"], report["left"], server.ours) == (130, "interrupted", [], [])
    assert out.splitlines()[-1] == "The run ended early: interrupted"
    assert "stopping: waiting for what is under way" in err


def on_a_terminal(columns: int, *arguments: str, **environment: str) -> str:
    """What a person at a terminal of that width sees."""
    ours, theirs = pty.openpty()
    given = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color", "VICIDIAL_PASS": PASSWORD, **environment}
    with subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=given
    ) as program:
        os.close(theirs)
        seen = b""
        while True:
            try:
                more = os.read(ours, 65536)
            except OSError:  # Linux says so when the other side is closed
                break
            seen += more
    os.close(ours)
    assert program.returncode == 0
    return seen.decode()


@pytest.mark.parametrize("columns", [40, 80])
def test_a_terminal_shows_a_bar_with_counts_by_verdict(columns: int, server: Server) -> None:
    seen = on_a_terminal(columns, "run", server.url, "--user", "6666", "--only", "add_did/did_description/*")
    assert "━" in seen
    assert " pass" in seen
    assert "\x1b[32m" in seen


def test_no_color_is_respected(server: Server) -> None:
    seen = on_a_terminal(80, "run", server.url, "--user", "6666", "--only", "version/*", NO_COLOR="1")
    assert "\x1b[3" not in seen
