"""What the documentation says about the command line, the verdicts and the exit codes is what the code does."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Level
from conformance.commands.app import app
from conformance.compare.model import EFFECT_EXIT_CODE
from conformance.contract.load import load_contract
from conformance.errors import Stopped
from conformance.plugin import pytest_addoption
from conformance.verdict.model import VerdictKind
from tests.docs.pages import PAGES, READING, README, ROOT, Page

COMMAND = re.compile(r"vicidial-conformance ([a-z]+(?:-[a-z]+)*)([^`#\n]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
OTHERS = {"--publish", "--rm", "--tag"}
OTHERS |= {"--from", "--points", "--spec", "--pyargs", "--junitxml", "--collect-only", "--quiet"}
"""Options of docker, uvx, pipx, pytest, pip and of the test of moments that the documentation mentions."""

CALLS = [(page, call) for page in PAGES for call in COMMAND.findall(page.text)]


def options() -> dict[str, set[str]]:
    """The options of each command, and of those below it."""
    return {name: set(_options(command)) for name, command in _below(get_command(app)).items()}


def _options(command: Any) -> Iterator[str]:
    for param in command.params:
        yield from (*param.opts, *param.secondary_opts)
    for below in _below(command).values():
        yield from _options(below)


def _below(command: Any) -> dict[str, Any]:
    return getattr(command, "commands", {})


def plugin_options(pytester_parser: pytest.Parser) -> set[str]:
    """The options that the pytest plugin adds."""
    group = pytester_parser.getgroup("target")
    return {name for option in group.options for name in option.names()}


@pytest.mark.parametrize(("page", "call"), CALLS, ids=[f"{page.name}: {call[0]}{call[1]}" for page, call in CALLS])
def test_every_command_line_shown_is_one_that_exists(page: Page, call: tuple[str, str]) -> None:
    command, rest = call
    assert command in options()
    assert set(OPTION.findall(rest)) <= options()[command] | {"--help"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_named_anywhere_exists(page: Page, request: pytest.FixtureRequest) -> None:
    ours = set().union(*options().values()) | {"--version", "--help"}
    known = ours | plugin_options(request.config._parser) | OTHERS
    assert set(OPTION.findall(page.text)) - known == set()


def test_the_page_on_pytest_names_every_option_of_the_plugin(request: pytest.FixtureRequest) -> None:
    text = next(page.text for page in PAGES if page.name == "docs/pytest.md")
    named = set(OPTION.findall(text))
    assert plugin_options(request.config._parser) - named == set()


@pytest.mark.parametrize("page", [README, READING], ids=lambda page: page.name)
def test_the_table_of_verdicts_names_each_of_them_once(page: Page) -> None:
    assert sorted(page.first_column("Verdicts")) == sorted(kind.value for kind in VerdictKind)


@pytest.mark.parametrize("page", [README, READING], ids=lambda page: page.name)
def test_the_table_of_exit_codes_names_each_of_them_once(page: Page) -> None:
    assert page.first_column("Exit codes") == ["0", "1", "2", "3", "4", str(EFFECT_EXIT_CODE), str(Stopped.exit_code)]


def test_the_page_on_levels_says_how_many_cases_each_has() -> None:
    levels = Page(ROOT / "docs/levels.md")
    rows = [line.split("|")[1:3] for line in levels.text.splitlines() if line.startswith("|")][2:5]
    told = {name.strip(): int(count.replace(",", "")) for name, count in rows}
    cases = catalogue(load_contract())
    assert told == {level.value: sum(case.level <= level for case in cases) for level in Level}


def test_the_plugin_hook_that_these_tests_read_is_the_one_that_is_installed(request: pytest.FixtureRequest) -> None:
    assert "--target-url" in plugin_options(request.config._parser)
    assert pytest_addoption.__module__ == "conformance.plugin"
