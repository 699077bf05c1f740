"""The GitHub action and the examples for other pipelines: valid, and doing what docs/ci.md says."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.docs.pages import ROOT, Page

pytestmark = pytest.mark.untraced

ACTION = ROOT / "action.yml"
CI = Page(ROOT / "docs/ci.md")
EXPRESSION = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")


def valid(schema: str, path: Path) -> bool:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 - our own words


def example(heading: str, tmp_path: Path) -> Path:
    path = tmp_path / "example.yml"
    path.write_text(re.findall(r"^```yaml\n(.*?)^```", CI.section(heading), re.M | re.S)[0], "utf-8")
    return path


@dataclass(frozen=True)
class Ran:
    """What the step `run` left behind."""

    code: int
    outputs: dict[str, str]
    summary: str
    report: Path


@pytest.fixture
def run_step(tmp_path: Path) -> Callable[..., Ran]:
    """Executes the action's step as a runner does: bash, inputs in the environment, files for outputs and summary."""
    action = yaml.safe_load(ACTION.read_text("utf-8"))
    step = next(step for step in action["runs"]["steps"] if step.get("id") == "run")
    installed = tmp_path / "runner/vicidial-conformance/bin"
    installed.mkdir(parents=True)
    for name in ("python", "vicidial-conformance"):
        program = Path(sys.executable).with_name(name)
        (installed / name).write_text(f'#!/bin/sh\nexec "{program}" "$@"\n')
        (installed / name).chmod(0o755)

    def run(**inputs: str) -> Ran:
        given = {name: row["default"] for name, row in action["inputs"].items()} | inputs
        environment = {name: EXPRESSION.sub(lambda m: given[m[1]], value) for name, value in step["env"].items()}
        files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        environment |= {name: str(path) for name, path in files.items()} | {"RUNNER_TEMP": str(tmp_path / "runner")}
        script = tmp_path / "script.sh"
        script.write_text(step["run"], "utf-8")
        bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        done = subprocess.run(bash, cwd=tmp_path, env={**os.environ, **environment}, check=False, capture_output=True)  # noqa: S603
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text("utf-8").splitlines())
        return Ran(
            done.returncode, outputs, files["GITHUB_STEP_SUMMARY"].read_text("utf-8"), tmp_path / given["report"]
        )

    return run


def test_the_action_is_one_that_github_understands() -> None:
    assert valid("github-actions", ACTION)


@pytest.mark.parametrize(
    ("heading", "schema"), [("GitHub Actions", "github-workflows"), ("GitLab CI", "gitlab-ci")], ids=str
)
def test_every_example_is_valid(heading: str, schema: str, tmp_path: Path) -> None:
    assert valid(schema, example(heading, tmp_path))


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("github-actions", "name: x\nruns: {using: composite}\n"),
        ("github-workflows", "on: push\njobs: {a: {steps: 1}}\n"),
        ("gitlab-ci", "a: {script: x, artifacts: {when: sometimes}}\n"),
    ],
)
def test_the_schemas_refuse_what_is_wrong(schema: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.yml").write_text(text, "utf-8")
    assert not valid(schema, tmp_path / "wrong.yml")


def test_the_page_names_every_input_and_output() -> None:
    action = yaml.safe_load(ACTION.read_text("utf-8"))
    assert set(CI.first_column("GitHub Actions")) - {"output", "---"} == {*action["inputs"], *action["outputs"]}


def test_no_input_is_pasted_into_a_script() -> None:
    steps = yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
    assert [step["name"] for step in steps if "${{" in step.get("run", "")] == []


def test_the_example_of_gitlab_keeps_the_report_of_a_run_that_fails(tmp_path: Path) -> None:
    artifacts = yaml.safe_load(example("GitLab CI", tmp_path).read_text("utf-8"))["conformance"]["artifacts"]
    assert artifacts["when"] == "always"
    assert artifacts["reports"] == {"junit": "conformance-report/junit.xml"}


@pytest.mark.thorough
def test_a_server_that_conforms_is_green_and_says_so_in_the_summary(run_step: Callable[..., Ran]) -> None:
    ran = run_step(level="probe")
    assert (ran.code, ran.outputs["exit-code"]) == (0, "0")
    assert ran.outputs["answer"].startswith("Conforms")
    assert ran.summary == (ran.report / "summary.md").read_text("utf-8")


def test_a_server_that_fails_is_red_and_its_report_is_there(run_step: Callable[..., Ran]) -> None:
    ran = run_step(level="probe", expect="documented")
    assert (ran.code, ran.outputs["exit-code"]) == (1, "1")
    assert ran.outputs["answer"].startswith("Does not conform")
    assert (ran.report / "junit.xml").exists()


def test_wrong_usage_is_said_where_there_is_no_report(run_step: Callable[..., Ran]) -> None:
    ran = run_step(url="--help; touch owned", level="probe")
    assert ran.code == 2
    assert ran.summary == "There is no report: exit code 2.\n"
    assert not (ran.report.parent / "owned").exists()
