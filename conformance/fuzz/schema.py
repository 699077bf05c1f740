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
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from functools import lru_cache
from itertools import chain, count, islice, zip_longest
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from conformance.cases.model import Case, Entity, Place, Step
from conformance.contract.contract import Contract
from conformance.contract.function import Function
from conformance.contract.openapi import Json, document, to_json
from conformance.contract.request import FORM_TYPE
from conformance.fuzz.own import READING, WRITING, Input, Maker, names_own_rows

_SEEDS = 9000
"""How far the seeds of two batches are apart."""

_BATCH = 25
"""Inputs drawn at a time from one strategy."""

_STALE = 1000
"""Inputs in a row that were there before, after which nothing new is expected."""

_LENGTHS_IN_TURN = 4
"""Inputs about lengths for one of each other kind."""


def inputs(contract: Contract, function: str, seed: int, entities: Collection[Entity] = ()) -> Iterator[Case]:
    """Distinct cases of one function, without end as far as there are any; the same for the same seed.

    `entities` are those that the target has. Raises ValueError for a function that is not to be fuzzed.
    """
    called = contract.functions[function]
    if function not in WRITING | READING and not names_own_rows(contract, called):
        raise ValueError(f"{function} is not fuzzed: what it leaves on a server cannot be taken back")
    return _distinct(Maker(contract, called, frozenset(entities)), _generated(contract, function, seed, entities))


def _distinct(maker: Maker, generated: Iterator[Input]) -> Iterator[Case]:
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


def _generated(contract: Contract, function: str, seed: int, entities: Collection[Entity]) -> Iterator[Input]:
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


def _covered(documents: Iterable[str], seed: int) -> Iterator[Input]:
    """The cases of the coverage phase, of each scenario some in turn: more of lengths, which this API is about."""
    scenarios: dict[str, list[Input]] = {}
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


@lru_cache(maxsize=64)
def _coverage(text: str) -> tuple[tuple[str, Input], ...]:
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


def _fuzzed(documents: Iterable[str], seed: int) -> Iterator[Input]:
    """The cases of the fuzzing phase, valid and invalid, a batch from each operation in turn. It does not end."""
    strategies = [
        operation.as_strategy(generation_mode=mode)
        for schema in map(_schema, documents)
        for operation in _operations(schema)
        for mode in GenerationMode
    ]
    for batch in count():
        for number, strategy in enumerate(strategies):
            drawn = _drawn(strategy, (seed * _SEEDS + batch) * len(strategies) + number)
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


def _input(case: Any) -> Input | None:
    """A case of Schemathesis as we send it; None if it is about headers or is no form."""
    in_form = case.method == "POST"
    values = case.body if in_form else case.query
    if case.headers or not isinstance(values, Mapping):
        return None
    pairs = [(str(name), text) for name, value in values.items() for text in _texts(value)]
    return Input(case.method, Place.FORM if in_form else Place.QUERY, tuple(pairs))


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
