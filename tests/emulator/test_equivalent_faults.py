"""Faults that are said to be hidden answer every request as the honest server does, written-out or generated.

A run of the tests looks at some of them, with 300 generated requests; run as a module it looks at all, with 10,000.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from conformance.cases.expand import requests, world
from conformance.cases.model import Case
from conformance.cases.strategies import inputs
from conformance.contract.request import Request
from conformance.emulator.config import Config
from conformance.emulator.faults.catalogue import faults
from conformance.emulator.faults.model import Fault
from conformance.emulator.respond import Behaviour, honest
from tests.cases.perfect_server import GROUND
from tests.emulator.asgi import RECORDED_AT
from tests.emulator.test_faults_show import BASE, CASES, CONTRACT, Shown, after
from tests.support.rows import DID

pytestmark = pytest.mark.untraced

FUZZED = 10_000 if __name__ == "__main__" else 300
LOOKED_AT = 2
ALL = list(HealthCheck)

HIDDEN = [fault for fault in faults() if fault.hidden and not fault.around]
"""Those about headers and chunks are tested over ASGI, in test_faults.py."""


@cache
def fuzzed() -> tuple[Case, ...]:
    """Generated cases that make so many requests together; the same each time."""
    drawn: list[Case] = []
    for number in count():
        if sum(len(case.steps) for case in drawn) >= FUZZED:
            return tuple(drawn)
        _draw(number, drawn)
    raise AssertionError  # pragma: no cover - count does not end


def _draw(number: int, drawn: list[Case]) -> None:
    @seed(number)
    @settings(max_examples=100, database=None, deadline=None, phases=(Phase.generate,), suppress_health_check=ALL)
    @given(inputs())
    def collect(case: Case) -> None:
        drawn.append(case)

    collect()


@cache
def asked() -> tuple[tuple[Request, ...], ...]:
    """The requests of every case, written-out and generated."""
    every = (*CASES, *fuzzed())
    return tuple(requests(case, GROUND, number % 9000) for number, case in enumerate(every))


def said(behaviour: Behaviour, config: Config, sent: Sequence[Request]) -> Shown:
    """What a server says to the requests of one case."""
    state = replace(world(CONTRACT, GROUND, config.settings), numbers={DID: 4})
    given: Shown = []
    for request in sent:
        response = behaviour(CONTRACT, state, request, config, RECORDED_AT)
        state = after(state, response.changes)
        given.append((response.status, dict(response.headers), b"" if request.method == "HEAD" else response.body))
    return given


@cache
def honestly() -> tuple[Shown, ...]:
    """What the honest server says."""
    return tuple(said(honest, BASE, sent) for sent in asked())


def differing(fault: Fault) -> list[int]:
    """The cases that a faulty server answers otherwise."""
    behaviour, config = fault.make(), fault.config(BASE)
    told = honestly() if config == BASE else tuple(said(honest, config, sent) for sent in asked())
    return [number for number, sent in enumerate(asked()) if said(behaviour, config, sent) != told[number]]


def test_there_are_as_many_generated_requests_as_promised() -> None:
    assert sum(len(case.steps) for case in fuzzed()) >= FUZZED


@pytest.mark.parametrize("fault", Random(1).sample(HIDDEN, LOOKED_AT), ids=lambda fault: fault.id)  # noqa: S311
def test_a_hidden_fault_answers_every_request_as_the_honest_server_does(fault: Fault) -> None:
    assert differing(fault) == []


if __name__ == "__main__":
    for hidden in HIDDEN:
        print(hidden.id, differing(hidden) or "the same", flush=True)
