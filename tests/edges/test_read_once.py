"""Files that can be read only once, such as `<(...)` and /dev/stdin, are as good as any other."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edges.commands import interrupted
from tests.front.servers import PASSWORD, Server, serving

USUAL_ROWS = 9
"""Of which a usual run takes so many: each starts the program."""

PROGRAM = [sys.executable, "-c", "from conformance.commands.app import main; main()"]
USER = ("--user", "6666")
COMMANDS = {
    "run": ("run", "{url}", *USER, "--only", "version/*", "-q"),
    "run --dry-run": ("run", "{url}", *USER, "--only", "version/*", "--dry-run"),
    "fuzz": ("fuzz", "{url}", *USER, "--allow-writes", "--only", "numbers", "--budget", "60", "-q"),
    "doctor": ("doctor", "{url}", *USER),
    "identify": ("identify", "{url}", *USER),
    "cleanup": ("cleanup", "left", *USER),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


class Once:
    """A command with a file that is a pipe: that of the shell's `<(...)`, or its standard input."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder

    def __call__(self, *arguments: str, text: str, by: str, **environ: str) -> subprocess.CompletedProcess[str]:
        ours, theirs = os.pipe()
        os.write(theirs, text.encode())
        os.close(theirs)
        file = "/dev/stdin" if by == "stdin" else f"/dev/fd/{ours}"
        words = [a.replace("{url}", self.server.url).replace("{file}", file) for a in arguments]
        known = {name: value for name, value in os.environ.items() if not name.startswith("VICIDIAL_")}
        try:
            return subprocess.run(  # noqa: S603 - our own program
                [*PROGRAM, *words],
                stdin=ours if by == "stdin" else subprocess.DEVNULL,
                pass_fds=[] if by == "stdin" else [ours],
                env={**known, **environ},
                cwd=self.folder,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        finally:
            os.close(ours)


@pytest.fixture
def once(server: Server, tmp_path: Path) -> Once:
    interrupted(tmp_path / "left", server.url)
    return Once(server, tmp_path)


@pytest.mark.parametrize("by", ["stdin", "fd"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_password_may_come_from_a_pipe(name: str, by: str, once: Once) -> None:
    done = once(*COMMANDS[name], "--password-file", "{file}", text=f"{PASSWORD}\n", by=by)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("by", ["stdin", "fd"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_target_may_come_from_a_pipe(name: str, by: str, once: Once) -> None:
    text = f'url = "{once.server.url}"\n[roles.admin]\nuser = "6666"\npassword_env = "VICIDIAL_LAB"\n'
    words = [word for word in COMMANDS[name] if word not in ("{url}", *USER)]
    done = once(*words, "--target", "{file}", text=text, by=by, VICIDIAL_LAB=PASSWORD)
    assert done.returncode == 0, done.stderr


KNOWN_NO_MORE = """
[known."message/x"]
reason = "a test"
differs = [{ aspect = "message", wanted = "", got = "x" }]
cases = ["version/access/with-login"]
"""


@pytest.mark.parametrize("by", ["stdin", "fd"])
def test_a_baseline_may_come_from_a_pipe(by: str, once: Once) -> None:
    words = ("run", "{url}", *USER, "--only", "version/*", "--baseline", "{file}")
    done = once(*words, text=KNOWN_NO_MORE, by=by, VICIDIAL_PASS=PASSWORD)
    assert (done.returncode, "version/access/with-login passes now" in done.stdout) == (1, True)


def test_a_report_folder_that_takes_no_exchanges_is_one_line(once: Once) -> None:
    (once.folder / "left" / "exchanges.jsonl").mkdir()
    done = once(*COMMANDS["run"], "--report", "left", text="", by="stdin", VICIDIAL_PASS=PASSWORD)
    said = "left/exchanges.jsonl: Is a directory: choose another --report folder"
    assert (done.returncode, done.stderr) == (2, f"vicidial-conformance: {said}\n")
