"""Where a command runs and what it may do there: limits, folders that are gone, names that are no text."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.edges.programs import environment
from tests.edges.test_bad_files import SAMPLES, URL, is_one_line
from tests.front.conftest import Cli, Ended

ODD = os.fsdecode(b"caf\xe9")
"""A name in Latin-1, which no UTF-8 text can hold."""

PROGRAM = (sys.executable, "-c", "from conformance.commands.app import main; main()")


def within(folder: str, size: int, *arguments: str) -> Ended:
    """The command line in a folder, with files of at most so many bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = subprocess.run(  # noqa: S603 - our own program
        [*PROGRAM, *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
        env=environment(),
        timeout=60,
        preexec_fn=limit,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


PAGE = (
    "compare",
    *(str(SAMPLES / name) for name in ("emulator-documented", "emulator-shipped")),
    "--html",
    "page.html",
)
RUN = ("run", "--only", "version/*", "-q", "--report", "r")


@pytest.mark.parametrize("size", [0, 100, 1_000, 10_000])
@pytest.mark.parametrize("words", [RUN, PAGE, ("fuzz", "--budget", "5", "-q")], ids=lambda w: w[0])
def test_a_limit_of_the_size_of_files_is_one_line_and_exit_code_2(
    words: tuple[str, ...], size: int, tmp_path: Path
) -> None:
    ended = within(str(tmp_path), size, *words)
    assert (ended.code, is_one_line(ended)) == (2, True), ended.err


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--only", "version/*", "-q"),
        ("doctor", URL, "--user", "6666"),
        ("compare", "a", "b"),
        ("rejudge", "a"),
        ("har", "a"),
        ("baseline", "write", "a"),
        ("replay", "a", "--url", URL, "--user", "6666"),
        ("cleanup", "a"),
        ("selfcheck", "--compare", "a"),
        ("run", "--target", "a"),
        ("emulator", "--port", "0", "--state", "a"),
        ("provision", URL, "--target", "a"),
    ],
    ids=lambda words: words[0],
)
def test_a_folder_that_is_gone_is_one_line_and_exit_code_2(
    words: tuple[str, ...], command: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    ended = command(*words)
    monkeypatch.chdir(tmp_path)
    assert (ended.code, is_one_line(ended)) == (2, True), ended.err


AFTER: dict[str, Callable[[str], tuple[str, ...]]] = {
    "compare": lambda name: ("compare", name, name),
    "compare --json": lambda name: ("compare", name, name, "--json"),
    "compare --markdown": lambda name: ("compare", name, name, "--markdown"),
    "compare --html": lambda name: ("compare", name, name, "--html", f"{name}.html"),
    "rejudge": lambda name: ("rejudge", name, "--report", f"{name}2"),
    "har": lambda name: ("har", name),
    "baseline write": lambda name: ("baseline", "write", name, "--output", f"{name}.toml"),
    "predict-upgrade": lambda name: ("predict-upgrade", "--from", name),
    "cleanup": lambda name: ("cleanup", name),
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with such a name, in which a run has reported to one more."""
    folder = tmp_path_factory.mktemp("odd") / ODD
    folder.mkdir()
    done = subprocess.run(  # noqa: S603 - our own program
        [*PROGRAM, "run", "--only", "version/*", "-q", "--report", ODD],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", AFTER)
def test_a_folder_whose_name_is_no_text_is_as_good_as_any(
    name: str, odd: Path, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(odd)
    monkeypatch.setenv("VICIDIAL_PASS", "1234")
    ended = command(*AFTER[name](ODD))
    assert (ended.code, "a bug of ours" in ended.err) == (0, False), ended.err
