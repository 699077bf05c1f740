"""Whatever a file holds that a person names, and whatever it is instead of a file: one line, and exit code 2."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.reading import LARGE
from tests.front.conftest import Cli, Ended

SAMPLES = Path(__file__).parents[2] / "reports" / "samples"
URL = "http://127.0.0.1:1/"
SECURE = "https://127.0.0.1:1/"
"""Nobody listens there: a command that takes the file for right ends with exit code 3."""

RUN = '{"url":"http://127.0.0.1:1/vicidial/non_agent_api.php","run":"123456","user":"6666","level":"standard"}\n'
TARGET = f'url = "{URL}"\n[roles.admin]\nuser = "6666"\npassword_env = "VICIDIAL_PASS"\n'
DEEP = 100_000
LONG = "9" * 5_000

TEXTS: Mapping[str, bytes] = {
    "JSON nested too deep": b'{"x":' * DEEP,
    "JSON nested too deep and whole": b'{"x":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "TOML nested too deep": b"x = " + b"[" * DEEP,
    "TOML with a key of many parts": b"[" + b".".join([b"x"] * 10_000) + b"]\n",
    "JSON with a number of 5,000 digits": f'{{"schema":{LONG}}}'.encode(),
    "TOML with a number of 5,000 digits": f"url = {LONG}\n".encode(),
    "NUL bytes": b"\0" * 100,
    "UTF-16": 'url = "http://127.0.0.1:1/"'.encode("utf-16"),
    "JSON with half a surrogate": b'{"suite":"\\ud800"}',
    "TOML with half a surrogate": b'url = "\\ud800"\n',
    "bytes that are no UTF-8": b'url = "\xff\xfe"\n',
    "control characters": b'\x1b[2J\r\n"\x07" = 1\n',
    "a list": b"[1, 2]",
    "nothing": b"",
}


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(4 * LARGE)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _missing(path: Path) -> None:
    del path


NO_FILES: Mapping[str, Callable[[Path], None]] = {
    "a folder": _folder,
    "a pipe that nobody writes": _pipe,
    "a link to itself": _loop,
    "a link to nowhere": _dangling,
    "a file of 1 GB": _large,
    "a device": _device,
    "no file": _missing,
}


def _written(text: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(text)

    return write


CONTENTS = {**{name: _written(text) for name, text in TEXTS.items()}, **NO_FILES}


@dataclass(frozen=True)
class Place:
    """Where a command reads a file: the words of the command, the file's path, and content that is right there."""

    words: Sequence[str]
    path: str
    right: Sequence[str] = ()


TARGETS = ("run", "doctor", "identify", "fuzz", "emulator")
REPORTS = {
    "compare": ("compare", "whole", "report"),
    "rejudge": ("rejudge", "report"),
    "har": ("har", "report"),
    "run --rerun-failed": ("run", URL, "--user", "6666", "--rerun-failed", "report"),
    "baseline write": ("baseline", "write", "report", "--output", "new.toml"),
    "predict-upgrade": ("predict-upgrade", "--from", "report"),
}
PLACES: Mapping[str, Place] = {
    **{f"target file of {name}": Place((name, "--target", "file"), "file") for name in TARGETS},
    "target file of cleanup": Place(("cleanup", "report", "--target", "file"), "file"),
    "target file of replay": Place(("replay", "whole", "--target", "file"), "file"),
    "baseline of run": Place(("run", URL, "--user", "6666", "--baseline", "file"), "file", ("nothing",)),
    "baseline to update": Place(
        ("baseline", "write", "whole", "--output", "file"),
        "file",
        ("nothing", "no file", "a link to nowhere", "a link to itself"),
    ),
    "finding": Place(("replay", "file", "--url", URL, "--user", "6666"), "file"),
    **{f"report.json of {name}": Place(words, "report/report.json") for name, words in REPORTS.items()},
    "exchanges.jsonl of compare": Place(
        REPORTS["compare"], "report/exchanges.jsonl", ("nothing", "no file", "a link to nowhere", "a link to itself")
    ),
    "exchanges.jsonl of har": Place(REPORTS["har"], "report/exchanges.jsonl", ("nothing",)),
    "exchanges.jsonl of rejudge": Place(REPORTS["rejudge"], "report/exchanges.jsonl"),
    **{f"run.json of {name}": Place((name, "report"), "report/run.json") for name in ("rejudge", "cleanup")},
    "matrix of selfcheck": Place(("selfcheck", "--compare", "file"), "file"),
    "cases of selfcheck": Place(("selfcheck", "--cases", "file"), "file"),
}


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    """A folder with two reports."""
    for name in ("whole", "report"):
        shutil.copytree(SAMPLES / "emulator-documented", tmp_path / name)
        (tmp_path / name / "run.json").write_text(RUN)
        (tmp_path / name / "exchanges.jsonl").write_bytes(b"")
    return tmp_path


def is_one_line(ended: Ended) -> bool:
    """Whether that is all a person is told, and it does not blame us."""
    said = ended.err.splitlines()
    return len(said) == 1 and said[0].startswith("vicidial-conformance: ") and "a bug of ours" not in ended.err


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("name", PLACES)
def test_a_bad_file_is_one_line_and_exit_code_2(name: str, content: str, folders: Path, command: Cli) -> None:
    place = PLACES[name]
    path = folders / place.path
    path.unlink(missing_ok=True)
    CONTENTS[content](path)
    ended = command(*place.words)
    if content in place.right:
        assert "a bug of ours" not in ended.err
        return
    assert (ended.code, ended.out, is_one_line(ended)) == (2, "", True), ended.err


PASSWORD_FILE = ("run", URL, "--user", "6666", "--password-file", "{}")
READ_FROM: Mapping[str, Sequence[str]] = {
    "target": ("run", "--target", "{}"),
    "password file": PASSWORD_FILE,
    "certificates": ("run", SECURE, "--user", "6666", "--ca-file", "{}", "-q"),
    "baseline": ("run", URL, "--user", "6666", "--baseline", "{}"),
    "report to run again": ("run", URL, "--user", "6666", "--rerun-failed", "{}"),
    "finding": ("replay", "{}", "--url", URL, "--user", "6666"),
    "report to compare": ("compare", "whole", "{}"),
    "report to judge": ("rejudge", "{}"),
    "report to archive": ("har", "{}"),
    "report for a baseline": ("baseline", "write", "{}"),
    "report of the old build": ("predict-upgrade", "--from", "{}"),
    "folder to clean up": ("cleanup", "{}"),
    "matrix": ("selfcheck", "--compare", "{}"),
    "cases": ("selfcheck", "--cases", "{}"),
}
WRITTEN_TO: Mapping[str, Sequence[str]] = {
    "report": ("run", URL, "--user", "6666", "--report", "{}"),
    "report of fuzz": ("fuzz", URL, "--user", "6666", "--allow-writes", "--report", "{}"),
    "report of identify": ("identify", URL, "--user", "6666", "--report", "{}"),
    "report of rejudge": ("rejudge", "whole", "--report", "{}"),
    "archive": ("har", "whole", "--output", "{}"),
    "baseline": ("baseline", "write", "whole", "--output", "{}"),
    "page of compare": ("compare", "whole", "report", "--html", "{}"),
    "target of provision": ("provision", URL, "--target", "{}"),
    "state of the emulator": ("emulator", "--port", "0", "--state", "{}"),
    "log of the emulator": ("emulator", "--port", "0", "--log", "{}"),
}
PATHS = {
    "a name that is too long": "x" * 300,
    "a path that is too long": "x/" * 5_000,
    "something below a file": "file/below",
    "something below a link to itself": "loop/below",
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", [*READ_FROM, *(f"written: {name}" for name in WRITTEN_TO)])
def test_a_path_that_no_file_can_have_is_one_line_and_exit_code_2(
    name: str, path: str, folders: Path, command: Cli
) -> None:
    words = READ_FROM[name] if name in READ_FROM else WRITTEN_TO[name.removeprefix("written: ")]
    (folders / "file").write_bytes(b"")
    _loop(folders / "loop")
    ended = command(*(word.replace("{}", PATHS[path]) for word in words))
    assert (ended.code, is_one_line(ended)) == (2, True), ended.err


@pytest.mark.parametrize("kind", [kind for kind in NO_FILES if kind != "a link to nowhere"])
@pytest.mark.parametrize("name", ["password file", "certificates"])
def test_what_is_no_file_is_no_password_and_no_certificate(name: str, kind: str, folders: Path, command: Cli) -> None:
    NO_FILES[kind](folders / "file")
    ended = command(*(word.replace("{}", "file") for word in READ_FROM[name]))
    assert (ended.code, ended.out, is_one_line(ended)) == (2, "", True), ended.err


@pytest.mark.parametrize("text", TEXTS)
def test_a_file_without_certificates_is_one_line_and_exit_code_2(text: str, folders: Path, command: Cli) -> None:
    (folders / "file").write_bytes(TEXTS[text])
    ended = command(*(word.replace("{}", "file") for word in READ_FROM["certificates"]))
    assert (ended.code, ended.out, is_one_line(ended)) == (2, "", True), ended.err


@pytest.mark.parametrize("text", [text for text in TEXTS if text != "nothing"])
def test_a_file_that_is_no_database_is_one_line_and_exit_code_2(text: str, folders: Path, command: Cli) -> None:
    (folders / "file").write_bytes(TEXTS[text])
    ended = command("emulator", "--port", "0", "--state", "file")
    assert (ended.code, ended.out, is_one_line(ended)) == (2, "", True), ended.err


@pytest.mark.parametrize("name", [*READ_FROM])
def test_a_file_that_may_not_be_read_is_one_line_and_exit_code_2(
    name: str, folders: Path, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    shutil.copytree(folders / "whole", folders / "it") if name.startswith(("report", "folder")) else (
        folders / "it"
    ).write_bytes(b"")
    monkeypatch.setattr(Path, "open", forbidden)
    ended = command(*(word.replace("{}", "it") for word in READ_FROM[name]))
    assert (ended.code, ended.out, is_one_line(ended)) == (2, "", True), ended.err


def test_a_user_that_there_is_not_has_no_folder_for_a_password(folders: Path, command: Cli) -> None:
    (folders / "t.toml").write_text(f'url = "{URL}"\n[roles.admin]\nuser = "6666"\npassword_file = "~nosuchuser/x"\n')
    ended = command("run", "--target", "t.toml")
    assert (ended.code, is_one_line(ended)) == (2, True)
    assert "roles.admin.password_file: there is no such user's folder" in ended.err


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("run", "--target", "{}", "-q"), TARGET),
        (("doctor", "--target", "{}"), TARGET),
        (("run", URL, "--user", "6666", "--password-file", "{}", "-q"), "1234\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_a_shell_puts_in_the_place_of_a_file_is_read(words: Sequence[str], text: str, command: Cli) -> None:
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    ended = command(*(word.replace("{}", f"/dev/fd/{reading}") for word in words))
    os.close(reading)
    assert (ended.code, "connection refused" in ended.err) == (3, True), ended.err


def test_a_pipe_that_gives_too_much_is_not_read_to_its_end(command: Cli) -> None:
    ended = command("run", "--target", "/dev/zero")
    assert (ended.code, is_one_line(ended), "is larger than 64 MB" in ended.err) == (2, True, True)
