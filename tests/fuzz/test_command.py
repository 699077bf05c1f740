"""`fuzz` and `replay`, as somebody uses them who wants to know the same thing again tomorrow."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from conformance.cases.model import Level
from conformance.contract.model import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, Response, honest
from conformance.emulator.server import running
from conformance.errors import UsageError
from conformance.fuzz.command import fuzz, repeat
from conformance.options import Options
from tests.fuzz.test_driver import TARGET, crashing

CRASH = crashing(lambda sent: "voicemail_ext" in sent)


def nonsense(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """The same requests are answered wrongly as in CRASH, but by HTTP 200."""
    answer = honest(contract, state, request, config, now)
    return replace(answer, body=b"nonsense\n") if "voicemail_ext" in request.parameters.values else answer


@contextmanager
def served(behaviour: Behaviour, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Options]:
    monkeypatch.setenv("VICIDIAL_EMULATOR_PASS", "1234")
    with running(Config(), app=create_app(Config(), behaviour=behaviour)) as url:
        yield Options(url=url, target_file=TARGET, report=folder)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def test_a_server_that_follows_the_contract_has_no_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = console(), console()
    with served(honest, tmp_path, monkeypatch) as options:
        assert fuzz(options, 60, 1, out, err) == 0

    assert "0 findings, 0 unstable" in said(out)
    assert "reply forms" in said(err)


def test_a_finding_is_saved_and_found_again_and_gone_once_it_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = console()
    with served(CRASH, tmp_path / "a", monkeypatch) as options:
        assert fuzz(options, 60, 1, out, console()) == 1
    path = next((tmp_path / "a" / "findings").iterdir())
    assert f"replay {path}" in said(out)
    assert "$VICIDIAL_PASS" in said(out)

    again, mended = console(), console()
    with served(CRASH, tmp_path / "b", monkeypatch) as options:
        assert repeat(options, path, again) == 1
    with served(honest, tmp_path / "c", monkeypatch) as options:
        assert repeat(options, path, mended) == 0
    assert said(again).startswith("still there: ")
    assert said(mended).startswith("fixed: ")


def test_a_defect_that_shows_otherwise_is_said_to_be_different(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(CRASH, tmp_path / "a", monkeypatch) as options:
        fuzz(options, 60, 1, console(), console())
    path = next((tmp_path / "a" / "findings").iterdir())

    out = console()
    with served(nonsense, tmp_path / "b", monkeypatch) as options:
        assert repeat(options, path, out) == 1
    assert said(out).startswith("different now: ")


def test_a_server_that_is_not_to_be_written_to_is_not_fuzzed(tmp_path: Path) -> None:
    options = Options(url="http://192.0.2.1", user="6666", report=tmp_path, level=Level.PROBE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "VICIDIAL_PASS", "1234")
        with pytest.raises(UsageError, match="add --allow-writes if you mean that"):
            fuzz(options, 10, 0, console(), console())


def test_a_budget_of_nothing_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="--budget 0: must be 1 request or more"):
        fuzz(Options(), 0, 0, console(), console())
