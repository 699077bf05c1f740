"""What Schemathesis thinks of arrives as requests of the run's own, and finds what is wrong."""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

import pytest

from conformance.cases.expand import Ground, Login, request, requests, world
from conformance.cases.model import Case, Entity, Level, Place, Purpose, Role
from conformance.cases.steps import delete
from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.contract.settings import Dialect, ServerSettings, SqlMode
from conformance.contract.world import RowName, State
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import HTML, Behaviour, Response, honest
from conformance.exchange import Exchange, Failure, Trouble
from conformance.fuzz.own import READING, WRITING, names_own_rows
from conformance.fuzz.schema import inputs
from conformance.run.guard import Forbidden, Guard
from conformance.verdict.judge import Judgement, judge
from conformance.verdict.model import Deviates, Expect, Fail, Pass
from tests.emulator.asgi import Emulator, FakeClock
from tests.support.rows import dids_after

CONTRACT = load_contract()
ENTITIES = {Entity("ingroup"): "TEST_IN2", Entity("call_menu"): "test_menu", Entity("server_ip"): "10.10.10.15"}
GROUND = Ground({Role.ADMIN: Login("6666", "1234")}, ENTITIES, "123456")
SEED = 7
BUDGET = 250
SETTINGS = (ServerSettings(), ServerSettings(non_latin=True))

OnResult = Callable[[Case, tuple[Exchange, ...]], None]
NUMBERS = 9000
every_writing = pytest.mark.parametrize("function", sorted(WRITING))


@dataclass
class Stub:
    """Sends to an emulator what the guard lets through, and deletes what was added."""

    emulator: Emulator
    ground: Ground = GROUND
    level: Level = Level.STANDARD
    sent: list[Request] = field(default_factory=list)
    refused: list[Request] = field(default_factory=list)
    claimed: set[RowName] = field(default_factory=set)
    results: list[tuple[Case, tuple[Exchange, ...]]] = field(default_factory=list)

    def exchange(self, request: Request) -> Exchange:
        try:
            self.claimed |= Guard(CONTRACT, self.ground, self.level, SETTINGS).rule(request)
        except Forbidden as ruling:
            self.refused.append(request)
            return Exchange(request, Failure(Trouble.REFUSED_BY_US, str(ruling)))
        self.sent.append(request)
        return Exchange(request, self.emulator.ask(request))

    def on_result(self, case: Case, exchanges: tuple[Exchange, ...]) -> None:
        self.results.append((case, exchanges))
        for row in self.claimed:
            self.emulator.ask(request(delete(row.key[0]), self.ground, 0))
        self.claimed.clear()


def drive(exchanger: Stub, contract: Contract, function: str, budget: int, seed: int, on_result: OnResult) -> int:
    """Send inputs until `budget` requests are spent; gives how many were sent. Raises ValueError as `inputs` does.

    `on_result` gets each case with its exchanges, and may clean up after it; cases of which a request was refused by
    the guard are no result.
    """
    sent = 0
    generated = inputs(contract, function, seed, exchanger.ground.entities)
    for number, case in enumerate(islice(generated, budget)):
        wanted = requests(case, exchanger.ground, number % NUMBERS)
        if sent + len(wanted) > budget:
            break
        exchanges = tuple(_until_failure(exchanger, wanted))
        refused = _is_refused(exchanges[-1])
        sent += len(exchanges) - refused
        if not refused:
            on_result(case, exchanges)
    return sent


def judged(
    contract: Contract,
    ground: Ground,
    possible: Iterable[ServerSettings],
    exchanges: tuple[Exchange, ...],
) -> Judgement:
    """The judgement on a case's exchanges: by prediction, on a server where none of its DIDs was there before."""
    return judge(contract, [world(contract, ground, one) for one in possible], exchanges, Expect.EITHER)


def _until_failure(exchanger: Stub, wanted: Iterable[Request]) -> Iterator[Exchange]:
    for one in wanted:
        exchange = exchanger.exchange(one)
        yield exchange
        if isinstance(exchange.result, Failure):
            return


def _is_refused(exchange: Exchange) -> bool:
    return isinstance(exchange.result, Failure) and exchange.result.trouble is Trouble.REFUSED_BY_US


def driven(function: str, config: Config | None = None, behaviour: Behaviour = honest, budget: int = BUDGET) -> Stub:
    """What was sent to an emulator, which is as it was before."""
    app = create_app(config or Config(), FakeClock(), behaviour)
    with closing(app.state.store), asyncio.Runner() as loop:
        stub = Stub(Emulator(app, loop))
        before = dids_after(stub.emulator.store)
        assert drive(stub, CONTRACT, function, budget, SEED, stub.on_result) == len(stub.sent)
        assert dids_after(stub.emulator.store) == before
    return stub


@cache
def honestly(function: str) -> Stub:
    """The drive that several tests look at."""
    return driven(function)


def sent_to(function: str) -> Iterator[Mapping[str, bytes]]:
    return (sent.parameters.values for sent in honestly(function).sent)


@every_writing
def test_a_drive_sends_many_distinct_requests_and_no_more_than_its_budget(function: str) -> None:
    stub = honestly(function)
    acts = [case.steps[-1] if len(case.steps) == 1 else case.steps for case, _ in stub.results]
    assert BUDGET * 0.9 <= len(stub.sent) <= BUDGET
    assert len(set(stub.sent)) > BUDGET / 2
    assert len(set(acts)) == len(acts) > BUDGET / 6


@every_writing
def test_nothing_that_is_generated_is_refused_by_the_guard(function: str) -> None:
    assert honestly(function).refused == []


@every_writing
def test_no_login_is_sent_but_that_of_the_run(function: str) -> None:
    logins = {(values.get("user"), values.get("pass")) for values in sent_to(function)}
    assert {(b"6666", b"1234")} <= logins <= {(b"6666", b"1234"), (None, None)}


@every_writing
def test_no_did_is_named_that_is_not_the_runs_own(function: str) -> None:
    for values in sent_to(function):
        for name in ("did_pattern", "source_did_pattern", "new_dids"):
            value = values.get(name, b"")
            entries = value.split(b",") if name == "new_dids" and len(value) > 1 else [value]
            assert all(entry.lstrip(b"+").startswith(b"999123456") for entry in entries if len(value) > 1)


@every_writing
def test_no_other_function_is_called(function: str) -> None:
    called = {re.sub(rb"[^-_0-9A-Za-z]", b"", values.get("function", b"")).decode() for values in sent_to(function)}
    needed = {"add_did", "update_did", function}
    assert {name for name in called if name not in needed and not name.startswith("nosuch")} <= {""}


def test_no_did_is_created_that_takes_calls() -> None:
    adding = [values for values in sent_to("add_did") if values.get("function") == b"add_did"]
    assert len(adding) > BUDGET / 4
    assert all("active" in values and values["active"] != b"Y" for values in adding)


@every_writing
def test_no_source_is_so_long_that_strict_sql_refuses_it_after_the_work(function: str) -> None:
    assert max(len(values.get("source", b"")) for values in sent_to(function)) == 20


@every_writing
def test_the_same_seed_gives_the_same_inputs_and_another_others(function: str) -> None:
    first, again, other = (list(islice(inputs(CONTRACT, function, seed), 40)) for seed in (SEED, SEED, SEED + 1))
    assert first == again
    assert {case.steps for case in first} != {case.steps for case in other}


@every_writing
def test_inputs_are_of_both_phases_both_ways_of_sending_and_both_outcomes(function: str) -> None:
    acts = [next(s for s in case.steps if s.purpose is Purpose.ACT) for case, _ in honestly(function).results]
    bodies = "".join(getattr(x.result, "body", "") for _, exchanges in honestly(function).results for x in exchanges)
    values = "".join(param.value for act in acts for param in act.params)
    assert {act.place for act in acts} == {Place.QUERY, Place.FORM}
    assert "SUCCESS" in bodies
    assert "YOU MUST USE ALL REQUIRED FIELDS" in bodies
    assert not values.isascii()


@every_writing
@pytest.mark.parametrize(
    "config",
    [
        Config(dialect=Dialect.DOCUMENTED),
        Config(settings=ServerSettings(sql_mode=SqlMode.STRICT)),
        Config(settings=ServerSettings(non_latin=True)),
    ],
    ids=["documented", "strict SQL", "non-latin"],
)
def test_no_server_that_conforms_gives_a_finding(function: str, config: Config) -> None:
    stub = driven(function, config, budget=100)
    verdicts = [judged(CONTRACT, GROUND, [config.settings], exchanges).verdict for _, exchanges in stub.results]
    assert [verdict for verdict in verdicts if not isinstance(verdict, Pass | Deviates)] == []


def fails_at_fifty(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """Answers HTTP 500 to a description of 50 characters."""
    if len(request.parameters.values.get("did_description", b"")) == 50:
        return Response(500, HTML, b"")
    return honest(contract, state, request, config, now)


def test_a_fault_at_one_length_is_found() -> None:
    stub = driven("add_did", behaviour=fails_at_fifty, budget=600)
    verdicts = [judged(CONTRACT, GROUND, [ServerSettings()], exchanges).verdict for _, exchanges in stub.results]
    found = [verdict for verdict in verdicts if isinstance(verdict, Fail)]
    assert found
    assert all("500" in verdict.summary for verdict in found)


def test_what_the_guard_refuses_is_neither_sent_nor_a_result() -> None:
    app = create_app(Config(), FakeClock())
    with closing(app.state.store), asyncio.Runner() as loop:
        stub = Stub(Emulator(app, loop), level=Level.PROBE)
        sent = drive(stub, CONTRACT, "add_did", 60, SEED, stub.on_result)
    assert stub.refused
    assert sent == len(stub.sent) <= 60
    assert all(not isinstance(x.result, Failure) for _, exchanges in stub.results for x in exchanges)


def test_a_function_that_only_reads_is_asked_without_preparation() -> None:
    for function in READING:
        cases = list(islice(inputs(CONTRACT, function, SEED), 5))
        assert all(len(case.steps) == 1 and case.level is Level.PROBE for case in cases)


def test_version_runs_out_of_inputs_only_late() -> None:
    assert len(driven("version", budget=40).results) == 40


def test_a_function_that_leaves_what_cannot_be_taken_back_is_not_fuzzed() -> None:
    with pytest.raises(ValueError, match="add_lead is not fuzzed"):
        next(inputs(CONTRACT, "add_lead", SEED))


def test_a_known_entity_is_used_and_an_unknown_one_is_not() -> None:
    def groups(entities: tuple[Entity, ...]) -> set[str]:
        cases = islice(inputs(CONTRACT, "add_did", SEED, entities), 60)
        return {param.value for case in cases for step in case.steps for param in step.params if param.name == "group"}

    assert "<ingroup>" in groups((Entity("ingroup"),))
    assert "<ingroup>" not in groups(())


def test_a_long_list_is_broken_up_and_keeps_its_length() -> None:
    cases = islice(inputs(CONTRACT, "copy_did", SEED), 80)
    acts = (request(step, GROUND, 1) for case in cases for step in case.steps if step.purpose is Purpose.ACT)
    lists = [values["new_dids"].decode() for values in (act.parameters.values for act in acts) if "new_dids" in values]
    assert {len(value) for value in lists} >= {1999, 2000, 2001}
    assert max(len(entry) for value in lists if value.isascii() for entry in value.split(",")) <= 50


OF_OWN_ROWS = [name for name, function in CONTRACT.functions.items() if names_own_rows(CONTRACT, function)]


def test_numbers_not_to_call_are_among_the_rows_that_are_fuzzed() -> None:
    assert {"add_dnc_phone", "delete_dnc_phone"} <= {*OF_OWN_ROWS}


@pytest.mark.parametrize("function", OF_OWN_ROWS)
def test_rows_of_other_kinds_are_the_runs_own_and_answered_as_predicted(function: str) -> None:
    app = create_app(Config(), FakeClock(), honest)
    judgements = []
    with closing(app.state.store), asyncio.Runner() as loop:
        stub = Stub(Emulator(app, loop))

        def on_result(_: Case, exchanges: tuple[Exchange, ...]) -> None:
            judgements.append(judged(CONTRACT, GROUND, SETTINGS, exchanges).verdict)

        drive(stub, CONTRACT, function, 100, SEED, on_result)
    assert len(stub.refused) * 10 < len(stub.sent)
    assert {type(verdict) for verdict in judgements} <= {Pass, Deviates}
    assert any("phone_number" in sent.parameters.values for sent in stub.sent)
