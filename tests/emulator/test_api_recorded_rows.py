"""The emulator answers recorded requests of functions that change rows as the recorded server did, and changes them."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from conformance.contract.world import World
from conformance.emulator.store import Store
from tests.emulator.asgi import Emulator, emulator
from tests.emulator.test_api_recorded_scenarios import NOT_KNOWN, config_of
from tests.support.api import (
    ApiScenario,
    api_scenarios,
    api_world,
    changed_rows,
    prepared,
    rows_of,
    sorted_rows,
    unreproduced,
)
from tests.support.asking import CONTRACT
from tests.support.some import portion

pytestmark = pytest.mark.untraced

CHANGING = ("add_dnc_phone", "delete_dnc_phone", "add_list", "update_list")
SCENARIOS = [scenario for function in CHANGING for scenario in api_scenarios(function)]
COMMANDED = {
    *("api/add_list#given/02-documented-3-copy-fields", "api/update_list#given/11-field-added-then-campaign-unknown"),
    "api/update_list#given/39-field-reserved-word-copy-onto-itself",
    "api/update_list#given/13-field-of-deleted-list-then-ingroup-unknown",
    "api-2.14-137/update_list#given/38-fields-add-update-delete-copy",
    "api-2.14-137/update_list#given/39-field-reserved-word-copy-onto-itself",
}
"""Scenarios in which a request of the recorded server to itself arrived: the emulator's never do."""


@pytest.fixture(scope="module")
def emulators() -> Iterator[Mapping[str, Emulator]]:
    """An emulator of each recorded server."""
    with ExitStack() as stack:
        first = {scenario.folder: scenario for scenario in SCENARIOS if not scenario.state}
        found = {folder: stack.enter_context(emulator(config_of(scenario))) for folder, scenario in first.items()}
        for one in found.values():
            one.store.mark_start()
        yield found


@contextmanager
def started_anew(it: Emulator) -> Iterator[Emulator]:
    """An emulator as it was in the beginning."""
    it.store.reset()
    yield it


@pytest.mark.parametrize("scenario", portion([s for s in SCENARIOS if s.id not in COMMANDED], 0.1), ids=lambda s: s.id)
def test_a_recorded_scenario_is_answered_alike_and_changes_the_same_rows(
    scenario: ApiScenario, emulators: Mapping[str, Emulator]
) -> None:
    with emulator(config_of(scenario)) if scenario.state else started_anew(emulators[scenario.folder]) as it:
        replies = [it.ask(exchange.request) for exchange in scenario.exchanges]
        after = world_of(it.store, prepared(CONTRACT, scenario))
    if scenario.id in unreproduced():
        assert [reply.status for reply in replies] == [NOT_KNOWN]
        return
    assert replies == [exchange.result for exchange in scenario.exchanges]
    before = api_world(CONTRACT, scenario.settings)
    assert sorted_rows(changed_rows(CONTRACT, before, after)) == sorted_rows(rows_of(scenario))


@pytest.mark.parametrize("cited", sorted(COMMANDED))
def test_a_command_of_the_emulator_to_itself_never_arrives(cited: str) -> None:
    scenario = next(scenario for scenario in SCENARIOS if scenario.id == cited)
    with emulator(config_of(scenario)) as it:
        for exchange in scenario.exchanges:
            it.ask(exchange.request)
        fields = [row.key for row in it.store.rows("custom_field")]
    assert fields == [row.key for row in prepared(CONTRACT, scenario).rows("custom_field")]


def world_of(store: Store, start: World) -> World:
    """What a store holds, as a world."""
    return replace(start, held={kind: {row.number: row for row in store.rows(kind)} for kind in CONTRACT.kinds})
