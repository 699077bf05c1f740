"""The emulator answers recorded requests of functions that answer tables as the recorded server did."""

import pytest

from conformance.emulator.config import Config
from tests.emulator.asgi import emulator
from tests.support.api import ApiScenario, api_scenarios, prepared, unreproduced
from tests.support.asking import CONTRACT
from tests.support.some import portion

pytestmark = pytest.mark.untraced

TABLES = ("campaigns_list", "list_info", "agent_status", "list_custom_fields", "moh_list")
SCENARIOS = [scenario for function in TABLES for scenario in api_scenarios(function)]
NOT_KNOWN = 501
"""What the emulator says where it would have to invent a reply."""


def config_of(scenario: ApiScenario) -> Config:
    """An emulator of the recorded server before a scenario."""
    world = prepared(CONTRACT, scenario)
    rows = tuple(row for kind in world.held for row in world.rows(kind))
    return Config(settings=scenario.settings, users=world.users, rows=rows)


@pytest.mark.parametrize("scenario", portion(SCENARIOS, 0.1), ids=lambda s: s.id)
def test_a_recorded_scenario_is_answered_alike(scenario: ApiScenario) -> None:
    with emulator(config_of(scenario)) as it:
        replies = [it.ask(exchange.request) for exchange in scenario.exchanges]
    if scenario.id in unreproduced():
        assert [reply.status for reply in replies] == [NOT_KNOWN]
    else:
        assert replies == [exchange.result for exchange in scenario.exchanges]
