"""Whatever a server, a file or an option says, only we give orders to the terminal; escapes show what was said."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.respond import Response, honest
from conformance.report.model import to_json
from conformance.terminal import Terminal
from tests.edges.commands import Commands, Ended, interrupted
from tests.edges.programs import on_a_terminal
from tests.front.servers import PASSWORD, Server, serving
from tests.report import sample

EVIL = "\x1b]0;owned\x07\x1b[31m\x9b2J\x7f\u202e\u2066\u2028\u2029\r\x08[red]:bug:"
SURROGATE = "\udcff"
HOSTILE_REPORT = to_json(sample.hostile()).replace(sample.LONG.encode(), b"x")


def saying(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """A server that says such things wherever there is room for it."""
    honestly = honest(contract, state, request, config, now)
    if b"DOES NOT EXIST" in honestly.body:
        return honestly
    body = honestly.body.rstrip(b"\n") + EVIL.encode() + b"\n"
    return Response(honestly.status, honestly.headers, body, honestly.changes)


@pytest.fixture(scope="module")
def evil_server() -> Iterator[Server]:
    with serving(answer=saying) as found:
        yield found


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, evil_server: Server
) -> Commands:
    """The command line in this process, in a folder with files in which such things stand."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VICIDIAL_PASS", PASSWORD)
    (tmp_path / f"is{EVIL}here").mkdir()
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_bytes(HOSTILE_REPORT)
        (tmp_path / name / "exchanges.jsonl").touch()
    (tmp_path / "finding.json").write_text(json.dumps({"schema": EVIL}))
    line = json.dumps({"may_exist": f"999{EVIL}", "case": EVIL})
    interrupted(tmp_path / "left", evil_server.url, line)
    interrupted(tmp_path / "left-by", evil_server.url, line, user=EVIL)
    interrupted(tmp_path / "left-elsewhere", f"http://127.0.0.1:9/{EVIL}", line)
    interrupted(tmp_path / "left-broken", evil_server.url, f'{{"may_exist": 9, "{EVIL}": 1}}')
    return Commands(capsys, monkeypatch)


def assert_shown(ended: Ended) -> None:
    """Nothing but text, lines and tabs."""
    printed = ended.out + ended.err
    assert [c for c in printed if not c.isprintable() and c not in "\n\t"] == []
    assert printed.strip()
    assert "a bug of ours" not in printed


URL = "{url}"
LOGIN = ("{url}", "--user", "6666")
RUN = ("run", *LOGIN, "--report", "r")
SAID_BY_A_SERVER = {
    "run": (*RUN, "--only", "version/*", "--only", "add_did/did_description/*", "--allow-writes"),
    "run -v": (*RUN, "--only", "version/*", "-v"),
    "run -q": (*RUN, "--only", "version/*", "-q"),
    "fuzz": ("fuzz", *LOGIN, "--allow-writes", "--only", "numbers", "--budget", "60", "--report", "r"),
    "doctor": ("doctor", *LOGIN),
    "doctor --json": ("doctor", *LOGIN, "--json"),
    "identify": ("identify", *LOGIN),
    "identify --json": ("identify", *LOGIN, "--json"),
    "cleanup": ("cleanup", "left"),
}


@pytest.mark.parametrize("name", SAID_BY_A_SERVER)
def test_what_a_server_says_is_shown_and_not_obeyed(name: str, command: Commands, evil_server: Server) -> None:
    assert_shown(command(*(word.replace(URL, evil_server.url) for word in SAID_BY_A_SERVER[name])))


def test_a_version_line_is_shown_in_escapes(command: Commands, evil_server: Server) -> None:
    ended = command("doctor", evil_server.url, "--user", "6666")
    assert r"\x1b]0;owned\x07\x1b[31m\x9b2J\x7f\u202e\u2066\u2028\u2029\r\x08[red]:bug:" in ended.out.replace("\n", "")


SAID_BY_FILES = {
    "a report, compared": ("compare", "before", "after"),
    "a report, compared as JSON": ("compare", "before", "after", "--json"),
    "a report, compared as Markdown": ("compare", "before", "after", "--markdown"),
    "a report, judged again": ("rejudge", "before"),
    "a report, as a baseline": ("baseline", "write", "before", "--incomplete"),
    "a report, as an archive": ("har", "before"),
    "a report, run again": (*RUN, "--rerun-failed", "before"),
    "a report, of an upgrade": ("predict-upgrade", "--from", "before"),
    "a finding": ("replay", "finding.json", "--url", *LOGIN),
    "a ledger": ("cleanup", "left", "--user", "8005"),
    "a run's user": ("cleanup", "left-by"),
    "a run's URL": ("cleanup", "left-elsewhere", "--user", "6666"),
    "a run's URL, and another one": ("cleanup", "left-elsewhere", "--target", "{target}"),
    "a ledger that is damaged": ("cleanup", "left-broken"),
}


@pytest.mark.parametrize("name", SAID_BY_FILES)
def test_what_a_file_says_is_shown_and_not_obeyed(
    name: str, command: Commands, evil_server: Server, tmp_path: Path
) -> None:
    words = [word.replace(URL, evil_server.url) for word in SAID_BY_FILES[name]]
    target = evil_server.target(tmp_path)
    assert_shown(command(*(word.replace("{target}", str(target)) for word in words)))


KEY = "".join(f"\\U{ord(c):08X}" for c in EVIL)
ADMIN = '[roles.admin]\nuser = "6666"\npassword_env = "VICIDIAL_PASS"\n'
TARGET_FILES = {
    "a key": f'"{KEY}" = 1\nurl = "URL"\n{ADMIN}',
    "a role": f'url = "URL"\n[roles."{KEY}"]\nuser = "6666"\n',
    "a key of a role": f'url = "URL"\n[roles.admin]\nuser = "6666"\n"{KEY}" = 1\n',
    "an entity": f'url = "URL"\n{ADMIN}[entities]\n"{KEY}" = "x"\n',
    "a URL": f'url = "{KEY}"\n{ADMIN}',
    "a build": f'url = "URL"\nbuild = "{KEY}"\n{ADMIN}',
    "an SQL mode": f'url = "URL"\nsql_mode = "{KEY}"\n{ADMIN}',
    "a variable": f'url = "URL"\n[roles.admin]\nuser = "6666"\npassword_env = "{KEY}"\n',
    "a password's file": f'url = "URL"\n[roles.admin]\nuser = "6666"\npassword_file = "{KEY}"\n',
    "a value that is none": f'url = "URL"\nnon_latin = "{KEY}"\n{ADMIN}',
    "no TOML": f"url = {EVIL}\n",
}
READERS = ("run", "run --dry-run", "fuzz", "doctor", "identify", "emulator --target")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", TARGET_FILES)
def test_what_a_target_file_says_is_shown_and_not_obeyed(name: str, reader: str, command: Commands) -> None:
    Path("t.toml").write_text(TARGET_FILES[name].replace("URL", "http://127.0.0.1:9"), "utf-8", newline="")
    target = () if "--target" in reader else ("--target",)
    ended = command(*reader.split(), *target, "t.toml")
    assert_shown(ended)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)


OPTIONS = {
    "run URL": ("run", "{evil}", "--user", "6666"),
    "run --user": ("run", URL, "--user", "{evil}", "--report", "r", "--only", "version/*"),
    "run --only": (*RUN, "--only", "{evil}"),
    "run --report": ("run", *LOGIN, "--report", "is{evil}here", "--only", "version/*"),
    "run --report below a file": ("run", *LOGIN, "--report", "finding.json/{evil}"),
    "run --password-file": (*RUN, "--password-file", "{evil}"),
    "run --target": ("run", "--target", "{evil}"),
    "run --build": (*RUN, "--build", "{evil}"),
    "run --ca-file": (*RUN, "--ca-file", "{evil}"),
    "run --level": (*RUN, "--level", "{evil}"),
    "run --rate": (*RUN, "--rate", "{evil}"),
    "run --baseline": (*RUN, "--baseline", "{evil}"),
    "run --rerun-failed": (*RUN, "--rerun-failed", "{evil}"),
    "run --dry-run": ("run", URL, "--user", "{evil}", "--dry-run", "--only", "version/*"),
    "an unknown option": ("run", "--{evil}"),
    "an unknown command": ("{evil}",),
    "an argument too many": ("run", URL, "{evil}"),
    "list --only": ("list", "--only", "{evil}"),
    "show": ("show", "{evil}"),
    "openapi --function": ("openapi", "--function", "{evil}"),
    "openapi --url": ("openapi", "--url", "{evil}"),
    "fuzz --only": ("fuzz", *LOGIN, "--only", "{evil}"),
    "fuzz --time": ("fuzz", *LOGIN, "--time", "{evil}"),
    "fuzz --report": ("fuzz", *LOGIN, "--only", "replies", "--budget", "1", "--allow-writes", "--report", "{evil}"),
    "replay": ("replay", "{evil}", "--url", *LOGIN),
    "doctor --user": ("doctor", URL, "--user", "{evil}"),
    "identify --user": ("identify", URL, "--user", "{evil}"),
    "identify --report": ("identify", *LOGIN, "--report", "finding.json/{evil}"),
    "cleanup": ("cleanup", "{evil}"),
    "cleanup --user": ("cleanup", "left", "--user", "{evil}"),
    "provision": ("provision", "{evil}"),
    "provision --target": ("provision", URL, "--target", "{evil}/x"),
    "compare": ("compare", "{evil}", "is{evil}here"),
    "compare --html": ("compare", "before", "after", "--html", "finding.json/{evil}"),
    "rejudge": ("rejudge", "{evil}"),
    "rejudge --only": ("rejudge", "before", "--only", "{evil}"),
    "rejudge --report": ("rejudge", "before", "--report", "finding.json/{evil}"),
    "har": ("har", "{evil}"),
    "har --output": ("har", "before", "--output", "{evil}.har"),
    "baseline write": ("baseline", "write", "{evil}"),
    "baseline write --output": ("baseline", "write", "before", "--incomplete", "--output", "{evil}"),
    "predict-upgrade --from": ("predict-upgrade", "--from", "{evil}"),
    "predict-upgrade --to": ("predict-upgrade", "--from", "2.14-137", "--to", "{evil}"),
    "selfcheck --only": ("selfcheck", "--only", "{evil}"),
    "selfcheck --compare": ("selfcheck", "--compare", "{evil}"),
    "emulator --build": ("emulator", "--build", "{evil}"),
    "emulator --host": ("emulator", "--host", "{evil}"),
    "emulator --log": ("emulator", "--port", "0", "--log", "finding.json/{evil}"),
    "emulator --latency": ("emulator", "--port", "0", "--latency", "{evil}"),
    "emulator --fault": ("emulator", "--port", "0", "--fault", "{evil}"),
    "schema": ("schema", "{evil}"),
    "emulator --state": ("emulator", "--port", "0", "--state", "{evil}/x"),
}


@pytest.mark.parametrize("evil", [EVIL, SURROGATE], ids=["controls", "surrogate"])
@pytest.mark.parametrize("name", OPTIONS)
def test_what_an_option_says_is_shown_and_not_obeyed(
    name: str, evil: str, command: Commands, evil_server: Server
) -> None:
    words = [word.replace(URL, evil_server.url).replace("{evil}", evil) for word in OPTIONS[name]]
    assert_shown(command(*words))


def version_line(name: str, printed: str) -> str:
    version = json.loads(printed)["version"]
    return str(version if name == "doctor" else version["line"])


@pytest.mark.parametrize("name", ["doctor", "identify"])
def test_json_holds_what_a_server_says(name: str, command: Commands, evil_server: Server) -> None:
    ended = command(name, evil_server.url, "--user", "6666", "--json")
    assert version_line(name, ended.out).endswith(EVIL)


# --- at a terminal ---


def test_at_a_terminal_only_our_own_sequences_arrive(evil_server: Server, tmp_path: Path) -> None:
    environ = {"VICIDIAL_PASS": PASSWORD, "TERM": "xterm-256color", "COLUMNS": "100"}
    words = ("run", evil_server.url, "--user", "6666", "--only", "version/*", "-v", "--report", f"is{EVIL}here")
    _, seen = on_a_terminal(*words, cwd=tmp_path, **environ)
    assert b"\x1b[" in seen
    assert b"\x1b]" not in seen
    ours = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
    rest = ours.sub(b"", seen).decode()
    assert {c for c in rest if not c.isprintable()} <= {"\n", "\r"}


# --- the console itself ---


CONSOLE: dict[str, Callable[[Terminal], object]] = {
    "print": lambda terminal: terminal.print(EVIL + SURROGATE),
    "a rule": lambda terminal: terminal.rule(EVIL),
    "a log": lambda terminal: terminal.log(EVIL),
    "raw": lambda terminal: terminal.raw(EVIL + SURROGATE),
    "json": lambda terminal: terminal.json(json.dumps(EVIL + SURROGATE, ensure_ascii=False)),
}


@pytest.mark.parametrize("name", CONSOLE)
def test_no_way_to_print_lets_a_control_character_through(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    CONSOLE[name](Terminal())
    printed = capsys.readouterr().out
    assert (
        [c for c in printed if not c.isprintable() and c != "\n"],
        "owned" in printed,
    ) == ([], True)


TEXTS = ("\x00\x1f", EVIL, "\ud800", "\U000e0001\U0001f600", "ü\x85", os.fsdecode(b"\xff"))


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_json_says_the_same_after_it_was_escaped(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().json(json.dumps([text], ensure_ascii=False))
    assert json.loads(capsys.readouterr().out) == [text]
