"""Faults to measure the fuzzer with: no written-out case sees one, and each can be seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from random import Random

import pytest
from starlette.applications import Starlette

from conformance.cases.expand import request, requests, world
from conformance.cases.make import case
from conformance.cases.model import Case, Param, Place, Step
from conformance.cases.rows import removal
from conformance.cases.steps import OFF, TOO_SHORT, add, copy, delete, setup, update
from conformance.contract.request import Request
from conformance.contract.world import Change, Put
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.faults.catalogue import subtle
from conformance.emulator.faults.model import FaultKind, faulty
from conformance.emulator.respond import Behaviour, Response, honest
from conformance.emulator.store import Store
from conformance.exchange import Exchange
from conformance.verdict.judge import judge
from conformance.verdict.model import Deviates, Expect, Fail, Pass, Verdict
from tests.cases.perfect_server import CASES, CONTRACT, GROUND, servers
from tests.emulator.asgi import RECORDED_AT, Emulator, FakeClock
from tests.support.rows import DID

pytestmark = pytest.mark.untraced

FAULTS = {fault.id.partition("/")[2]: fault for fault in subtle()}
CONFIG = Config().with_target_users(GROUND.logins, GROUND.entities)
NUMBER = 9999


def described(text: str, raw: bool = False) -> Param:
    return Param("did_description", text, raw)


def in_form(step: Step) -> Step:
    return replace(step, method="POST", place=Place.FORM)


def numbers(*names: str) -> str:
    return ",".join(f"<did{name}>" for name in names)


THERE = setup(add("<did>"))

DEMONSTRATIONS: Mapping[str, tuple[Step, ...]] = {
    "did_description/marks": (add("<did>", described("Sales, east, west.")),),
    "did_description/middle-length": (THERE, copy("<did>", "<did2>", described("Sales in the east and west"))),
    "did_description/braces": (add("<did>", described("Sales {east}")),),
    "did_description/multi-byte-before-stripping": (THERE, update("<did>", described("é" + "a" * 49))),
    "did_pattern/same-marks": (add("<did>##"),),
    "numbers/octal": (THERE, update("<did>", Param("phone_code", "049"))),
    "form/longest": (in_form(add("<did>", described("a" * 50))),),
    "form/plus": (in_form(add("<did>", described("East 1"))),),
    "encoding/lower-hex": (THERE, update("<did>", described("%c3%a9" + "a" * 48, raw=True))),
    "order/three": (add("<did>", TOO_SHORT, Param("extension", "5" * 51), Param("phone_code", "5" * 11)),),
    "order/newer-as-sent": (THERE, update("<did>", Param("list_id", "55"), Param("campaign_id", "5" * 9))),
    "message/neighbour": (add("<did>", Param("extension", "8300"), Param("exten_context", "5" * 51)),),
    "batch/plus-after-plain": (THERE, copy("<did>", "<did2>,<did3>,+<did2>")),
    "batch/existing-at-both-ends": (THERE, copy("<did>", "<did>,<did2>,<did>")),
    "batch/seven": (THERE, copy("<did>", numbers("2", "3", "4", "5", "6", "7", "8"))),
    "memory/added-again": (THERE, delete(), add("<did>"), update("<did>", OFF)),
    "memory/fifth-update": (THERE, *(update("<did>", OFF),) * 5),
    "memory/updated-after-copy": (THERE, copy("<did>", "<did2>"), update("<did2>", OFF), copy("<did2>", "<did3>")),
    "memory/siblings": (THERE, copy("<did>", numbers("2", "3")), delete("<did2>"), update("<did3>")),
    "memory/updated-ghost": (THERE, update("<did>", OFF), delete(), add("<did>")),
}
"""For each fault, by its id without the kind, requests that show it."""


def shown(name: str) -> Case:
    return case(f"add_did/demonstration/{name}", "A demonstration", "observed.md#5", *DEMONSTRATIONS[name])


@contextmanager
def served(app: Starlette) -> Iterator[Emulator]:
    with closing(app.state.store), asyncio.Runner() as loop:
        yield Emulator(app, loop)


def verdict(app: Starlette, shows: Case) -> Verdict:
    """What a run makes of it that knows nothing of the server but its build."""
    with served(app) as server:
        exchanges = [Exchange(asked, server.ask(asked)) for asked in requests(shows, GROUND, NUMBER)]
    return judge(CONTRACT, [world(CONTRACT, GROUND, one) for one in servers(202)], exchanges, Expect.EITHER).verdict


def test_there_are_twenty_and_each_has_an_id_of_its_own() -> None:
    assert len(subtle()) == len(FAULTS) == 20
    assert {(fault.kind, fault.id.partition("/")[0]) for fault in subtle()} == {(FaultKind.SUBTLE, "subtle")}


def test_every_fault_has_a_demonstration() -> None:
    assert list(DEMONSTRATIONS) == list(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_server_with_the_fault_fails_its_demonstration(name: str) -> None:
    assert isinstance(verdict(faulty(FAULTS[name], CONFIG, FakeClock()), shown(name)), Fail)


@pytest.mark.parametrize("name", FAULTS)
def test_an_honest_server_passes_the_demonstration(name: str) -> None:
    assert isinstance(verdict(create_app(CONFIG, FakeClock()), shown(name)), Pass | Deviates)


MEMORIES = [name for name in FAULTS if name.startswith("memory/")]


@pytest.mark.parametrize("name", MEMORIES)
def test_no_request_of_a_sequence_shows_the_fault_on_a_server_that_has_met_nothing_before(name: str) -> None:
    for asked in requests(shown(name), GROUND, NUMBER):
        with closing(Store(CONFIG, FakeClock())) as store:
            assert answer(FAULTS[name].make(), store, asked) == answer(honest, store, asked)


def answer(behaviour: Behaviour, store: Store, asked: Request) -> Response:
    return behaviour(CONTRACT, store, asked, CONFIG, RECORDED_AT)


SAMPLE = 250
"""Written-out cases that are tried here; all of them take twice as long."""


def test_no_written_out_case_sees_any_of_them() -> None:
    """All share one store: as long as each answers like the honest server, that is what each would have stored."""
    behaviours: dict[str, Callable[..., Response]] = {name: fault.make() for name, fault in FAULTS.items()}
    seen = []
    with closing(Store(CONFIG, FakeClock())) as store:
        for number in sorted(Random(1).sample(range(len(CASES)), SAMPLE)):  # noqa: S311 - a sample, not a secret
            written = CASES[number]
            for asked in requests(written, GROUND, number):
                wanted = answer(honest, store, asked)
                got = ((name, answer(behaviour, store, asked)) for name, behaviour in behaviours.items())
                seen += [(name, written.id) for name, response in got if visible(response) != visible(wanted)]
                store.apply(wanted.changes)
    assert seen == []


def visible(response: Response) -> tuple[object, ...]:
    """What the API shows of a response, now or later: columns are stored, but no call reads them."""
    return response.status, dict(response.headers), response.body, [_bare(change) for change in response.changes]


def _bare(change: Change) -> Change:
    return Put(replace(change.row, columns={})) if isinstance(change, Put) else change


@pytest.mark.parametrize("name", MEMORIES)
def test_cleaning_up_after_written_out_cases_leaves_nothing_on_a_server_with_a_memory(name: str) -> None:
    fault = FAULTS[name]
    with closing(Store(CONFIG, FakeClock())) as store:
        before, behaviour = store.rows(DID), fault.make()
        for number, written in enumerate(CASES):
            if written.subject in ("life-cycle", "delete_did", "example"):
                play(behaviour, store, requests(written, GROUND, number))
                play(behaviour, store, clean_up(store, len(before)))
        assert store.rows(DID) == before


def play(behaviour: Behaviour, store: Store, sent: tuple[Request, ...]) -> None:
    for asked in sent:
        store.apply(answer(behaviour, store, asked).changes)


def clean_up(store: Store, kept: int) -> tuple[Request, ...]:
    """What a run sends after a case: each DID is deleted and asked for."""
    left = store.rows(DID)[kept:]
    return tuple(request(step, GROUND, 0) for row in left for step in removal(CONTRACT, row.called))


def test_a_fault_is_deterministic_given_what_a_did_went_through() -> None:
    for name, fault in FAULTS.items():
        verdicts = [verdict(faulty(fault, CONFIG, FakeClock()), shown(name)) for _ in range(2)]
        assert verdicts[0] == verdicts[1]
