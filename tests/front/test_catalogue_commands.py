"""list, show, deviations, --version, --help and completion."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import __version__
from conformance.cases.catalogue import catalogue
from conformance.contract.load import load_contract
from tests.front.conftest import Cli

COMMANDS = (
    "run",
    "list",
    "show",
    "deviations",
    "openapi",
    "emulator",
    "cleanup",
    "doctor",
    "provision",
    "fuzz",
    "replay",
    "selfcheck",
    "predict-upgrade",
)


def test_the_version_is_shown(command: Cli) -> None:
    assert command("--version").out == f"vicidial-conformance {__version__}\n"


def test_without_a_command_the_help_is_shown_and_nothing_succeeds(command: Cli) -> None:
    ended = command()
    assert (ended.code, all(name in ended.out + ended.err for name in COMMANDS)) == (2, True)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_its_options_and_gives_an_example(name: str, command: Cli) -> None:
    ended = command(name, "--help")
    assert (ended.code, "vicidial-conformance" in ended.out.rpartition("─╯")[2]) == (0, True)


def test_a_piped_list_has_a_line_a_case(command: Cli) -> None:
    lines = command("list").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [case.id for case in catalogue(load_contract())]


def test_a_list_is_narrowed_by_pattern_and_level(command: Cli) -> None:
    lines = command("list", "--only", "copy_did/*", "--level", "probe").out.splitlines()
    assert {tuple(line.split("\t")[0:2])[1] for line in lines} == {"probe"}
    assert all(line.startswith("copy_did/") for line in lines)


def test_a_list_can_be_json(command: Cli) -> None:
    assert {"id", "title", "level", "clause", "needs", "requests", "depends"} == set(
        json.loads(command("list", "--json").out)[0]
    )


def test_a_list_on_a_terminal_is_a_table(command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.commands.app.out._force_terminal", True)
    monkeypatch.setenv("TERM", "dumb")
    ended = command("list", "--only", "version/*")
    assert (ended.out.split()[:4], "cases" in ended.err) == (["id", "level", "needs", "clause"], True)


def test_a_case_shows_what_is_sent_and_what_both_dialects_answer(command: Cli) -> None:
    out = command("show", "add_did/life-cycle/add").out
    assert "function=add_did" in out
    assert "documented SUCCESS: add_did DID HAS BEEN ADDED" in out
    assert "shipped    SUCCESS: add_did DID HAS BEEN ADDED" in out


@pytest.mark.parametrize("case", [case.id for case in catalogue(load_contract())][::97])
def test_any_case_can_be_shown(case: str, command: Cli) -> None:
    assert command("show", case).out.startswith(case)


@pytest.mark.parametrize(
    ("case", "hint"),
    [("add_did/life-cycle/ad", "did you mean add_did/life-cycle/add ?"), ("%", "`vicidial-conformance list`")],
)
def test_a_case_that_does_not_exist_is_met_with_one_that_does(case: str, hint: str, command: Cli) -> None:
    ended = command("show", case)
    assert (ended.code, hint in ended.err) == (2, True)


def test_deviations_are_listed_with_the_dangerous_ones_first(command: Cli) -> None:
    out = command("deviations").out
    assert all(id in out for id in load_contract().deviations)
    assert out.index("  dangerous") < out.index("  misleading") < out.index("  cosmetic")


def test_deviations_in_form_alone_are_marked(command: Cli) -> None:
    heads = [line.split() for line in command("deviations").out.splitlines() if "  builds: " in line]
    assert {head[0] for head in heads if head[2] == "form"} == load_contract().forms


def test_deviations_can_be_json(command: Cli) -> None:
    assert [d["id"] for d in json.loads(command("deviations", "--json").out)] == list(load_contract().deviations)


def test_completion_is_installed_for_a_shell(program: Cli, tmp_path: Path) -> None:
    ended = program(
        "--install-completion", "bash", HOME=str(tmp_path), _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1"
    )
    assert (ended.code, "vicidial" in (tmp_path / ".bashrc").read_text()) == (0, True)


def test_case_ids_are_completed(program: Cli) -> None:
    words = "vicidial-conformance show add_did/life-cycle/add"
    ended = program(
        name="vicidial-conformance",
        _VICIDIAL_CONFORMANCE_COMPLETE="complete_bash",
        COMP_WORDS=words,
        COMP_CWORD="2",
    )
    assert "add_did/life-cycle/add-again" in ended.out.splitlines()


def test_a_listing_cut_off_by_its_reader_says_nothing_about_it(tmp_path: Path) -> None:
    line = f"{sys.executable} -c 'from conformance.commands.app import main; main()' list | head -1"
    done = subprocess.run(  # noqa: S603 - our own program
        ["/bin/sh", "-c", line], capture_output=True, text=True, check=True
    )
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_the_heavy_libraries_are_not_loaded_before_they_are_needed(program: Cli) -> None:
    code = "import sys, conformance.commands.app; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = ["schemathesis", "uvicorn", "starlette", "httpx", "hypothesis", "pytest", "jinja2", "jsonschema", "asyncio"]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_the_openapi_document_of_one_function_is_json(command: Cli) -> None:
    document = json.loads(command("openapi", "--function", "copy_did", "--url", "https://lab.example").out)
    assert document["openapi"] == "3.1.0"
    assert "lab.example" in document["servers"][0]["url"]


def test_without_a_function_there_is_a_document_for_each(command: Cli) -> None:
    assert set(json.loads(command("openapi").out)) == set(load_contract().functions)


def test_openapi_of_an_unknown_function_is_one_line_that_names_the_known_ones(command: Cli) -> None:
    ended = command("openapi", "--function", "nosuch")
    assert (ended.code, ended.err.count("\n"), "update_did" in ended.err) == (2, 1, True)
