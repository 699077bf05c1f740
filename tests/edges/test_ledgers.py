"""Ledgers that cannot be read, that name what is not ours, or that another process has."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.run.files import RunFile, ledger_path, write_run
from conformance.run.interrupts import SIGNALS
from conformance.run.ledger import open_ledger
from tests.edges.programs import PROGRAM, environment
from tests.edges.troubled import Server, late, troubled
from tests.front.conftest import Cli
from tests.support.rows import named

pytestmark = pytest.mark.untraced

HEAD = b'{"ledger":"123456"}\n'
OWN = "99912345600011"
CLAIM = b'{"may_exist":"%s","case":"c"}\n' % OWN.encode()
FOREIGN = b'{"may_exist":"7275551114","case":"c"}\n'
CLOSED = b'{"closed":true}\n'


def holding(text: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(text)


@dataclass(frozen=True)
class Row:
    """How a ledger comes to be, the exit code of `cleanup`, what it says, and that of a `run` into the folder."""

    make: Callable[[Path], object]
    code: int
    said: str
    run: int = 2


ROWS: dict[str, Row] = {
    "missing": Row(lambda path: None, 4, "ledger.jsonl: does not exist"),
    "empty": Row(holding(b""), 4, "line 1 is cut off"),
    "binary": Row(holding(b"\x89PNG\r\n\x1a\n\x00\x00"), 4, "line 1 is no line of a ledger"),
    "zero-filled": Row(holding(b"\0" * 4096), 4, "line 1 is cut off"),
    "half-written": Row(holding(HEAD + CLAIM[:20]), 4, "line 2 is cut off"),
    "cut off after a claim": Row(holding(HEAD + CLAIM + CLAIM[:9]), 4, "line 3 is cut off"),
    "of another form": Row(holding(HEAD + b'{"did": 1}\n'), 4, "line 2 is no line of a ledger"),
    "deeply nested": Row(holding(HEAD + b"[" * 100_000 + b"\n"), 4, "line 2 is no line of a ledger"),
    "with a number of 5,000 digits": Row(holding(HEAD + b"9" * 5000 + b"\n"), 4, "line 2 is no line of a ledger"),
    "with escapes for a terminal": Row(holding(HEAD + b"\x1b[2J\n"), 4, "line 2 is no line of a ledger"),
    "a folder": Row(Path.mkdir, 4, "cannot be read"),
    "dangling": Row(lambda path: path.symlink_to("nowhere"), 4, "cannot be read"),
    "not UTF-8": Row(holding(HEAD + b'{"gone":"\xff"}\n'), 4, "line 2 is no line of a ledger"),
    "naming somebody else's DID": Row(holding(HEAD + FOREIGN + CLOSED), 4, "is not one of this run's own DIDs"),
    "naming the default DID": Row(holding(HEAD + b'{"may_exist":"default"}\n' + CLOSED), 4, "every install depends on"),
    "of a run in which nothing is left": Row(holding(HEAD + CLOSED), 0, "Nothing is left of this run.", run=0),
    "of a run that never came to send": Row(holding(HEAD), 0, "Nothing is left of this run.", run=0),
    "of a run that was killed": Row(holding(HEAD + CLAIM), 0, "Nothing is left of this run any more."),
}


def folder_of(server: Server, path: Path) -> Path:
    path.mkdir()
    write_run(path, RunFile(url=server.url, run="123456", user="6666", level="standard"))
    return path


@pytest.mark.parametrize("row", ROWS)
def test_a_ledger_that_cannot_be_read_to_its_end_is_never_an_empty_one(row: str, command: Cli, tmp_path: Path) -> None:
    wanted = ROWS[row]
    with troubled(lambda number, query: None) as server:
        folder = folder_of(server, tmp_path / "r")
        wanted.make(folder / "ledger.jsonl")
        before = server.rows
        ran = command("run", server.url, "--user", "6666", "--only", "version/*", "--report", folder)
        if wanted.run == 2:
            assert "vicidial-conformance cleanup" in ran.err or "is a" in ran.err.lower()
            ended = command("cleanup", folder, "--settling", "0.2")
            said = " ".join((ended.out + ended.err).split())
            assert (ended.code, wanted.said in said, "\x1b[2J" in said) == (wanted.code, True, False)
            assert ("Nothing is left" in said) is (wanted.code == 0)
        assert (ran.code, server.rows) == (wanted.run, before)


@pytest.mark.parametrize("row", [name for name, row in ROWS.items() if row.run == 0])
def test_where_nothing_is_left_nobody_is_asked(row: str, command: Cli, tmp_path: Path) -> None:
    with troubled(lambda number, query: None) as server:
        folder = folder_of(server, tmp_path / "r")
        ROWS[row].make(folder / "ledger.jsonl")
        ended = command("cleanup", folder)
        assert (ended.code, ended.out.strip(), server.trouble.asked) == (0, ROWS[row].said, 0)


@pytest.mark.parametrize("words", [("cleanup", "r"), ("run", "{url}", "--user", "6666", "--report", "r")])
def test_beside_a_live_run_neither_a_clean_up_nor_another_run_is_begun(words: tuple[str, ...], command: Cli) -> None:
    with troubled(lambda number, query: None) as server:
        ledger = open_ledger(ledger_path(folder_of(server, Path("r").absolute())), "123456")
        asyncio.run(ledger.claim(named(OWN), "case"))
        ended = command(*(word.format(url=server.url) for word in words))
        ledger.close()
    assert (ended.code, "a run is under way there" in ended.err) == (2, True)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_clean_up_that_is_stopped_twice_names_what_is_left(number: int, tmp_path: Path) -> None:
    with troubled(lambda at, query: late(0.3) if "update_did" in query else None) as server:
        ledger_path(folder_of(server, tmp_path / "r")).write_bytes(HEAD + CLAIM)
        with subprocess.Popen(  # noqa: S603 - our own program
            [*PROGRAM, "cleanup", "r"],
            cwd=tmp_path,
            env=environment(VICIDIAL_PASS="1234"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as program:
            until = time.monotonic() + 30
            while server.trouble.asked < 2 and time.monotonic() < until:
                time.sleep(0.01)
            for _ in range(2):
                program.send_signal(number)
                time.sleep(0.1)
            said, _ = program.communicate(timeout=20)
    assert (program.returncode, f"still there: '{OWN}'" in said) == (4, True)


def test_the_ledgers_of_every_process_of_pytest_lie_in_the_folder_of_the_run(tmp_path: Path) -> None:
    with troubled(lambda number, query: None) as server:
        before = server.rows
        line = [
            sys.executable,
            "-m",
            "pytest",
            "--pyargs",
            "conformance.suite",
            "-n",
            "2",
            "-q",
            "--target-report=killed",
        ]
        line += [f"--target-url={server.url}", "--target-user=6666", "--target-allow-writes", "--target-rate=0"]
        line += ["-p", "no:cacheprovider", "-k", "life-cycle or delete or did_route"]
        with subprocess.Popen(  # noqa: S603 - our own program
            line,
            cwd=tmp_path,
            env=environment(VICIDIAL_PASS="1234"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as program:
            until = time.monotonic() + 60
            while server.trouble.asked < 60 and time.monotonic() < until:
                time.sleep(0.005)
            subprocess.run(["pkill", "-KILL", "-s", str(program.pid)], check=True)  # noqa: S603, S607 - all processes
        assert {path.name for path in (tmp_path / "killed").glob("ledger*.jsonl")} >= {
            "ledger-gw0.jsonl",
            "ledger.jsonl",
        }
        assert not list(tmp_path.glob("killed-*"))
        ended = subprocess.run(  # noqa: S603 - our own program
            [*PROGRAM, "cleanup", "killed", "--settling", "0.5"],
            cwd=tmp_path,
            env=environment(VICIDIAL_PASS="1234"),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ended.returncode, server.rows) == (0, before), ended.stdout
