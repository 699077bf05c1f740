"""A fuzzing keeps to its budget, and says of each search whether it was reached."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import msgspec
import pytest

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, Response, honest
from conformance.exchange import Failure, Trouble
from conformance.fuzz.fuzzing import Fuzzing
from conformance.fuzz.names import IDS
from conformance.pytest_run.collector import Collector, keep
from conformance.report.model import CaseResult, Report
from conformance.run.plan import QUESTIONS, USEFUL, Effort
from conformance.run.run import Run
from conformance.run.sender import Send
from conformance.verdict.model import VerdictKind
from tests.fuzz.support import IN_PROCESS, URL, crashing
from tests.safety.support import Server, Wrap, planned, run_in_process
from tests.support.some import drawn

ALL = tuple(id for id in IDS if id.removeprefix("fuzz/") in IN_PROCESS)
ENOUGH_FOR_ALL = QUESTIONS + len(ALL) * USEFUL
CRASH = crashing(lambda sent: "voicemail_ext" in sent)


@dataclass(frozen=True)
class Ended:
    """What a fuzzing came to; `sent` is what arrived at the server."""

    report: Report
    sent: Sequence[str]
    nothing_left: bool

    def kinds(self) -> dict[str, VerdictKind]:
        """What became of each search."""
        return {"/".join(result.id.split("/")[:2]): result.kind for result in self.report.results}


def untouched(send: Send) -> Send:
    return send


def ended(
    folder: Path,
    effort: Effort,
    behaviour: Behaviour = honest,
    ids: Sequence[str] = ALL,
    wrap: Wrap = untouched,
    roles: bool = True,
) -> Ended:
    """A whole run of these searches against an emulator in this process."""
    sent: list[str] = []

    def noted(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        sent.append(f"{request.method} {request.query} {request.form}")
        return behaviour(contract, state, request, config, now)

    app = create_app(Config(), behaviour=noted)
    with closing(app.state.store):
        server = Server(URL, app)
        before, plan = server.rows(), planned(server.target, folder)
        if not roles:
            logins = {role: login for role, login in plan.target.logins.items() if role.value == "admin"}
            plan = replace(plan, target=replace(plan.target, logins=logins, entities={}))
        run = run_in_process(server, plan, wrap)
        run.open()
        if effort.requests is not None:
            run.limit(effort.requests)
        report = reported(run, effort, ids)
        return Ended(report, sent, server.rows() == before)


def reported(run: Run, effort: Effort, ids: Sequence[str]) -> Report:
    """The report of a run whose searches are carried out one after the other."""
    collector = Collector(run.plan)
    made = Fuzzing(run, effort, ids, run.plan.folder, lambda record: keep(record, run.plan.folder), lambda _: None)
    for id in ids:
        records = made.results(id)
        collector.instead[id] = tuple(record.result.id for record in records)
        for record in records:
            collector.add(record)
    collector.facts[""] = msgspec.structs.replace(run.close(), fuzzed=made.covered)
    return collector.report(ids)


BUDGETS = (50, 51, 64, 79, 80, 97, 128, 150, 200, 256, 319, ENOUGH_FOR_ALL, 400, 500, 600, 700)


@pytest.mark.parametrize(("budget", "seed"), drawn(product(BUDGETS, (0, 1, 7)), 2))
def test_no_budget_is_exceeded_nothing_is_left_and_every_search_passes_or_is_not_reached(
    budget: int, seed: int, tmp_path: Path
) -> None:
    fuzzed = ended(tmp_path, Effort(budget, seed=seed))
    kinds = fuzzed.kinds()

    assert fuzzed.report.requests == len(fuzzed.sent) <= budget
    assert (fuzzed.report.exit_code, fuzzed.report.left, fuzzed.nothing_left) == (0, (), True)
    assert (set(kinds), set(kinds.values()) - {VerdictKind.PASS, VerdictKind.NOT_TESTED}) == (set(ALL), set())
    assert budget < ENOUGH_FOR_ALL or set(kinds.values()) == {VerdictKind.PASS}


@pytest.mark.parametrize("id", drawn(ALL, 2))
def test_each_search_is_of_use_with_the_least_budget_there_is(id: str, tmp_path: Path) -> None:
    fuzzed = ended(tmp_path, Effort(QUESTIONS + USEFUL), ids=(id,))
    assert (fuzzed.report.exit_code, fuzzed.kinds()) == (0, {id: VerdictKind.PASS})
    assert len(fuzzed.sent) <= QUESTIONS + USEFUL


@pytest.mark.parametrize("budget", drawn((50, 100, 200, 350, 500, 1000)))
def test_a_faulty_server_gets_no_more_than_the_budget_for_all_that_its_findings_take(
    budget: int, tmp_path: Path
) -> None:
    fuzzed = ended(tmp_path, Effort(budget), CRASH)
    assert fuzzed.report.requests == len(fuzzed.sent) <= budget
    assert (fuzzed.report.exit_code in ((1,) if budget >= 200 else (0, 1)), fuzzed.nothing_left) == (True, True)
    assert set(fuzzed.kinds().values()) <= {VerdictKind.FAIL, VerdictKind.PASS, VerdictKind.NOT_TESTED}


def test_one_search_that_finds_much_takes_nothing_from_the_others(tmp_path: Path) -> None:
    fuzzed = ended(tmp_path, Effort(ENOUGH_FOR_ALL), CRASH)
    assert VerdictKind.NOT_TESTED not in fuzzed.kinds().values()


def test_the_same_seed_and_budget_send_the_same_requests(tmp_path: Path) -> None:
    def sent(name: str, seed: int) -> list[str]:
        return sorted(ended(tmp_path / name, Effort(150, seed=seed)).sent)

    first = sent("a", 1)
    assert first == sent("b", 1)
    assert first != sent("c", 4)


def test_a_search_that_is_not_reached_says_which_budget_is_enough_for_all(tmp_path: Path) -> None:
    report = ended(tmp_path, Effort(50)).report
    assert [result.kind for result in report.results].count(VerdictKind.NOT_TESTED) == len(ALL) - 1
    settings = {getattr(result.verdict, "setting", "") for result in report.with_kind(VerdictKind.NOT_TESTED)}
    assert settings == {f"--budget {ENOUGH_FOR_ALL}"}
    assert report.answer.endswith(f"in 1 of {len(ALL)} searches.")


def test_a_search_whose_time_is_up_before_it_begins_is_not_reached(tmp_path: Path) -> None:
    report = ended(tmp_path, Effort(None, 0.2), ids=ALL[:3]).report
    assert [result.kind for result in report.results] == [
        VerdictKind.PASS,
        VerdictKind.NOT_TESTED,
        VerdictKind.NOT_TESTED,
    ]
    assert report.results[1].verdict.setting == "--time 3s"  # type: ignore[union-attr]


def test_a_server_of_which_only_a_login_is_known_is_fuzzed_with_what_needs_no_more(tmp_path: Path) -> None:
    fuzzed = ended(tmp_path, Effort(ENOUGH_FOR_ALL), roles=False)
    assert (fuzzed.report.exit_code, set(fuzzed.kinds().values())) == (0, {VerdictKind.PASS})


def test_what_gets_no_answer_any_more_is_an_error_and_not_out_of_reach(tmp_path: Path) -> None:
    def dead(send: Send) -> Send:
        async def refuse(request: Request, lane: int) -> object:
            if len(asked) > QUESTIONS:
                return Failure(Trouble.CONNECT, "connection refused")
            asked.append(request)
            return await send(request, lane)

        asked: list[Request] = []
        return refuse  # type: ignore[return-value]

    results: tuple[CaseResult, ...] = ended(tmp_path, Effort(200), wrap=dead).report.results
    assert VerdictKind.ERROR in {result.kind for result in results}
    assert "5 requests in a row got no reply" in str([result.verdict for result in results])


@pytest.mark.parametrize("every", drawn([3, 10]))
def test_requests_without_a_reply_do_not_break_the_budget(every: int, tmp_path: Path) -> None:
    def unreliable(send: Send) -> Send:
        async def sometimes(request: Request, lane: int) -> object:
            asked.append(request)
            if len(asked) > QUESTIONS and len(asked) % every == 0:
                return Failure(Trouble.TIMEOUT, "no reply")
            return await send(request, lane)

        asked: list[Request] = []
        return sometimes  # type: ignore[return-value]

    report = ended(tmp_path, Effort(300), wrap=unreliable).report
    assert (report.requests <= 300, report.left) == (True, ())
