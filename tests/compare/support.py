"""Report folders to compare: of runs against emulators, and of made-up results; and what predictions say of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from conformance.cases.expand import requests, world
from conformance.cases.model import Case
from conformance.compare.client_effect import Said
from conformance.compare.compare import compare
from conformance.compare.model import ChangeKind, Comparison, Pair
from conformance.compare.traces import load
from conformance.contract.load import load_contract
from conformance.contract.outcome import Outcome
from conformance.contract.predict import predict
from conformance.contract.settings import Dialect
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, honest
from conformance.pytest_run.collector import EXCHANGES, Collector
from conformance.report import json_file
from conformance.report.exchanges import ExchangeLine
from conformance.report.model import CaseResult, Report
from conformance.run.run import Run
from conformance.run.settings import Target
from conformance.upgrade.compare import effect, first_difference
from conformance.upgrade.effect import ClientEffect, standing
from tests.report import sample
from tests.safety.support import CASES, CONTRACT, Server, built_in_target, planned, run_in_process

URL = "http://127.0.0.1:1/vicidial/non_agent_api.php"


def every(*ids: str) -> list[Case]:
    """The cases of the catalogue whose id begins so."""
    return [case for case in CASES.values() if case.id.startswith(ids)]


def ran(
    folder: Path,
    cases: Iterable[Case],
    config: Config | None = None,
    behaviour: Behaviour = honest,
    *,
    target: Callable[[Target], Target] = lambda target: target,
    **options: object,
) -> Path:
    """A report folder of a run against an emulator in this process."""
    app = create_app(config or Config(), behaviour=behaviour)
    with closing(app.state.store):
        server = Server(URL, app)
        plan = planned(target(built_in_target(URL)), folder, **options)
        return reported(run_in_process(server, plan), list(cases))


def reported(run: Run, cases: Sequence[Case]) -> Path:
    """The folder with the report of these cases."""
    collector = Collector(run.plan)
    run.open()
    try:
        for case in cases:
            run.ask(case)
        for case in cases:
            collector.add(run.result(case))
    finally:
        collector.facts[""] = run.close()
    json_file.write(collector.report([case.id for case in cases]), run.plan.folder)
    return run.plan.folder


def made_up(folder: Path, *results: CaseResult, lines: Sequence[ExchangeLine] = (), **facts: object) -> Path:
    """A report folder with these results and exchanges."""
    json_file.write(sample.report(*results, **facts), folder)
    (folder / EXCHANGES).write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    return folder


def line(case: str, body: str, *, run: str = "000007", step: int = 1, **changes: object) -> ExchangeLine:
    """One exchange of a made-up run."""
    query = f"source=conformance&user=6666&pass=***&function={case.partition('/')[0]}&did_pattern=999{run}00011"
    facts: dict[str, object] = {
        "case": case,
        "step": step,
        "purpose": "act",
        "method": "GET",
        "query": query,
        "form": None,
        "status": 200,
        "content_type": "text/html; charset=utf-8",
        "body": body,
        "elapsed": 0.01,
        "trouble": None,
        **changes,
    }
    return ExchangeLine(**facts)  # type: ignore[arg-type]


def replies(*bodies: str) -> tuple[Said, ...]:
    """Replies with these bodies, which say nothing of a run."""
    return tuple(Said(body, "act", standing(200, body.split("\n")), "", body) for body in bodies)


def compared(*folders: Path) -> Comparison:
    return compare(load_contract(), [load(load_contract(), folder) for folder in folders])


def pair(*folders: Path) -> Pair:
    (found,) = compared(*folders).pairs
    return found


def ids(found: Pair, *changes: ChangeKind) -> set[str]:
    return {case.id for case in found.of(*changes)}


def results(folder: Path) -> Mapping[str, CaseResult]:
    return {result.id: result for result in load(load_contract(), folder).report.results}


def edited(folder: Path, edit: Callable[[Report], Report]) -> Path:
    """The folder, its report changed."""
    json_file.write(edit(load(load_contract(), folder).report), folder)
    return folder


def predicted(case: Case, config: Config) -> tuple[str, ...]:
    """What the contract says that a server of this configuration replies to a case, asked of nothing but `predict`."""
    ground = planned(built_in_target(URL), Path("/")).ground
    now, told = world(CONTRACT, ground, config.settings), []
    for request in requests(case, ground, 1):
        outcome = predict(CONTRACT, now, request, config.dialect)
        if not isinstance(outcome, Outcome):
            outcome = predict(CONTRACT, now, request, Dialect.SHIPPED)
        if isinstance(outcome, Outcome):
            lines = [a.line(CONTRACT, config.dialect) or a.line(CONTRACT, Dialect.SHIPPED) for a in outcome.answers]
            told.append(f"{outcome.status} {lines}")
        else:
            told.append(outcome.why)
        now = now.after(outcome.changes)
    return tuple(told)


def predicted_differences(cases: Iterable[Case], one: Config, other: Config) -> set[str]:
    """The cases whose replies differ between two servers, by prediction alone; those that one cannot be asked aside."""
    builds = (one.settings.build, other.settings.build)
    asked = [case for case in cases if case.since is None or min(builds) >= case.since]
    return {case.id for case in asked if predicted(case, one) != predicted(case, other)}


def predicted_effects(cases: Iterable[Case], one: Config, other: Config) -> Mapping[str, ClientEffect]:
    """What a client will feel of each case, by prediction alone, where it will feel anything."""
    ground, found = planned(built_in_target(URL), Path("/")).ground, {}
    worlds = world(CONTRACT, ground, one.settings), world(CONTRACT, ground, other.settings)
    for case in cases:
        difference = first_difference(CONTRACT, requests(case, ground, 1), worlds, Dialect.SHIPPED)
        if difference is not None:
            found[case.id] = effect(CONTRACT, difference)
    return found
