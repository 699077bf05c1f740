"""What the page on the emulator shows is true: its client's tests pass, its files for containers do what it says."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from conformance.commands.app import app
from conformance.emulator.app import PATH
from tests.docs.pages import ROOT, Page

PAGE = Page(ROOT / "docs/emulator.md")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page's client and its tests."""
    folder = tmp_path_factory.mktemp("client")
    names = re.findall(r"^`(\w+\.py)`, ", PAGE.text, re.MULTILINE)
    for name, code in zip(names, PAGE.blocks("python"), strict=True):
        (folder / name).write_text(code, "utf-8")
    return folder


def outcome(folder: Path) -> tuple[int, str]:
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "--strict-markers"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=90)  # noqa: S603
    return done.returncode, done.stdout


@pytest.mark.untraced
def test_the_tests_of_the_client_pass(client: Path) -> None:
    code, said = outcome(client)
    assert (code, "5 passed" in said) == (0, True), said


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("right", "wrong", "test"),
    [
        ('f"{url}?{query}"', 'f"{url}?{query}".replace("%2B", "+")', "test_a_plus_arrives"),
        ('"active": "N"', '"active": "Y"', "test_a_plus_arrives"),
        ('startswith("SUCCESS: add_did ")', "strip()", "test_a_page_is_no_success"),
    ],
)
def test_they_fail_for_a_client_that_is_wrong(right: str, wrong: str, test: str, client: Path, tmp_path: Path) -> None:
    for path in client.glob("*.py"):
        (tmp_path / path.name).write_text(path.read_text("utf-8").replace(right, wrong), "utf-8")
    code, said = outcome(tmp_path)
    assert (code, f"FAILED test_client.py::{test}" in said) == (1, True), said


# --- the container ---


def instructions(name: str) -> list[str]:
    """What follows an instruction of the Dockerfile, each time."""
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)


def exec_form(text: str) -> list[str]:
    """The words of a command that no shell reads."""
    words = json.loads(text[text.index("[") :])
    assert isinstance(words, list)
    return words


def assert_is_one_of_ours(words: list[str]) -> None:
    """The words are a command line that exists, with values that it takes."""
    name, command, *rest = words
    assert name in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    get_command(app).commands[command].make_context(command, list(rest))  # type: ignore[attr-defined]


def test_the_container_runs_a_command_that_exists() -> None:
    [entry], [more] = instructions("ENTRYPOINT"), instructions("CMD")
    assert_is_one_of_ours([*exec_form(entry), *exec_form(more)])


def test_the_container_has_the_python_that_the_package_asks_for() -> None:
    [image] = instructions("FROM")
    found = re.fullmatch(r"python:3\.(\d+)-slim", image)
    assert found is not None
    least = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert int(found[1]) >= int(least.removeprefix(">=3."))


def test_what_is_copied_is_there_and_is_not_ignored() -> None:
    copied = [name for line in instructions("COPY") for name in shlex.split(line)[:-1]]
    ignored, *kept = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert ignored == "*"
    for name in copied:
        assert (ROOT / name).exists()
        assert any(fnmatch(name, pattern.removeprefix("!")) for pattern in kept)


def test_all_that_a_wheel_is_made_of_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed = {"pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]}
    needed |= set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert {name for line in instructions("COPY") for name in shlex.split(line)[:-1]} == needed


def test_the_container_is_not_run_by_root_and_tells_whether_it_is_well() -> None:
    lines = DOCKERFILE.splitlines()
    place = {line.split(" ")[0]: number for number, line in enumerate(lines) if line}
    assert place["RUN"] < place["USER"] < place["ENTRYPOINT"]
    [check] = instructions("HEALTHCHECK")
    assert f"http://127.0.0.1:8080{PATH}?function=version" in check
    assert exec_form(check)[:2] == ["python", "-c"]
    compile(exec_form(check)[2], "HEALTHCHECK", "exec")


def test_compose_can_read_its_file() -> None:
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    assert subprocess.run(words, cwd=ROOT, check=False, capture_output=True).returncode == 0  # noqa: S603 - our own words


def test_compose_serves_the_emulator_to_this_machine_alone() -> None:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    [(name, service)] = composed["services"].items()
    assert (name, service["build"], service["ports"]) == ("emulator", ".", ["127.0.0.1:8080:8080"])
    [entry], [port] = instructions("ENTRYPOINT"), instructions("EXPOSE")
    assert_is_one_of_ours([*exec_form(entry), *service["command"]])
    assert exec_form(entry)[-1] == port == "8080"


def test_the_docker_line_of_the_page_runs_a_command_that_exists() -> None:
    [line] = [line for block in PAGE.blocks("sh") for line in block.splitlines() if line.startswith("docker run")]
    [entry] = instructions("ENTRYPOINT")
    options = line.partition(" vicidial-emulator ")[2]
    assert_is_one_of_ours([*exec_form(entry), *shlex.split(options)])
