"""`run --quick`: the few cases that catch what the whole suite catches."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.cases.catalogue import catalogue
from conformance.cases.quick import quick_cases
from conformance.contract.load import load_contract
from tests.front.conftest import Cli
from tests.front.servers import Server, liar, serving

MISSPELT = liar(lambda body: body.replace(b"ADDED", b"ADED"), about_version=False)


@pytest.mark.thorough
def test_a_quick_run_passes_a_right_server_with_a_part_of_the_cases(
    server: Server, command: Cli, tmp_path: Path
) -> None:
    ended = command("run", "--target", server.target(tmp_path), "--quick", "-q")
    assert (ended.code, ended.out.startswith("Conforms, with ")) == (0, True)
    assert len(quick_cases()) < len(catalogue(load_contract())) / 2


def test_a_quick_run_fails_a_wrong_server(command: Cli, tmp_path: Path) -> None:
    with serving(answer=MISSPELT) as server:
        assert command("run", "--target", server.target(tmp_path), "--quick", "-q").code == 1


def test_quick_and_only_exclude_each_other(command: Cli) -> None:
    ended = command("run", "--quick", "--only", "version/*")
    assert (ended.code, "--only and --quick exclude each other" in ended.err) == (2, True)


def test_every_case_of_a_quick_run_is_in_the_catalogue() -> None:
    known = {case.id for case in catalogue(load_contract())}
    assert [id for id in quick_cases() if id not in known] == []
