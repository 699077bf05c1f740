"""What the documentation says about itself and about files is true."""

import re
import tomllib
from pathlib import Path

import pytest

from conformance.run.settings import load_target
from tests.docs.pages import PAGES, README, ROOT, Page, anchor

LINK = re.compile(r"\]\(([^)\s]+)\)")
EXAMPLES = [(page, block) for page in PAGES for block in page.blocks("toml")]

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@every_page
def test_every_internal_link_leads_to_a_file_and_a_heading(page: Page) -> None:
    assert [link for link in LINK.findall(page.prose) if "://" not in link and not resolves(page, link)] == []


def resolves(page: Page, link: str) -> bool:
    path, _, fragment = link.partition("#")
    target = Page((page.path.parent / path).resolve()) if path else page
    return target.path.exists() and (not fragment or fragment in target.anchors)


def test_a_heading_becomes_the_fragment_that_github_gives_it() -> None:
    assert anchor("9. What a run can do to a live dialer") == "9-what-a-run-can-do-to-a-live-dialer"


@pytest.mark.parametrize(("page", "block"), EXAMPLES, ids=[page.name for page, _ in EXAMPLES])
def test_every_toml_example_is_a_target_file(page: Page, block: str, tmp_path: Path) -> None:
    path = tmp_path / "target.toml"
    path.write_text(block, "utf-8")
    assert load_target(path).url


def test_there_are_toml_examples_for_the_test_above() -> None:
    assert {page.name for page, _ in EXAMPLES} >= {"README.md", "docs/target-file.md"}


def test_the_test_command_of_the_readme_is_the_one_that_ci_runs() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8").replace("pip install --quiet", "pip install")
    assert [command for command in commands() if command in script] == ["pip install tox && tox"]


def test_the_readme_says_how_to_install_and_run_in_one_command() -> None:
    assert "pip install . && vicidial-conformance run" in commands()


def commands() -> list[str]:
    """The README's commands that install something."""
    lines = "\n".join(README.blocks("sh")).splitlines()
    return [line for line in lines if line.startswith("pip install")]


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    named = {re.split(r"[<>=\[ ;]", entry)[0] for group in groups for entry in group}
    named |= set(project["build-system"]["requires"]) | {"tox"}
    reasons = set(re.findall(r"\*\*([\w-]+)\*\*", (ROOT / "docs/dependencies.md").read_text("utf-8")))
    assert reasons == named


@every_page
def test_lines_are_short_enough_to_read_in_a_diff(page: Page) -> None:
    long = [line for line in page.prose.splitlines() if len(line) > 140 and not line.startswith(("|", "-", "`"))]
    assert page.name.startswith("docs/observed") or long == []


def test_what_the_readme_says_of_several_processes_works_after_its_install() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "`-n 4`" in README.text
    assert any(needed.startswith("pytest-xdist") for needed in project["project"]["dependencies"])


def test_the_way_of_a_value_passes_files_that_there_are() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    way = text.partition("## The way of a value")[2].partition("\n## ")[0]
    named = re.findall(r"`((?:\w+/)*\w+\.(?:py|toml))`", way)
    there = {str(path.relative_to(ROOT / "conformance")) for path in (ROOT / "conformance").rglob("*.*")}
    assert len(named) > 20
    assert [name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in there)] == []
