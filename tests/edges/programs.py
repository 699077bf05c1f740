"""The command line as a process of its own: at a terminal, or with streams of any kind."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

LISTEN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
"""Where tests are started in the background, SIGINT is ignored, and so it would be by what they start."""

PROGRAM = [sys.executable, "-c", f"{LISTEN}; from conformance.commands.app import main; main()"]


def environment(**more: str) -> dict[str, str]:
    """The environment without anybody's passwords, the interpreter as users have it, and with these variables."""
    ours = ("VICIDIAL_", "PYTHONWARNINGS")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(ours)}, **more}


def on_a_terminal(*words: str, cwd: Path, typed: dict[bytes, bytes] | None = None, **environ: str) -> tuple[int, bytes]:
    """The exit code, and what a person at a terminal sees who types an answer wherever a text ends so."""
    answers = dict(typed or {})
    process, ours = pty.fork()
    if process == 0:
        os.chdir(cwd)
        os.execve(PROGRAM[0], [*PROGRAM, *words], environment(**environ))  # noqa: S606 - our own program
    seen = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not more:
            break
        seen += more
        for end in [end for end in answers if seen.endswith(end)]:
            os.write(ours, answers.pop(end))
    os.close(ours)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), seen


def run(words: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
    """A command with these options of subprocess.run."""
    return subprocess.run([*PROGRAM, *words], timeout=60, check=False, **options)  # type: ignore[call-overload,no-any-return]  # noqa: S603
