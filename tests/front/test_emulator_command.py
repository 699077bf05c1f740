"""`emulator` serves until it is stopped."""

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conformance.emulator.faults.catalogue import faults
from tests.front.conftest import Cli
from tests.front.servers import Server

LINE = [sys.executable, "-c", "from conformance.cli import main; main()", "emulator", "--port", "0"]
QUERY = "?source=test&user=6666&pass=1234&function=add_did&did_pattern=9995550100&active=N"


@pytest.mark.parametrize(("options", "separator"), [([], "6666|9995550100"), (["--dialect", "documented"], " - 6666|")])
def test_it_answers_until_ctrl_c_and_says_how_to_try_it(options: list[str], separator: str) -> None:
    with subprocess.Popen([*LINE, *options], stdout=subprocess.PIPE, text=True) as program:  # noqa: S603 - our own
        assert program.stdout is not None
        heading, url = program.stdout.readline(), program.stdout.readline().strip()
        with urllib.request.urlopen(url + QUERY) as reply:  # noqa: S310 - our own
            body = reply.read().decode()
        told = "".join(program.stdout.readline() for _ in range(4))
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=20)
    assert (program.returncode, "Ctrl-C stops it" in heading, f'curl "{url}?' in told) == (0, True, True)
    assert (body.startswith("SUCCESS: add_did DID HAS BEEN ADDED"), separator in body) == (True, True)


def test_a_reply_that_the_stop_cuts_off_is_no_traceback(tmp_path: Path) -> None:
    line = [*LINE, "--latency", "30", "--log", str(tmp_path / "log")]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:  # noqa: S603 - our own
        assert program.stdout is not None
        _, url = program.stdout.readline(), urlsplit(program.stdout.readline().strip())
        with socket.create_connection((url.hostname, url.port)) as client:
            client.sendall(f"GET {url.path}{QUERY} HTTP/1.1\r\nHost: emulator\r\n\r\n".encode())
            time.sleep(1)
            program.send_signal(signal.SIGINT)
            _, said = program.communicate(timeout=20)
    assert (program.returncode, "Traceback" in said, said.count("\n")) == (0, False, 1), said
    assert "Cancel 1 running task(s)" in said


@pytest.mark.parametrize("given", [False, True], ids=["built in", "of a target file"])
def test_the_line_to_try_it_can_be_pasted(given: bool, server: Server, tmp_path: Path) -> None:
    options = ["--target", str(server.target(tmp_path))] if given else []
    with subprocess.Popen([*LINE, *options], stdout=subprocess.PIPE, text=True) as program:  # noqa: S603 - our own
        assert program.stdout is not None
        told = [program.stdout.readline() for _ in range(6)]
        [line] = [line.strip() for line in told if "curl " in line]
        tried = subprocess.run(  # noqa: S603 - what it says
            ["/bin/sh", "-c", line.replace("'...'", "1234")], capture_output=True, text=True, check=True
        )
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=20)
    assert tried.stdout.startswith("SUCCESS: add_did DID HAS BEEN ADDED")
    assert ("1234" in line) is not given


def test_a_target_file_supplies_its_users(
    server: Server, command: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = []
    monkeypatch.setattr("conformance.emulator.server.serve", lambda config, *rest: served.append((config, rest)))
    command("emulator", "--target", server.target(tmp_path))
    assert "7001" in served[0][0].users


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--build", "2.14-9"], "only 2.14-137 to 2.14-202 are described"),
        (["--build", "new"], "--build: "),
        (["--php", "8.0"], "--php 8.0: no server with PHP 8.0 was recorded; 7.4 and 8.1 are its neighbours"),
        (["--php", "new"], "--php: 'new' is no version of PHP such as 7.4 or 8.2"),
        (["--port", "99999"], "ports end at 65535"),
        (["--state", "none/dids.sqlite"], "none/dids.sqlite"),
        (["--target", "none.toml"], "none.toml: does not exist"),
        (["--latency", "-1"], "--latency -1: is no time"),
        (["--latency", "2-1"], "--latency 2-1: the shorter time must come first"),
        (["--fault", "by-hand/wire/close"], "--fault by-hand/wire/close: there is no such fault: did you mean by-hand"),
        (["--log", "."], "cannot write log .: Is a directory"),
        (["--log", "/dev/null/x"], "cannot write log /dev/null/x: "),
    ],
)
def test_a_mistake_is_one_line(options: list[str], said: str, command: Cli) -> None:
    ended = command("emulator", *options)
    assert (ended.code, ended.err.count("\n"), said in ended.err) == (2, 1, True)


def test_a_port_in_use_is_one_line(command: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = command("emulator", "--port", port)
    said = f"vicidial-conformance: cannot listen on 127.0.0.1 port {port}: Address already in use\n"
    assert (ended.code, ended.out, ended.err) == (2, "", said)


def test_the_faults_are_listed_each_with_what_it_does(command: Cli) -> None:
    ended = command("emulator", "--faults")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [f"{fault.id}  {fault.title}" for fault in faults()]


@contextmanager
def emulating(*options: object, stdout: int = subprocess.PIPE) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """An emulator as a process of its own, and its URL."""
    words = [*LINE, *map(str, options)]
    with subprocess.Popen(words, stdout=stdout, stderr=subprocess.PIPE, text=True) as program:  # noqa: S603 - our own
        assert program.stdout is not None
        program.stdout.readline()
        url = program.stdout.readline().strip()
        for _ in range(4):
            program.stdout.readline()
        try:
            yield url, program
        finally:
            program.kill()


def asked(url: str) -> str:
    with urllib.request.urlopen(url + QUERY) as reply:  # noqa: S310 - our own
        return str(reply.read().decode())


ADDED = "SUCCESS: add_did DID HAS BEEN ADDED - 6666|9995550100"
LOGGED = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z GET add_did source=test&user=6666&pass=\*\*\*&function=add_did"
    rf"&did_pattern=9995550100&active=N 200 {re.escape(ADDED)}\n"
)


def test_a_log_is_there_with_the_reply_and_grows_at_its_end(tmp_path: Path) -> None:
    log = tmp_path / "new" / "requests.log"
    for count in (1, 2):
        with emulating("--log", log) as (url, _):
            asked(url)
            lines = log.read_text().splitlines(keepends=True)
        assert (len(lines), LOGGED.fullmatch(lines[-1]) is not None) == (count, True)


def test_a_log_may_go_to_standard_output() -> None:
    with emulating("--log", "-") as (url, program):
        asked(url)
        assert program.stdout is not None
        assert LOGGED.fullmatch(program.stdout.readline())


def test_a_log_on_a_full_disk_stops_the_emulator_with_one_line_once_the_request_is_answered(tmp_path: Path) -> None:
    state = tmp_path / "dids.sqlite"
    with emulating("--log", "/dev/full", "--state", state) as (url, program):
        assert asked(url).startswith(ADDED)
        _, said = program.communicate(timeout=20)
    assert (program.returncode, said) == (
        2,
        "vicidial-conformance: cannot write log /dev/full: No space left on device: "
        "the emulator stopped, the last requests are not in it\n",
    )
    with emulating("--state", state) as (url, _):
        assert asked(url).startswith("ERROR: add_did DID ALREADY EXISTS")


def test_a_log_that_nobody_reads_stops_the_emulator_too() -> None:
    with emulating("--log", "-") as (url, program):
        assert program.stdout is not None
        program.stdout.close()
        assert asked(url).startswith(ADDED)
        program.wait(20)
        assert program.stderr is not None
        said = program.stderr.read()
    assert (program.returncode, said.count("\n"), "the log to standard output: Broken pipe" in said) == (2, 1, True)


def test_a_reset_brings_back_the_start_and_a_fault_shows() -> None:
    with emulating("--fault", "by-hand/replies/html-around", "--latency", "0.01-0.02") as (url, _):
        wrapped = f"<html><body>{ADDED}"
        assert asked(url).startswith(wrapped)
        assert not asked(url).startswith(wrapped)
        reset = urllib.request.Request(url.replace("/vicidial/non_agent_api.php", "/emulator/reset"), method="POST")  # noqa: S310
        with urllib.request.urlopen(reset) as reply:  # noqa: S310 - our own
            assert reply.read() == b"The emulator is as it was at its start.\n"
        assert asked(url).startswith(wrapped)
