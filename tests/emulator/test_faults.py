"""The catalogue of faults: what every fault is like, and that its server is a server."""

import asyncio
import re
from collections import Counter
from contextlib import closing
from urllib.parse import urlencode

import pytest

from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.emulator.config import Config
from conformance.emulator.faults.catalogue import faults
from conformance.emulator.faults.model import Fault, FaultKind, faulty
from conformance.emulator.respond import Response, honest
from conformance.emulator.store import Store
from tests.emulator.asgi import RECORDED_AT, Emulator

FAULTS = {fault.id: fault for fault in faults()}
CALL = {"source": "test", "user": "6666", "pass": "1234", "active": "N"}
WIRE = [fault for fault in faults() if fault.around is not None]


def add(number: str) -> Request:
    return Request(urlencode({**CALL, "function": "add_did", "did_pattern": number}))


def answers(fault: Fault, *requests: Request) -> list[Response]:
    behaviour, config, contract = fault.make(), Config(), load_contract()
    given = []
    with closing(Store(config)) as store:
        for request in requests:
            given.append(behaviour(contract, store, request, config, RECORDED_AT))
            store.apply(given[-1].changes)
    return given


def test_every_fault_has_an_id_of_its_own_that_begins_with_its_kind() -> None:
    assert len(FAULTS) == len(faults())
    assert [
        fault.id for fault in faults() if not re.fullmatch(rf"{fault.kind}(/[A-Za-z0-9_-]+){{1,4}}", fault.id)
    ] == []


def test_every_title_is_a_sentence_that_no_other_fault_has() -> None:
    titles = Counter((fault.kind, fault.title) for fault in faults())
    assert [title for title, count in titles.items() if count > 1 or "  " in title[1] or title[1].endswith(".")] == []


def test_the_order_stays() -> None:
    assert faults() is faults()
    assert [fault.id for fault in faults.__wrapped__()] == [fault.id for fault in faults()]


def test_there_are_more_than_sixty_faults_that_somebody_wrote_down() -> None:
    assert sum(fault.kind is FaultKind.BY_HAND for fault in faults()) > 60


def test_every_reason_for_hiding_says_something() -> None:
    assert [fault.id for fault in faults() if fault.hidden is not None and len(fault.hidden) < 10] == []


@pytest.mark.parametrize("id", ["by-hand/replies/cached", "by-hand/store/late", "by-hand/replies/behind"])
def test_two_servers_of_one_fault_have_memories_of_their_own(id: str) -> None:
    asked = (add("9991"), add("9991"), add("9992"))
    assert answers(FAULTS[id], *asked) == answers(FAULTS[id], *asked)


def test_a_server_that_caches_says_the_same_twice() -> None:
    first, second = answers(FAULTS["by-hand/replies/cached"], add("9991"), add("9991"))
    assert first.body == second.body
    assert second.changes == ()


def test_every_server_answers_a_call() -> None:
    """None breaks down; what it answers is its own affair."""
    broken, config, contract = [], Config(), load_contract()
    with closing(Store(config)) as store:
        for fault in faults():
            try:
                for request in (add("9991"), Request("function=update_did")):
                    fault.make()(contract, store, request, config, RECORDED_AT)
            except Exception as error:  # noqa: BLE001 - whatever it is, the fault's id is what one wants to know
                broken.append((fault.id, repr(error)))
    assert broken == []


@pytest.mark.parametrize("fault", WIRE, ids=lambda fault: fault.id)
def test_what_happens_on_the_way_is_seen_unless_it_is_hidden(fault: Fault) -> None:
    honest_app = faulty(Fault("honest", "", FaultKind.BY_HAND))
    with closing(honest_app.state.store), closing((app := faulty(fault)).state.store), asyncio.Runner() as loop:
        right = Emulator(honest_app, loop).ask(add("9991"))
        if fault.hidden is not None:
            assert Emulator(app, loop).ask(add("9991")) == right
        else:
            assert _start(app, loop) != _start(honest_app, loop)


def _start(app, loop):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/vicidial/non_agent_api.php", "headers": []}
    loop.run(app({**scope, "query_string": b"function=version"}, receive, send))
    return sent[0]


def test_the_honest_server_is_not_touched_by_any_mutated_contract() -> None:
    before = honest(load_contract(), Store(Config()), add("9991"), Config(), RECORDED_AT)
    for fault in faults():
        fault.make()
    assert honest(load_contract(), Store(Config()), add("9991"), Config(), RECORDED_AT) == before
