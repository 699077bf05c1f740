"""`emulator` serves until it is stopped."""

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

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
        (["--port", "99999"], "ports end at 65535"),
        (["--state", "none/dids.sqlite"], "none/dids.sqlite"),
        (["--target", "none.toml"], "none.toml: does not exist"),
    ],
)
def test_a_mistake_is_one_line(options: list[str], said: str, command: Cli) -> None:
    ended = command("emulator", *options)
    assert (ended.code, ended.err.count("\n"), said in ended.err) == (2, 1, True)
