"""`predict-upgrade` reads its builds, and prints a forecast for people and for programs."""

import json
from pathlib import Path

import msgspec
import pytest

from conformance.cases.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.report.model import to_json
from tests.front.conftest import Cli
from tests.report.sample import report


@pytest.fixture(autouse=True)
def _few_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cases of one field and of one function: enough to print."""
    some = [c for c in catalogue(load_contract()) if c.subject in ("list_id", "batch")]
    monkeypatch.setattr("conformance.cases.catalogue.catalogue", lambda contract: some)


def test_a_terminal_shows_a_change_with_an_example(command: Cli) -> None:
    ended = command("predict-upgrade", "--from", "2.14-137", "--to", "2.14-202")
    assert ended.code == 0
    assert "list_id of add_did, update_did" in ended.out
    assert "$VICIDIAL_PASS" in ended.out
    assert "The upgrade from 2.14-137 to 2.14-202 brings" in ended.out


def test_a_terminal_of_80_columns_is_wide_enough_but_for_lines_to_copy(
    command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = command("predict-upgrade", "--from", "2.14-137").out.splitlines()
    assert [line for line in lines if len(line) > 80 and not line.startswith("  curl ")] == []


def test_a_program_reads_every_change(command: Cli) -> None:
    found = json.loads(command("predict-upgrade", "--from", "2.14-137", "--json").out)
    change = found["changes"][0]
    assert (found["old"], found["new"], found["downgrade"]) == ("2.14-137", "2.14-202", False)
    assert change["effect"] == "stored"
    assert set(change["example"]["replies"]) == {"documented", "shipped"}


def test_a_page_has_an_example_of_every_change(command: Cli) -> None:
    out = command("predict-upgrade", "--from", "2.14-202", "--to", "2.14-137", "--markdown").out
    assert out.startswith("# Downgrade from 2.14-202 to 2.14-137\n")
    assert out.count("\nbefore  ") == out.count("\nafter   ") == out.count("\n- ")


def test_the_build_may_be_that_of_a_report(command: Cli, tmp_path: Path) -> None:
    _report(tmp_path, "2.14-179")
    assert "from 2.14-179 to 2.14-202" in command("predict-upgrade", "--from", tmp_path).out


def test_a_newer_php_is_an_upgrade_of_its_own(command: Cli) -> None:
    ended = command("predict-upgrade", "--from", "2.14-202", "--from-php", "7.4")
    assert ended.code == 0
    assert "fails  deviation, PHP 8.1" in ended.out
    assert "The upgrade from 2.14-202 with PHP before 8.1 to 2.14-202 with PHP 8.1 or newer brings" in " ".join(
        ended.out.split()
    )


def test_equal_builds_change_nothing(command: Cli) -> None:
    ended = command("predict-upgrade", "--from", "2.14-179", "--to", "2.14-179")
    assert (ended.code, ended.out.strip()) == (0, "Nothing changes: both builds are 2.14-179.")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "2.14-9"], "--from 2.14-9: only 2.14-137 to 2.14-202 are described"),
        (["--from", "2.14-179", "--to", "2.14-300"], "--to 2.14-300: only 2.14-137 to 2.14-202 are described"),
        (["--from", "before"], "--from: 'before' is not an API build"),
        (["--from", "2.14-202", "--from-php", "8"], "--from-php: '8' is no version of PHP"),
        (["--from", "2.14-202", "--to-php", "8.0.30"], "--to-php 8.0.30: no server with PHP 8.0 was recorded"),
        (["--from", "."], "cannot read report.json"),
        (["--from", "2.14-179", "--json", "--markdown"], "exclude each other"),
        ([], "--from"),
    ],
)
def test_a_mistake_is_one_line(options: list[str], said: str, command: Cli) -> None:
    ended = command("predict-upgrade", *options)
    assert (ended.code, ended.err.count("\n"), said in ended.err) == (2, 1, True)


def test_a_report_that_names_no_build_is_a_mistake(command: Cli, tmp_path: Path) -> None:
    _report(tmp_path, "")
    ended = command("predict-upgrade", "--from", tmp_path)
    assert (ended.code, "did not learn the server's build" in ended.err) == (2, True)


def _report(folder: Path, build: str) -> None:
    made = report()
    target = msgspec.structs.replace(made.target, build=build)
    (folder / "report.json").write_bytes(to_json(msgspec.structs.replace(made, target=target)))
