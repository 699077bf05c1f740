"""Faults show: what is not hidden changes a response to a case of the catalogue, save for those that wait for one."""

from dataclasses import dataclass, field, replace
from random import Random

import pytest

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import requests, world
from conformance.contract.load import load_contract
from conformance.contract.world import Change, LoginFailed, LoginSucceeded, World
from conformance.emulator.config import Config
from conformance.emulator.faults.catalogue import faults
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import Behaviour, honest
from tests.cases.perfect_server import GROUND
from tests.emulator.asgi import RECORDED_AT
from tests.support.rows import DID

pytestmark = pytest.mark.untraced

SAMPLE = 2
"""Faults of each kind that one run of the tests looks at."""

NO_CASE_YET = frozenset({"order/add_did/did-is-new-before-required"})
"""Faults that show in some request, but in none of the catalogue: a DID of one character would have to be there, which
nothing can remove again."""

CONTRACT = load_contract()
CASES = catalogue(CONTRACT)
BASE = Config().with_target_users(GROUND.logins, GROUND.entities)

TABLES = [function.table for function in CONTRACT.functions.values() if function.table and function.table.unconditional]
PRINTED = frozenset(
    {table.kind for table in TABLES}
    | {column.listed.kind for table in TABLES for column in table.columns if column.listed}
)
"""The kinds of rows that are printed whatever was asked, and that no case makes: those of the emulator are there."""

Shown = list[tuple[int, dict[str, str], bytes]]


@dataclass
class Sight:
    """What the honest server says to each case, remembered, and whether another one says something else."""

    honestly: dict[tuple[str, int], Shown] = field(default_factory=dict)

    def shows(self, fault: Fault) -> str | None:
        """The first case whose responses differ; those that name what the fault is about are asked first."""
        config, behaviour = fault.config(BASE), fault.make()
        for number in self._order(fault):
            if said(behaviour, config, number) != self._honest(config, number):
                return CASES[number].id
        return None

    def _honest(self, config: Config, number: int) -> Shown:
        key = (str(config.settings), number)
        if key not in self.honestly:
            self.honestly[key] = said(honest, config, number)
        return self.honestly[key]

    def _order(self, fault: Fault) -> list[int]:
        words = fault.id.split("/")[1:]
        if fault.kind is FaultKind.BY_HAND:
            return list(range(len(CASES)))

        def near(number: int) -> int:
            case = CASES[number]
            about = any(word == case.subject or word in case.rule for word in words[1:])
            return 2 * about + (words[0] == case.function)

        return sorted(range(len(CASES)), key=near, reverse=True)


def said(behaviour: Behaviour, config: Config, number: int) -> Shown:
    state = replace(world(CONTRACT, GROUND, config.settings), numbers={DID: 4}, whole=PRINTED)
    state = state.holding(*(row for row in BASE.rows if row.kind in PRINTED))
    given: Shown = []
    for request in requests(CASES[number], GROUND, number):
        response = behaviour(CONTRACT, state, request, config, RECORDED_AT)
        state = after(state, response.changes)
        given.append((response.status, dict(response.headers), b"" if request.method == "HEAD" else response.body))
    return given


def after(state: World, changes: tuple[Change, ...]) -> World:
    """The world once the changes are made that are about users it has."""
    logins = LoginFailed | LoginSucceeded
    return state.after(tuple(c for c in changes if not isinstance(c, logins) or c.user in state.users))


def sample() -> list[Fault]:
    """Some faults of each kind, the same each time."""
    chosen: list[Fault] = []
    for kind in FaultKind:
        shown = [f for f in faults() if f.kind is kind and not f.hidden and not f.around and f.id not in NO_CASE_YET]
        chosen += Random(kind.value).sample(shown, min(SAMPLE, len(shown)))  # noqa: S311 - a sample, no secret
    return chosen


@pytest.fixture(scope="module")
def sight() -> Sight:
    return Sight()


@pytest.mark.parametrize("fault", sample(), ids=lambda fault: fault.id)
def test_some_case_is_answered_otherwise_by_a_faulty_server(fault: Fault, sight: Sight) -> None:
    assert sight.shows(fault) is not None


@pytest.mark.parametrize("id", ["default/add_did/active/other", "by-hand/store/update-nothing"])
def test_a_hidden_fault_changes_no_response(id: str, sight: Sight) -> None:
    assert sight.shows(next(fault for fault in faults() if fault.id == id)) is None


def test_what_waits_for_a_case_is_a_fault_that_is_not_hidden() -> None:
    visible = {fault.id for fault in faults() if not fault.hidden}
    assert visible >= NO_CASE_YET
