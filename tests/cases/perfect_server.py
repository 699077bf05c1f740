"""The target that these tests run cases against: users, entities, and a server that answers by the contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import Ground, Login, requests, world
from conformance.cases.model import MADE_UP_ROLES, Case, Entity, Role, provided
from conformance.contract.load import load_contract
from conformance.contract.outcome import Answer, Outcome
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlErrors, SqlMode
from conformance.contract.world import Row, World
from conformance.exchange import Exchange, Reply
from conformance.verdict.judge import CONTENT_TYPE
from tests.support.rows import did

CONTRACT = load_contract()
CASES = catalogue(CONTRACT)
GROUND = Ground(
    logins={role: Login(role.value.replace("_", ""), "secret1234") for role in Role if role not in MADE_UP_ROLES},
    entities={
        **{entity: entity.upper()[:8] for entity in provided()},
        Entity("ingroup"): "TEST_IN2",
        Entity("call_menu"): "test_menu",
        Entity("server_ip"): "192.168.198.5",
        Entity("hidden_did"): "8005550123",
    },
    run="123456",
)
NOW = {
    "build_date": "250720-1841",
    "date": "2026-11-21 19:06:14",
    "epoch": "1795287974",
    "dst": "0",
    "tz": "-5.00",
    "tz_now": "-5.00",
    "user_group": "ADMIN",
    "ip_address": "127.0.0.1",
}
"""What this server prints where nobody can know what a real one prints."""


CAMPAIGN = {
    "campaign_name": "Test campaign",
    "active": "Y",
    "user_group": "---ALL---",
    "dial_method": "RATIO",
    "auto_dial_level": "1",
    "lead_order": "DOWN",
    "dial_statuses": " NEW -",
    "dial_timeout": "60",
    "dial_prefix": "9",
    "manual_dial_prefix": "",
    "three_way_dial_prefix": "",
}
"""The columns of a campaign that lists of campaigns show."""


def servers(*builds: int) -> tuple[ServerSettings, ...]:
    """Servers of these builds with every combination of the other settings."""
    choices = product(builds, SqlMode, (False, True), SqlErrors)
    return tuple(ServerSettings(Build(2, 14, build), *others) for build, *others in choices)


def starts(case: Case, settings: ServerSettings) -> Iterator[World]:
    """The worlds that a case may meet: without and with the DIDs of which nobody knows."""
    first = world(CONTRACT, GROUND, settings)
    yield first
    if case.maybe:
        found = [did(-2 - n, pattern) for n, pattern in enumerate(case.maybe)]
        yield first.holding(*found)


@dataclass
class Server:
    """A server that answers every request as one dialect has it, and prints what it answers in that dialect's forms."""

    dialect: Dialect
    world: World

    def exchange(self, request: Request) -> Exchange:
        outcome = self._outcome(request)
        self.world = self.world.after(outcome.changes)
        lines = [self._printed(answer) for answer in outcome.answers]
        lines += outcome.table.lines(self.dialect) if outcome.table else ()
        body = "".join(f"{line}\n" for line in lines)
        return Exchange(request, Reply(outcome.status, CONTENT_TYPE, body))

    def _outcome(self, request: Request) -> Outcome:
        all_there_is = replace(self.world, whole=frozenset(CONTRACT.kinds)).holding(*self._whole_rows())
        for dialect in (self.dialect, *Dialect):
            outcome = predict(CONTRACT, all_there_is, request, dialect)
            if isinstance(outcome, Outcome):
                return outcome
        return Outcome((Answer("common", "no-function", {}),))

    def _whole_rows(self) -> Iterator[Row]:
        """The rows of which a reader of replies knows the key alone, with all that their columns hold."""
        for row in self.world.rows("campaign"):
            yield replace(row, columns={**CAMPAIGN, **row.columns})

    def _printed(self, answer: Answer) -> str:
        lines = [answer.line(CONTRACT, dialect, NOW) for dialect in (self.dialect, *Dialect)]
        return str(next(line for line in lines if line is not None))


def run(case: Case, number: int, server: Server) -> list[Exchange]:
    """Send a case's requests to a server, in order."""
    return [server.exchange(request) for request in requests(case, GROUND, number)]
