"""Every command that logs in asks for a password in the same way, and only where a person can answer."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.edges.commands import interrupted
from tests.edges.programs import PROGRAM, environment, on_a_terminal
from tests.front.servers import Server, serving

USUAL_ROWS = 16
"""Of which a usual run takes so many: each starts the program."""

FINDING = next((Path(__file__).parents[2] / "fixtures" / "findings").glob("*.json"))
PASSWORD = b"1234"
ASKED = b"Password of 6666: "
LOGIN = ("{url}", "--user", "6666")
COMMANDS = {
    "run": ("run", *LOGIN, "--only", "version/*"),
    "run --dry-run": ("run", *LOGIN, "--only", "version/*", "--dry-run"),
    "fuzz": ("fuzz", *LOGIN, "--allow-writes", "--only", "numbers", "--budget", "60"),
    "replay": ("replay", "finding.json", "--url", *LOGIN, "--allow-writes"),
    "doctor": ("doctor", *LOGIN),
    "identify": ("identify", *LOGIN),
    "cleanup": ("cleanup", "left"),
    "cleanup --user": ("cleanup", "left", "--user", "6666"),
}
NO_PASSWORD = "vicidial-conformance: no password for --user: set VICIDIAL_PASS or give --password-file"
Typing = Callable[[str, bytes], tuple[int, str]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def folder(server: Server, tmp_path: Path) -> Path:
    shutil.copy(FINDING, tmp_path / "finding.json")
    interrupted(tmp_path / "left", server.url)
    return tmp_path


@pytest.fixture
def typing(server: Server, folder: Path) -> Typing:
    """What a person sees at a terminal who types this at the prompt, and the exit code."""

    def type_it(name: str, answer: bytes) -> tuple[int, str]:
        words = [word.replace("{url}", server.url) for word in COMMANDS[name]]
        code, seen = on_a_terminal(*words, cwd=folder, typed={ASKED: answer}, TERM="dumb", COLUMNS="200")
        return code, seen.decode().replace("\r\n", "\n")

    return type_it


@pytest.mark.parametrize("name", COMMANDS)
def test_a_password_is_asked_for_once_and_never_shown(name: str, typing: Typing) -> None:
    code, seen = typing(name, PASSWORD + b"\n")
    assert (code, seen.count(ASKED.decode()), "pass=1234" in seen) == (0, 1, False), seen
    assert seen.split(ASKED.decode())[1].startswith("\n")


@pytest.mark.parametrize("answer", [b"\n", b"\x04"], ids=["empty", "Ctrl-D"])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_answer_is_one_line(name: str, answer: bytes, typing: Typing) -> None:
    code, seen = typing(name, answer)
    assert (code, seen.split(ASKED.decode())[1]) == (2, f"\n{NO_PASSWORD}\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_at_the_prompt_is_a_stop(name: str, typing: Typing) -> None:
    code, seen = typing(name, b"\x03")
    assert (code, seen.split(ASKED.decode())[1].removeprefix("^C")) == (130, "\nvicidial-conformance: stopped\n")


def test_what_is_typed_and_is_no_text_is_one_line(typing: Typing) -> None:
    code, seen = typing("doctor", b"\xff\xfe\n")
    said = "vicidial-conformance: what was typed is not UTF-8: give the password by --password-file"
    assert (code, seen.split(ASKED.decode())[1]) == (2, f"\n{said}\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_where_nobody_can_answer_nobody_is_asked(name: str, server: Server, folder: Path) -> None:
    words = [word.replace("{url}", server.url) for word in COMMANDS[name]]
    done = subprocess.run(  # noqa: S603 - our own program
        [*PROGRAM, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(),
        cwd=folder,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{NO_PASSWORD}\n")


@pytest.mark.parametrize("given", ["variable", "file"])
@pytest.mark.parametrize("name", ["run", "doctor", "identify", "cleanup"])
def test_who_has_given_a_password_is_not_asked(name: str, given: str, server: Server, folder: Path) -> None:
    (folder / "secret").write_bytes(PASSWORD)
    words = [word.replace("{url}", server.url) for word in COMMANDS[name]]
    more, environ = ((), {"VICIDIAL_PASS": "1234"}) if given == "variable" else (("--password-file", "secret"), {})
    code, seen = on_a_terminal(*words, *more, cwd=folder, typed={}, TERM="dumb", **environ)
    assert (code, b"Password" in seen) == (0, False)


def test_the_users_name_gives_no_orders_to_the_terminal(server: Server, folder: Path) -> None:
    _, seen = on_a_terminal("doctor", server.url, "--user", "\x1b]0;owned\x07", cwd=folder, typed={b": ": b"\n"})
    assert (rb"Password of \x1b]0;owned\x07: " in seen, b"\x1b]" in seen) == (True, False)
