"""Every numeric option of every command with numbers that make no sense: one line, or a sensible end."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import typer

from conformance.commands.app import app
from conformance.fuzz.repeat import write_replay
from tests.edges.test_bad_files import URL, is_one_line
from tests.front.conftest import Cli
from tests.fuzz.test_replay import REPLAY

VALUES = ("-1", "0", "nan", "inf", "-inf", "1e309", str(10**30), "9" * 5_000, "1e-320", "", "one", "0x10", "1_0")
NEVER_RIGHT = ("nan", "inf", "-inf", "1e309", "9" * 5_000, "", "one", "0x10")

SERVER = (URL, "--user", "6666")
WORDS: Mapping[str, Sequence[str]] = {
    "run": ("run", *SERVER, "-q"),
    "fuzz": ("fuzz", *SERVER, "--allow-writes", "-q"),
    "doctor": ("doctor", *SERVER),
    "identify": ("identify", *SERVER),
    "cleanup": ("cleanup", "report", "--user", "6666"),
    "replay": ("replay", "finding.json", "--url", URL, "--user", "6666", "--allow-writes"),
    "emulator": ("emulator", "--host", "nowhere.invalid"),
    "selfcheck": ("selfcheck", "--only", "check/common/version", "--cases", "cases.json", "-q"),
}
"""Commands with a number among their options, and words with which they end soon if the number is right."""


def numeric(typer_app: typer.Typer) -> Iterator[tuple[str, str]]:
    """The commands that take numbers, each with the option."""
    for info in typer_app.registered_commands:
        assert info.callback is not None
        name = info.name or info.callback.__name__.replace("_", "-")
        for option, hint in typing.get_type_hints(info.callback).items():
            if {int, float} & {hint, *typing.get_args(hint)}:
                yield name, f"--{option.replace('_', '-')}"
    for group in typer_app.registered_groups:
        assert group.typer_instance is not None
        yield from numeric(group.typer_instance)


OPTIONS = sorted({*numeric(app), ("fuzz", "--time"), ("emulator", "--latency")})


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """What the commands read."""
    folder = tmp_path / "report"
    folder.mkdir()
    run = {"url": "http://127.0.0.1:1/vicidial/non_agent_api.php", "run": "123456", "user": "6666", "level": "probe"}
    (folder / "run.json").write_text(json.dumps(run))
    (folder / "ledger.jsonl").write_text('{"may_exist":"99912345600011","case":"x"}\n')
    write_replay(REPLAY, tmp_path).rename(tmp_path / "finding.json")
    (tmp_path / "cases.json").write_text('{"faults": 1, "cases": ["version/access/with-login"]}')
    return tmp_path


def test_every_command_with_a_number_is_tried() -> None:
    assert {command for command, _ in OPTIONS} == set(WORDS)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:12] or "empty")
@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_a_number_that_makes_no_sense_is_said_in_one_line(
    name: str, option: str, value: str, prepared: Path, command: Cli
) -> None:
    ended = command(*WORDS[name], f"{option}={value}", freely=False)
    if value in NEVER_RIGHT:
        assert (ended.code, ended.out, is_one_line(ended)) == (2, "", True), ended.err
    assert ended.code in {0, 1, 2, 3, 4}
    assert "a bug of ours" not in ended.out + ended.err


REFUSED = (
    ("selfcheck", "--over-http", "-1"),
    ("selfcheck", "--sample", "0"),
    ("selfcheck", "--jobs", "0"),
    ("selfcheck", "--jobs", str(10**30)),
    ("run", "--concurrency", "0"),
    ("run", "--concurrency", str(10**30)),
    ("run", "--rate", "1e-320"),
    ("run", "--timeout", "0"),
    ("run", "--allow-login-failures", "-1"),
    ("fuzz", "--seed", "-1"),
    ("fuzz", "--budget", "0"),
    ("fuzz", "--time", "nan"),
    ("emulator", "--port", "65536"),
)


@pytest.mark.parametrize(("name", "option", "value"), REFUSED)
def test_a_number_outside_its_bounds_is_refused_by_its_option(
    name: str, option: str, value: str, prepared: Path, command: Cli
) -> None:
    ended = command(*WORDS[name], f"{option}={value}", freely=False)
    assert (ended.code, ended.out, is_one_line(ended)) == (2, "", True), ended.err
    assert option.strip("-") in ended.err
