"""What the suite sends, gets and concludes on servers in this process. All that knows how the suite is built is here.

Cases are numbered as they stand in the table, so that their DIDs are the same whatever cases are added between them.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

import msgspec

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import requests
from conformance.cases.model import Case, Level
from conformance.contract.load import load_contract
from conformance.contract.openapi import document, to_json
from conformance.contract.request import Request
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlMode
from conformance.emulator.config import Config
from conformance.emulator.faults.catalogue import faults
from conformance.emulator.respond import Behaviour, honest
from conformance.exchange import Failure, Reply
from conformance.run.guard import Forbidden, Guard
from conformance.run.known import possible_settings
from conformance.selfcheck.cache import SuiteCache
from conformance.selfcheck.loop import waited
from conformance.selfcheck.run import Suite, run_in_process
from conformance.selfcheck.target import ground, target
from conformance.selfcheck.wire import Server, direct

BUILDS = ("2.14-137", "2.14-155", "2.14-179", "2.14-202")
FAULTS = ("by-hand/batches/rolled-back", "check/add_did/optional")
PREFLIGHT = "preflight"
"""The row of what is asked before the first case."""


@dataclass(frozen=True)
class Asked:
    """A server to ask: how it is configured and how it behaves."""

    config: Config
    fault: str | None = None

    @property
    def behaviour(self) -> Behaviour:
        """A new server's behaviour."""
        if self.fault is None:
            return honest
        [found] = [fault for fault in faults() if fault.id == self.fault]
        return found.make()


def _config(build: str, dialect: Dialect, sql_mode: SqlMode = SqlMode.LEGACY) -> Config:
    return Config(dialect=dialect, settings=ServerSettings(Build.parse(build), sql_mode))


SERVERS: Mapping[str, Asked] = {
    **{f"{build} {dialect.value}": Asked(_config(build, dialect)) for build in BUILDS for dialect in Dialect},
    "strict-sql": Asked(_config(BUILDS[-1], Dialect.SHIPPED, SqlMode.STRICT)),
    **{fault: Asked(_config(BUILDS[-1], Dialect.SHIPPED), fault) for fault in FAULTS},
}
"""Every server of the table by its name."""


@dataclass
class _Noting:
    """Passes requests on to a server, and notes them and their replies by the case whose task sends them."""

    server: Server
    cases: frozenset[str]
    sent: defaultdict[str, list[object]] = field(default_factory=lambda: defaultdict(list))
    replies: defaultdict[str, list[object]] = field(default_factory=lambda: defaultdict(list))

    async def send(self, request: Request, lane: int) -> Reply | Failure:
        """The reply to one request."""
        result = await self.server.send(request, lane)
        task = asyncio.current_task()
        case = task.get_name() if task is not None and task.get_name() in self.cases else PREFLIGHT
        self.sent[case].append(_on_the_wire(request))
        self.replies[case].append(_essence(result))
        return result


def _on_the_wire(request: Request) -> object:
    return request.method, request.query, request.form, request.content_type, request.wire


def _essence(result: Reply | Failure) -> object:
    if isinstance(result, Reply):
        return result.status, result.content_type, result.body
    return result.trouble, result.message


def cases() -> dict[str, Case]:
    """Today's catalogue by id, in its order."""
    return {case.id: case for case in catalogue(load_contract())}


def outcomes(name: str, ids: Sequence[str]) -> Iterator[tuple[str, str, object]]:
    """Row, part and content: what these cases, in this order, send to a server, get from it, and come to."""
    asked, known = SERVERS[name], cases()
    memory = SuiteCache(requests=_requests(tuple(ids)), rulings=_RULINGS)
    suite = Suite(load_contract(), tuple(known[id] for id in ids if id in known))
    noting = _Noting(direct(asked.behaviour, asked.config, load_contract()), frozenset(ids))
    verdicts = waited(run_in_process(noting, suite, memory))
    judged = {case: judgement for (case, *_), judgement in memory.judgements.items()}
    for part, noted in (("sent", noting.sent), ("replies", noting.replies)):
        yield from ((case, part, tuple(content)) for case, content in noted.items())
    for case, verdict in verdicts.cases:
        settled = judged.get(case.id)
        explained = (settled.as_documented, sorted(map(str, settled.settings))) if settled else None
        yield case.id, "verdict", (verdict, explained)


_RULINGS = SuiteCache().rulings
"""Shared by all servers: they are sent much the same."""


@cache
def _requests(ids: tuple[str, ...]) -> dict[str, Sequence[Request]]:
    known = cases()
    return {id: requests(known[id], ground(), number) for number, id in enumerate(ids) if id in known}


def described(case: Case) -> object:
    """What the catalogue says of a case."""
    parts = case.function, case.subject, case.rule
    needs = sorted(map(str, case.needs))
    steps = [step.purpose.value for step in case.steps]
    rest = case.maybe, case.depends, case.exclusive, str(case.since), steps
    return case.id, parts, case.title, case.clause, case.level.value, needs, rest


def ruled(case: str, ids: Sequence[str]) -> object:
    """What the guard says to each request of a case at each level: the DIDs that it could create, or why not."""
    return [_ruling(level, request) for request in _requests(tuple(ids))[case] for level in Level]


def _ruling(level: Level, request: Request) -> object:
    try:
        return sorted(map(str, _guard(level).rule(request)))
    except Forbidden as forbidden:
        return str(forbidden)


@cache
def _guard(level: Level) -> Guard:
    return Guard(load_contract(), ground(), level, possible_settings(target(), Build.parse(BUILDS[-1])))


def documents() -> dict[str, str]:
    """The OpenAPI document of each function that is described."""
    contract = load_contract()
    return {name: to_json(document(contract, name)) for name in contract.functions}


encoded = partial(msgspec.json.encode, order="sorted")
"""Content as bytes that are the same whenever it is."""
