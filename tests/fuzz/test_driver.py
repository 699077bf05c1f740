"""The search: what it finds, how small it makes it, and that the seed decides."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.model import Level
from conformance.cases.strategies import inputs
from conformance.contract.load import load_contract
from conformance.contract.model import Contract, Dialect
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, Response, honest
from conformance.emulator.server import running
from conformance.emulator.store import Store
from conformance.fuzz.driver import Fuzzer, Plan
from conformance.fuzz.model import Finding
from conformance.run.run import Plan as RunPlan
from conformance.run.run import Run
from conformance.run.settings import load_target, resolve
from conformance.verdict.model import Expect, Kind

TARGET = Path(__file__).parents[2] / "conformance" / "emulator" / "target.toml"
BUDGET = 200


@contextmanager
def opened(folder: Path, config: Config, behaviour: Behaviour) -> Iterator[tuple[Run, Store]]:
    """A run against an emulator that behaves so."""
    app = create_app(config, behaviour=behaviour)
    with running(config, app=app) as url:
        target = resolve(url, load_target(TARGET), None, None, {**os.environ, "VICIDIAL_EMULATOR_PASS": "1234"})
        run = Run(RunPlan(target, Level.STANDARD, Expect.EITHER, 8, 10.0, True, folder, "000001"))
        run.open()
        try:
            yield run, app.state.store
        finally:
            run.close()


def fuzzed(
    folder: Path, behaviour: Behaviour = honest, seed: int = 1, config: Config | None = None, budget: int = BUDGET
) -> tuple[Finding, ...]:
    """What a search finds on an emulator that behaves so."""
    with opened(folder, config or Config(), behaviour) as (run, _):
        return Fuzzer(run, inputs(load_contract()), Plan(budget, seed, folder / "examples"), lambda *_: None)()


def crashing(on: Callable[[dict[str, str]], bool]) -> Behaviour:
    """A server that answers HTTP 500 to certain requests, and does nothing then."""

    def behaviour(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        sent = {name: value.decode("utf-8", "replace") for name, value in request.parameters.values.items()}
        answer = honest(contract, state, request, config, now)
        return replace(answer, status=500, body=b"", changes=()) if on(sent) else answer

    return behaviour


@pytest.mark.parametrize("dialect", Dialect)
def test_a_server_that_follows_the_contract_has_no_findings(dialect: Dialect, tmp_path: Path) -> None:
    assert fuzzed(tmp_path, config=Config(dialect=dialect)) == ()


def test_a_crash_on_a_third_entry_that_stood_before_is_found(tmp_path: Path) -> None:
    def third_again(sent: dict[str, str]) -> bool:
        entries = sent.get("new_dids", "").split(",")
        return len(entries) > 2 and entries[2] in entries[:2]

    findings = fuzzed(tmp_path, crashing(third_again), budget=500)

    keys = {(finding.key.function, finding.key.aspect) for finding in findings}
    assert keys == {("copy_did", "http-status")}
    assert all("new_dids" in finding.key.field for finding in findings)
    assert all(finding.stable for finding in findings)


def test_a_finding_can_be_sent_again_from_its_replay(tmp_path: Path) -> None:
    crash = crashing(lambda sent: "voicemail_ext" in sent)
    with opened(tmp_path, Config(), crash) as (run, _):
        found = Fuzzer(run, inputs(load_contract()), Plan(100, 1, tmp_path / "examples"), lambda *_: None)()
        again = run.once([(found[0].replay("000001").case(), 1)])[0]

    assert again.result.kind is Kind.FAIL
    assert found[0].replay("000001").summary != ""


def test_a_defect_that_does_not_show_again_is_unstable(tmp_path: Path) -> None:
    seen: list[int] = []

    def once(sent: dict[str, str]) -> bool:
        seen.extend([1] if "extension" in sent else [])
        return len(seen) == 1 and "extension" in sent

    findings = fuzzed(tmp_path, crashing(once), budget=100)

    assert [finding.stable for finding in findings] == [False]


def test_the_same_seed_sends_the_same_requests(tmp_path: Path) -> None:
    def sent(folder: Path) -> list[str]:
        queries: list[str] = []

        def note(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
            queries.append(request.query)
            return honest(contract, state, request, config, now)

        fuzzed(folder, note, seed=7, budget=100)
        return sorted(queries)

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert sent(tmp_path / "a") == sent(tmp_path / "b")


def test_fuzzing_leaves_nothing_behind(tmp_path: Path) -> None:
    with opened(tmp_path, Config(), honest) as (run, store):
        before = store.rows()
        Fuzzer(run, inputs(load_contract()), Plan(200, 3, tmp_path / "examples"), lambda *_: None)()
        assert run.sender.ledger.open == ()
        assert store.rows() == before


def test_the_tally_tells_what_was_covered(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with opened(tmp_path, Config(), honest) as (run, _):
        fuzzer = Fuzzer(
            run,
            inputs(load_contract()),
            Plan(200, 3, tmp_path / "examples"),
            lambda tally, findings: told.append((tally.inputs, findings)),
        )
        fuzzer()

    assert told[-1] == (fuzzer.tally.inputs, 0)
    assert any("DID HAS BEEN ADDED" in form for form in fuzzer.tally.forms)
    assert fuzzer.tally.combinations.total() > 0
