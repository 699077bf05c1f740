"""What Schemathesis makes of our OpenAPI documents, as cases of the run's own: its inputs without its HTTP and checks.

Schemathesis sends to whatever the schema names and judges by HTTP status, and this API answers 200 to every error. So
only its generation is used, of the phases coverage and fuzzing, and each input becomes a `Case`: logins are the run's,
DIDs are placeholders, and replies are judged by prediction like everybody's. There is no stateful phase: it follows
links from one reply's JSON to another call's parameters, and replies here are text; a case prepares its DIDs itself.

Used of Schemathesis: `openapi.from_dict`, `Config`, `GenerationMode`, `as_strategy`, and two things that are public but
not in its documentation: `iter_coverage_cases` of a schema and `meta` of a case. Nothing private is imported.
"""

from __future__ import annotations

import json
import random
import re
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count, islice, zip_longest
from typing import Any, Protocol

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from conformance.cases.expand import PLACEHOLDER, Ground, requests, world
from conformance.cases.make import needs_of
from conformance.cases.model import OWN_DID_LENGTH, Case, Entity, Level, Param, Place, Role, Step
from conformance.cases.steps import OFF, add, effects, setup
from conformance.contract.model import Contract, Function, ServerSettings
from conformance.contract.openapi import Json, document, to_json
from conformance.contract.predict import LOG_SOURCE_SIZE
from conformance.contract.request import FORM_TYPE, Request
from conformance.exchange import Exchange, Failure, Trouble
from conformance.verdict.judge import Judgement, judge
from conformance.verdict.model import Expect

WRITING = frozenset({"add_did", "copy_did", "update_did"})
READING = frozenset({"version", "agent_status", "campaigns_list"})
"""The functions that are fuzzed. Others, such as add_lead, would leave something that no call takes back."""

NUMBERS = 9000
"""DID numbers that inputs take in turn."""

_BATCH = 25
"""Inputs drawn at a time from one strategy."""

_STALE = 1000
"""Inputs in a row that were there before, after which nothing new is expected."""

SHORTEST_DID = 2
"""Characters of the shortest value that is read as a DID; a shorter one is refused."""

_METHODS = frozenset({"GET", "POST", "PUT", "OPTIONS"})
"""The methods whose effect was recorded, of those that Schemathesis uses."""

_LENGTHS_IN_TURN = 4
"""Inputs about lengths for one of each other kind."""

_UNPREPARED = 8
"""Every eighth input finds no DID to change or copy."""


class Exchanger(Protocol):
    """What sends: guarded, in the ledger, at its pace. A refused request comes back as a Failure."""

    @property
    def ground(self) -> Ground:
        """The run's logins, entities and digits."""

    def exchange(self, request: Request) -> Exchange:
        """Send one request and wait for its reply."""


OnResult = Callable[[Case, tuple[Exchange, ...]], None]


def drive(exchanger: Exchanger, contract: Contract, function: str, budget: int, seed: int, on_result: OnResult) -> int:
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
    expect: Expect = Expect.EITHER,
) -> Judgement:
    """The judgement on a case's exchanges: by prediction, on a server where none of its DIDs was there before."""
    return judge(contract, [world(ground, one) for one in possible], exchanges, expect)


def _until_failure(exchanger: Exchanger, wanted: Iterable[Request]) -> Iterator[Exchange]:
    for request in wanted:
        exchange = exchanger.exchange(request)
        yield exchange
        if isinstance(exchange.result, Failure):
            return


def _is_refused(exchange: Exchange) -> bool:
    return isinstance(exchange.result, Failure) and exchange.result.trouble is Trouble.REFUSED_BY_US


def inputs(contract: Contract, function: str, seed: int, entities: Collection[Entity] = ()) -> Iterator[Case]:
    """Distinct cases of one function, without end as far as there are any; the same for the same seed.

    `entities` are those that the target has. Raises ValueError for a function that is not to be fuzzed.
    """
    if function not in WRITING | READING:
        raise ValueError(f"{function} is not fuzzed: what it leaves on a server cannot be taken back")
    return _distinct(
        _Maker(contract.functions[function], frozenset(entities)), _generated(contract, function, seed, entities)
    )


def _distinct(maker: _Maker, generated: Iterator[_Input]) -> Iterator[Case]:
    seen: set[Step] = set()
    stale = 0
    for one in generated:
        step = maker.step(one)
        stale = stale + 1 if step is None or step in seen else 0
        if stale > _STALE:
            return
        if step is not None and not stale:
            seen.add(step)
            yield maker.case(step, len(seen))


@dataclass(frozen=True, slots=True)
class _Input:
    """A call as Schemathesis thought of it: names with their values in order."""

    method: str
    place: Place
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes an input the run's own: its login in place of any other, its DIDs in place of any other, off."""

    function: Function
    entities: frozenset[Entity]

    def step(self, given: _Input) -> Step | None:
        """The input as a step, without names of no parameter; None for one that nobody knows how servers read."""
        if given.method not in _METHODS:
            return None
        sent = {name for name, _ in given.pairs}
        known = {"function", "source"} | self.function.by_name.keys()
        params = [Param(name, self._own(name, value)) for name, value in given.pairs if name in known]
        named = [param.value for param in params if param.name == "function"]
        if named == [self.function.name]:
            params = [param for param in params if param.name != "function"]
        if self.function.name == "add_did" and "active" not in sent:
            params.append(OFF)
        return Step(
            self.function.name if named == [self.function.name] else None,
            tuple(params),
            role=Role.ADMIN if {"user", "pass"} <= sent else Role.NOBODY,
            source=None,
            method=given.method,
            place=given.place,
        )

    def case(self, step: Step, number: int) -> Case:
        """A case of the step: prepared for, followed by what shows its effect."""
        writes = self.function.name in WRITING
        acts = (*(self._before(step) if number % _UNPREPARED else ()), step)
        level = Level.STANDARD if writes else Level.PROBE
        steps = (*acts, *effects((step,), level)) if writes else acts
        title = f"an input of Schemathesis for {self.function.name}"
        id = f"{self.function.name}/schema/{number:06d}"
        return Case(id, title, self.function.clause, level, steps, needs=needs_of(steps))

    def _before(self, step: Step) -> tuple[Step, ...]:
        needed = {"update_did": "did_pattern", "copy_did": "source_did_pattern"}.get(self.function.name)
        values = [param.value for param in step.params if param.name == needed]
        return (setup(add(values[-1])),) if values and "<did" in values[-1] else ()

    def _own(self, name: str, generated: str) -> str:
        """The value as this run may send it."""
        if generated in (f"<{entity}>" for entity in self.entities):
            return generated
        value = PLACEHOLDER.sub("", generated)
        if name == "function":
            return value if _kept(value) in ("", self.function.name) else f"nosuch{value}"
        if name == "active" and self.function.name == "add_did":
            return OFF.value if re.sub("[^A-Z]", "", value) == "Y" else value
        return _OWN[name](value) if name in _OWN else value


def _kept(function: str) -> str:
    return re.sub("[^-_0-9A-Za-z]", "", function)


def _ascii(value: str) -> str:
    """One character that no reading takes for two."""
    return value if value.isascii() else ""


def _short_source(value: str) -> str:
    """What fits into the log: for more, strict SQL answers an error after the work is done."""
    return value.encode()[:LOG_SOURCE_SIZE].decode(errors="ignore")


def _own_did(value: str, did: str = "<did>") -> str:
    """A DID of the case's own in place of the first characters, behind a plus if there was one."""
    if len(value) < SHORTEST_DID:
        return _ascii(value)
    plus = "+" if value.startswith("+") else ""
    return f"{plus}{did}{value[len(plus) + OWN_DID_LENGTH :]}"


_OVERLONG = re.compile(f"([^,]{{35}})[^,](?=[^,]{{{OWN_DID_LENGTH}}})")
"""Where a comma makes two entries, neither too long nor too short, of one."""


def _own_list(value: str) -> str:
    """The same for each entry of a list, which keeps its length: an entry too long to be deleted becomes several."""
    if len(value) < SHORTEST_DID:
        return _ascii(value)
    entries = _OVERLONG.sub(r"\1,", value).split(",")
    padded = (entry.ljust(SHORTEST_DID, "0") for entry in entries)
    return ",".join(_own_did(entry, f"<did{2 + number % 8}>") for number, entry in enumerate(padded))


_OWN: Mapping[str, Callable[[str], str]] = {
    "source": _short_source,
    "did_pattern": _own_did,
    "source_did_pattern": _own_did,
    "new_dids": _own_list,
}
"""What makes the values of a parameter the run's own."""


def _generated(contract: Contract, function: str, seed: int, entities: Collection[Entity]) -> Iterator[_Input]:
    """Both phases in turn: two inputs of coverage, one of fuzzing; then fuzzing alone."""
    told = _with_readable_source(document(contract, function))
    documents = tuple(to_json(one) for one in (told, _narrowed(told, contract.functions[function], entities)))
    fuzzed = _fuzzed(documents, seed)
    for number, one in enumerate(_covered(documents, seed)):
        yield one
        if number % 2:
            yield from islice(fuzzed, 1)
    yield from fuzzed


def _schema(text: str) -> Any:
    return schemathesis.openapi.from_dict(json.loads(text), config=schemathesis.Config(seed=0))


def _covered(documents: Iterable[str], seed: int) -> Iterator[_Input]:
    """The cases of the coverage phase, of each scenario some in turn: more of lengths, which this API is about."""
    scenarios: dict[str, list[_Input]] = {}
    for scenario, one in chain.from_iterable(_coverage(text) for text in documents):
        scenarios.setdefault(scenario, []).append(one)
    shuffled = random.Random(seed)  # noqa: S311 - an order, not a secret
    shares = []
    for scenario, found in scenarios.items():
        shuffled.shuffle(found)
        size = _LENGTHS_IN_TURN if "length" in scenario else 1
        shares.append([found[start : start + size] for start in range(0, len(found), size)])
    for turn in zip_longest(*shares, fillvalue=()):
        yield from chain.from_iterable(turn)


@lru_cache(maxsize=2 * len(WRITING | READING))
def _coverage(text: str) -> tuple[tuple[str, _Input], ...]:
    """Each constraint of each parameter met and broken, with the name of the scenario. No seed changes these."""
    schema = _schema(text)
    found = []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is not valid syntax for a Python regular expression", UserWarning)
        for operation in _operations(schema):
            cases = schema.iter_coverage_cases(
                operation, generation_modes=list(GenerationMode), generation_config=schema.config.generation
            )
            found += [(str(case.meta.phase.data.scenario), _input(case)) for case in cases]
    return tuple((scenario, one) for scenario, one in found if one is not None)


def _operations(schema: Any) -> Iterator[Any]:
    return (operation for path in schema for operation in schema[path].values())


def _fuzzed(documents: Iterable[str], seed: int) -> Iterator[_Input]:
    """The cases of the fuzzing phase, valid and invalid, a batch from each operation in turn. It does not end."""
    strategies = [
        operation.as_strategy(generation_mode=mode)
        for schema in map(_schema, documents)
        for operation in _operations(schema)
        for mode in GenerationMode
    ]
    for batch in count():
        for number, strategy in enumerate(strategies):
            drawn = _drawn(strategy, (seed * NUMBERS + batch) * len(strategies) + number)
            yield from filter(None, map(_input, drawn))


def _drawn(strategy: Any, seed: int) -> list[Any]:
    found: list[Any] = []

    @seeded(seed)
    @settings(
        max_examples=_BATCH,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(case: Any) -> None:
        found.append(case)

    try:
        collect()
    except Unsatisfiable:
        return []
    return found


def _input(case: Any) -> _Input | None:
    """A case of Schemathesis as we send it; None if it is about headers or is no form."""
    in_form = case.method == "POST"
    values = case.body if in_form else case.query
    if case.headers or not isinstance(values, Mapping):
        return None
    pairs = [(str(name), text) for name, value in values.items() for text in _texts(value)]
    return _Input(case.method, Place.FORM if in_form else Place.QUERY, tuple(pairs))


def _texts(value: object) -> Iterator[str]:
    """A value as a form has it: a list is its name several times, nothing is nothing."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
    elif value is not None:
        yield json.dumps(value)


def _fields(told: Json) -> Iterator[tuple[str, Json]]:
    """The schemas of a document, by the names of their parameters."""
    for path in told["paths"].values():
        yield from ((one["name"], one["schema"]) for one in path["get"]["parameters"])
        yield from _form(path)["properties"].items()


def _form(path: Json) -> Json:
    form: Json = path["post"]["requestBody"]["content"][FORM_TYPE]["schema"]
    return form


def _with_readable_source(told: Json) -> Json:
    """The document with a source of which servers keep something: without one, nothing else is looked at."""
    for name, schema in _fields(told):
        if name == "source":
            schema["pattern"] = _pattern(schema)
    return told


def _pattern(schema: Json) -> str:
    return f"^[{schema['x-vicidial-kept']}]*$"


def _narrowed(told: Json, function: Function, entities: Collection[Entity]) -> Json:
    """The document as a careful client reads it: only characters that servers keep, only entities that exist."""
    narrow = deepcopy(told)
    for name, schema in _fields(narrow):
        parameter = function.by_name.get(name)
        reference = parameter.documented.reference if parameter else None
        if reference:
            schema["enum"] = [f"<{reference}>"] if reference in entities else [""]
            for constraint in ("pattern", "maxLength"):
                schema.pop(constraint, None)
        elif "x-vicidial-kept" in schema and not schema.keys() & {"pattern", "enum"}:
            schema["pattern"] = _pattern(schema)
    for path in narrow["paths"].values():
        _form(path)["additionalProperties"] = False
    return narrow
