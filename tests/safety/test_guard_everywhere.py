"""Whatever way a request comes, the guard rules on it: the suite, the fuzzers, a replay file, pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.model import Case, Level, Param, Role, Step
from conformance.cases.steps import add, copy, update
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.server import running
from conformance.fuzz.model import FindingKey, Replay
from conformance.fuzz.repeat import read_replay, write_replay
from conformance.report.model import CaseResult
from conformance.run.plan import Plan
from conformance.run.run import Run
from conformance.run.settings import load_target, resolve
from conformance.verdict.model import Error, Expect

TARGET = Path(__file__).parents[2] / "conformance" / "emulator" / "target.toml"
OFF = Param("active", "N")


def in_bytes(query: str) -> Step:
    return Step(None, role=Role.NOBODY, wire=f"GET <path>?{query} HTTP/1.1\r\nHost: <host>\r\n\r\n")


RULES = {
    "a foreign number": (add("7275559999"), "is not one of this run's own DIDs"),
    "somebody else's DID": (update("7275551114", OFF), "is not one of this run's own DIDs"),
    "the default DID": (update("default", OFF), "every install depends on"),
    "an entry that cannot be deleted": (copy("<did>", "<did2>,1"), "could not be deleted again"),
    "bytes with a user": (in_bytes("user=6666&function=version"), "names a user or a password of the target"),
    "bytes with a password": (in_bytes("pass=%31%32%33%34"), "names a user or a password of the target"),
    "bytes with a foreign number": (
        in_bytes("did_pattern=7275559999&function=add_did"),
        "is not one of this run's own DIDs",
    ),
}
"""A request that breaks each rule of level standard, and what the guard says."""


def breaking(rule: str) -> Case:
    step, _ = RULES[rule]
    return Case("add_did/guard/rule", rule, "observed.md#9", Level.STANDARD, (step,), needs=frozenset({Role.ADMIN}))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with running(Config(), app=create_app(Config())) as url:
        target = resolve(url, load_target(TARGET), None, None, {**os.environ, "VICIDIAL_EMULATOR_PASS": "1234"})
        folder = tmp_path_factory.mktemp("run")
        opened = Run(Plan(target, Level.STANDARD, Expect.EITHER, 2, 10.0, True, folder, "000001"))
        opened.open()
        yield opened
        opened.close()


def as_generated(run: Run, case: Case, folder: Path) -> CaseResult:
    return run.once([(case, 1)])[0].result


def from_a_replay_file(run: Run, case: Case, folder: Path) -> CaseResult:
    replay = Replay(
        key=FindingKey("add_did", "guard", "rule", "effect"),
        search="guard",
        level=case.level.value,
        title=case.title,
        clause=case.clause,
        steps=case.steps,
        run="000001",
        number=1,
        summary="",
        replies=(),
        curl=(),
    )
    return run.once([(read_replay(write_replay(replay, folder)).case(), 1)])[0].result


def as_a_case_of_the_suite(run: Run, case: Case, folder: Path) -> CaseResult:
    listed = replace(case, id="add_did/life-cycle/add-again")  # a number of its own; it is not run otherwise
    for begun in (run._engine, run._cases):
        begun._tasks.pop(listed.id, None)
    return run.result(listed).result


@pytest.mark.parametrize(
    "way", [as_generated, from_a_replay_file, as_a_case_of_the_suite], ids=lambda way: way.__name__
)
@pytest.mark.parametrize("rule", RULES)
def test_what_breaks_a_rule_is_not_sent(
    rule: str, way: Callable[[Run, Case, Path], CaseResult], run: Run, tmp_path: Path
) -> None:
    before = run.sent
    verdict = way(run, breaking(rule), tmp_path).verdict

    assert isinstance(verdict, Error)
    assert RULES[rule][1] in verdict.reason
    assert run.sent == before


OWN_TESTS = """
from dataclasses import replace
import pytest
from conformance.cases.catalogue import catalogue
from conformance.contract.load import load_contract
from tests.safety.test_guard_everywhere import RULES, breaking

pytest_plugins = ["conformance.suite.conftest"]

NUMBERED = [replace(breaking(rule), id=known.id) for rule, known in zip(RULES, catalogue(load_contract()))]

@pytest.mark.parametrize("case", NUMBERED, ids=list(RULES))
def test_rule(case, outcome):
    outcome.check(case)
"""


@pytest.mark.thorough
def test_a_case_in_somebody_s_own_pytest_file_is_ruled_on_too(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(OWN_TESTS, "utf-8")
    with running(Config()) as url:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_own.py", f"--target-url={url}"]
        ended = subprocess.run(  # noqa: S603 - our own command
            [*command, "--target-user=6666", f"--rootdir={tmp_path}"],
            cwd=tmp_path,
            env={**os.environ, "VICIDIAL_PASS": "1234", "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert ended.returncode != 0
    for _, said in RULES.values():
        assert said in ended.stdout


SECRETS = ("6666", "7001", "1234")
"""Users of the target, and their password."""


def percent(text: str, times: int) -> str:
    return text if times == 0 else percent("".join(f"%{ord(c):02x}" for c in text), times - 1)


@pytest.mark.parametrize("times", [0, 1, 2])
@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "message",
    ["GET <path>?user={} HTTP/1.1", "GET /{}", "{}", "X\r\nCookie: {}\r\n", "POST /\r\n\r\nuser={}", "\xff{}\0"],
)
def test_no_user_and_no_password_leaves_in_bytes(message: str, secret: str, times: int, run: Run) -> None:
    step = Step(None, role=Role.NOBODY, wire=message.format(percent(secret, times)))
    case = Case("wire/message/secret", "bytes", "observed.md#9", Level.PROBE, (step,))
    before = run.sent
    verdict = run.once([(case, 1)])[0].result.verdict

    assert isinstance(verdict, Error)
    assert secret not in verdict.reason
    assert run.sent == before
