"""What `run` shows and writes."""

import json
import re
from pathlib import Path

import pytest

from tests.front.conftest import Cli
from tests.front.servers import Server, liar, serving

MISSPELT = liar(lambda body: body.replace(b"ADDED", b"ADED"), about_version=False)
SOME = ("--only", "version/*", "--only", "add_did/did_description/*")


def test_without_a_url_an_emulator_is_tested(command: Cli) -> None:
    ended = command("run", *SOME)
    assert (ended.code, "testing an emulator" in ended.err) == (0, True)
    assert ended.out.splitlines()[-1].startswith("Conforms, with ")


def test_progress_and_summary_go_to_different_streams(server: Server, command: Cli, tmp_path: Path) -> None:
    ended = command("run", "--target", server.target(tmp_path), "--report", tmp_path / "r", *SOME)
    assert ended.err.splitlines()[-1] == f"report: {tmp_path / 'r' / 'report.html'}"
    assert re.search(r"^\d+ deviation, \d+ pass$", ended.out, re.MULTILINE)


def test_a_report_is_written_in_every_form(server: Server, command: Cli, tmp_path: Path) -> None:
    command("run", "--target", server.target(tmp_path), "--report", tmp_path / "r", *SOME)
    written = {path.name for path in (tmp_path / "r").iterdir()}
    assert {"report.json", "report.html", "summary.md", "junit.xml", "exchanges.jsonl"} <= written


def test_no_file_of_a_report_and_no_output_has_the_password(server: Server, command: Cli, tmp_path: Path) -> None:
    target = server.target(tmp_path)
    ended = command("run", "--target", target, "--report", tmp_path / "r", "-v", "--only", "access/*", *SOME)
    files = "".join(path.read_text() for path in (tmp_path / "r").iterdir())
    assert not re.search(r"pass=1234(?!\d)", files + ended.out + ended.err)


def test_quiet_leaves_the_answer_only(server: Server, command: Cli, tmp_path: Path) -> None:
    ended = command("run", "--target", server.target(tmp_path), "-q", *SOME)
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)


def test_verbose_has_a_line_for_each_case(server: Server, command: Cli, tmp_path: Path) -> None:
    ended = command("run", "--target", server.target(tmp_path), "-v", "--only", "version/*")
    shown = [line.split() for line in ended.err.splitlines() if " version/" in line]
    assert shown
    assert {kind for kind, _ in shown} <= {"pass", "deviation"}


def test_piped_output_has_no_escape_codes(server: Server, program: Cli, tmp_path: Path) -> None:
    ended = program("run", "--target", server.target(tmp_path), *SOME)
    assert (ended.code, "\x1b" in ended.out + ended.err) == (0, False)


def test_a_failure_shows_both_sides_and_how_to_repeat_it(command: Cli, tmp_path: Path) -> None:
    with serving(answer=MISSPELT) as server:
        ended = command("run", "--target", server.target(tmp_path), "--only", "add_did/did_pattern/longest")
    assert ended.code == 1
    assert "DID HAS BEEN ADDED  DID HAS BEEN ADED" in ended.out
    assert re.search(r"^  curl '.*\"\$VICIDIAL_PASS\"", ended.out, re.MULTILINE)


def test_fail_fast_stops_at_the_first_failure(command: Cli, tmp_path: Path) -> None:
    with serving(answer=MISSPELT) as server:
        ended = command("run", "--target", server.target(tmp_path), "--fail-fast", "--only", "add_did/did_pattern/*")
    assert (ended.code, "1 fail" in ended.out, ended.out.splitlines()[-1]) == (
        1,
        True,
        "The run ended early: stopping after 1 failures, as asked",
    )


def test_what_differs_from_the_documentation_fails_if_that_is_expected(
    server: Server, command: Cli, tmp_path: Path
) -> None:
    ended = command("run", "--target", server.target(tmp_path), "--expect", "documented", *SOME)
    assert ended.code == 1


def test_user_names_can_be_kept_out_of_the_reports(server: Server, command: Cli, tmp_path: Path) -> None:
    command("run", server.url, "--user", "6666", "--report", tmp_path / "r", "--mask-users", *SOME)
    results = json.loads((tmp_path / "r" / "report.json").read_text())["results"]
    assert "6666" not in json.dumps(results)


def test_files_of_the_folder_one_is_in_are_not_run(server: Server, command: Cli, tmp_path: Path) -> None:
    for name in ("conftest.py", "pytest.ini"):
        (tmp_path / name).write_text("raise SystemExit(77)\n")
    assert command("run", server.url, "--user", "6666", "--only", "version/*").code == 0


def test_nothing_of_anybodys_pytest_configuration_is_used(
    server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--nonsense")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    assert command("run", server.url, "--user", "6666", "--only", "version/*").code == 0


def test_a_run_reports_as_many_cases_as_the_list_shows(server: Server, command: Cli, tmp_path: Path) -> None:
    only = ("--only", "add_did/did_description/*", "--only", "version/*")
    listed = command("list", *only).out.splitlines()
    command("run", "--target", server.target(tmp_path), "--report", tmp_path / "r", *only)

    results = json.loads((tmp_path / "r" / "report.json").read_text())["results"]
    assert sorted(line.split("\t")[0] for line in listed) == sorted(result["id"] for result in results)


@pytest.mark.parametrize(("only", "same"), [("version", "version/*"), ("*/did_description", "*/did_description/*")])
def test_cases_are_chosen_by_what_their_ids_begin_with(only: str, same: str, command: Cli) -> None:
    assert command("list", "--only", only).out == command("list", "--only", same).out != ""


def test_half_a_word_chooses_nothing(command: Cli) -> None:
    assert "matches no case" in command("list", "--only", "add_did/did_desc").err


def test_what_failed_can_be_repeated_by_a_line_that_is_called_so(command: Cli, tmp_path: Path) -> None:
    with serving(answer=MISSPELT) as server:
        ended = command("run", "--target", server.target(tmp_path), "--only", "add_did/did_pattern/longest")
    assert "to repeat what failed: vicidial-conformance run --target" in ended.err
