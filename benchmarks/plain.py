"""Plain Schemathesis against an emulator: its own generation and its own checks, given a working login.

It gets the OpenAPI documents of the three DID functions as they stand, and does what its runner does: its coverage
phase first, then its fuzzing phase, here with the operations of all three documents in turn, so that what `update_did`
and `copy_did` need may have been added before. Without a login nothing but the login is tested, and its configuration
sets none in the forms of its coverage phase; so every request gets one, as a hook of its user's would do it.

What it sends does not depend on the replies, so one list for a seed serves every emulator. The emulator is asked in
this process: its checks see the same reply as over a socket, and sooner.
"""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache, lru_cache, partial
from itertools import chain, count, islice, zip_longest
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from requests.adapters import BaseAdapter
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from starlette.applications import Starlette
from starlette.types import ASGIApp
from urllib3 import HTTPResponse

from conformance.contract.load import load_contract
from conformance.contract.openapi import document, to_json
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.faults.model import Fault, faulty
from conformance.selfcheck.loop import ImpatientLoop

FUNCTIONS = ("add_did", "update_did", "copy_did")
BASE = "http://127.0.0.1:8080"
LOGIN = {"user": "6666", "pass": "1234"}
BATCH = 25
"""Inputs drawn at a time from one strategy."""

_SEEDS_APART = 1_000_003

Failed = tuple[str, str, str, int]
"""A check that failed: the kind of failure, the function whose document it was, the operation and the HTTP status."""

Sent = tuple[str, Any]
"""The function whose document a case is from, and the case."""

Operation = tuple[str, Any, Any]
"""The same function, its schema and one of its operations."""


Reply = tuple[int, str, bytes]
"""HTTP status, content type and body."""


def plain(fault: Fault, seed: int, budget: int) -> int | None:
    """The number of the request at which a check fails first that never does without the fault; None if none does."""
    known, usual = _known(seed, budget)
    app = faulty(fault)
    with closing(app.state.store):
        asked = zip(_asked(app, seed, budget), usual, strict=True)
        found = (number for number, ((reply, check), same) in enumerate(asked, 1) if reply != same and check() - known)
        return next(found, None)


@cache
def _known(seed: int, budget: int) -> tuple[frozenset[Failed], tuple[Reply, ...]]:
    """What fails on the emulator without a fault, and what it answers: a reply that is the same fails nothing new."""
    app = create_app(Config())
    with closing(app.state.store):
        every = [(reply, check()) for reply, check in _asked(app, seed, budget)]
    return frozenset().union(*(failed for _, failed in every)), tuple(reply for reply, _ in every)


class InProcess(BaseAdapter):
    """Sends a request to an application in this process; where that pauses, the clock runs ahead."""

    def __init__(self, app: ASGIApp, runner: asyncio.Runner) -> None:
        super().__init__()
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False))
        self._runner = runner

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """The reply, as a socket would have brought it."""
        del kwargs
        assert request.method
        assert request.url
        body = request.body.encode() if isinstance(request.body, str) else request.body
        came = self._runner.run(
            self._client.request(request.method, request.url, content=body, headers=dict(request.headers))
        )
        response = requests.Response()
        response.status_code, response.url, response.request = came.status_code, request.url, request
        response.headers.update(came.headers)
        response._content = came.content  # a reply that was read; there is no public way to say so
        response.raw = HTTPResponse(came.content, dict(came.headers), came.status_code, preload_content=False)
        return response

    def close(self) -> None:
        """Nothing is open."""


def _asked(app: Starlette, seed: int, budget: int) -> Iterator[tuple[Reply, Callable[[], frozenset[Failed]]]]:
    """Each reply, and what its checks say if they are asked."""
    with asyncio.Runner(loop_factory=ImpatientLoop) as runner, requests.Session() as session:
        session.trust_env = False  # looking for proxies takes longer than the emulator's answer
        session.mount("http://", InProcess(app, runner))
        for sent in _cases(seed, budget):
            came = sent[1].call(base_url=BASE, session=session)
            yield (
                (came.status_code, came.headers.get("content-type", [""])[0], came.content),
                partial(_failures, sent, came, session),
            )


def _failures(sent: Sent, came: Any, session: requests.Session) -> frozenset[Failed]:
    """The checks that fail; some of them send a request of their own."""
    function, case = sent
    try:
        case.validate_response(came, transport_kwargs={"session": session, "base_url": BASE})
    except FailureGroup as group:
        return frozenset((type(f).__name__, function, case.operation.label, came.status_code) for f in group.exceptions)
    return frozenset()


@lru_cache
def _cases(seed: int, budget: int) -> tuple[Sent, ...]:
    """What is sent: the coverage phase, then the fuzzing phase."""
    operations = [one for function in FUNCTIONS for one in _operations(function)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = islice(chain(_covered(operations), _fuzzed(operations, seed)), budget)
        return tuple((function, _logged_in(case)) for function, case in found)


def _operations(function: str) -> list[Operation]:
    told = json.loads(to_json(document(load_contract(), function)))
    schema: Any = schemathesis.openapi.from_dict(told, config=schemathesis.Config(seed=0))
    return [(function, schema, operation) for path in schema for operation in schema[path].values()]


def _covered(operations: Sequence[Operation]) -> Iterator[Sent]:
    """Each constraint of each parameter met and broken. No seed changes these."""
    return _in_turn(
        [
            (function, case)
            for case in schema.iter_coverage_cases(
                operation, generation_modes=list(GenerationMode), generation_config=schema.config.generation
            )
        ]
        for function, schema, operation in operations
    )


def _fuzzed(operations: Sequence[Operation], seed: int) -> Iterator[Sent]:
    """Valid and invalid inputs. It does not end."""
    strategies = [
        (function, operation.as_strategy(generation_mode=mode))
        for mode in GenerationMode
        for function, _, operation in operations
    ]
    for batch in count(seed * _SEEDS_APART):
        yield from _in_turn(
            [(function, case) for case in _drawn(strategy, batch * len(strategies) + number)]
            for number, (function, strategy) in enumerate(strategies)
        )


def _in_turn(shares: Iterable[Sequence[Sent]]) -> Iterator[Sent]:
    """One of each operation, then another of each."""
    return (sent for turn in zip_longest(*shares) for sent in turn if sent is not None)


def _drawn(strategy: Any, seed: int) -> list[Any]:
    found: list[Any] = []

    @seeded(seed)
    @settings(
        max_examples=BATCH,
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


def _logged_in(case: Any) -> Any:
    """The case with the login that works, where it has room for one."""
    if case.operation.method.upper() != "POST":
        case.query = {**(case.query or {}), **LOGIN}
    elif isinstance(case.body, Mapping):
        case.body = {**case.body, **LOGIN}
    return case
