"""No case fails a server that does exactly what the contract says, in either dialect."""

from dataclasses import replace
from itertools import product

import pytest

from conformance.cases.expand import requests, world
from conformance.cases.model import Purpose
from conformance.contract.outcome import Outcome
from conformance.contract.predict import predict
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlErrors, SqlMode
from conformance.verdict.judge import judge
from conformance.verdict.model import Expect, Verdict, VerdictKind, kind
from tests.cases.perfect_server import CASES, CONTRACT, GROUND, Server, run, starts
from tests.support.rows import DID

pytestmark = pytest.mark.untraced

COMBINATIONS = tuple(product(SqlMode, (False, True), SqlErrors))


@pytest.mark.parametrize("build", [137, 155, 179, 202])
@pytest.mark.parametrize("dialect", Dialect)
def test_a_server_that_follows_the_contract_fails_no_case(dialect: Dialect, build: int) -> None:
    failed = []
    for number, case in enumerate(CASES):
        settings = ServerSettings(Build(2, 14, build), *COMBINATIONS[(number + build) % len(COMBINATIONS)])
        if VerdictKind.FAIL in map(kind, verdicts(number, dialect, settings)):
            failed.append((case.id, str(settings)))
    assert failed == []


def verdicts(number: int, dialect: Dialect, settings: ServerSettings) -> list[Verdict]:
    case = CASES[number]
    found = []
    for start in starts(case, settings):
        exchanges = run(case, number, Server(dialect, replace(start, numbers={DID: 4})))
        found.append(judge(CONTRACT, starts(case, settings), exchanges, Expect.EITHER).verdict)
    return found


@pytest.mark.parametrize("build", [137, 202])
def test_every_request_that_is_judged_has_an_answer_that_somebody_knows(build: int) -> None:
    unknown, asked = [], Build(2, 14, build)
    for number, case in enumerate(CASES):
        if case.since is not None and asked < case.since:
            continue
        state = world(CONTRACT, GROUND, ServerSettings(asked))
        for step, request in zip(case.steps, requests(case, GROUND, number), strict=True):
            readings = [predict(CONTRACT, state, request, dialect) for dialect in (Dialect.SHIPPED, Dialect.DOCUMENTED)]
            if step.purpose is Purpose.ACT and not any(isinstance(reading, Outcome) for reading in readings):
                unknown.append(case.id)
            state = state.after(readings[0].changes)
    assert unknown == []
