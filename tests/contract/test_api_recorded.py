"""Every recorded exchange of the functions described, and the rows that it changed, follow from the contract."""

import pytest

from conformance.contract.model import Dialect
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.predict import predict
from conformance.contract.world import LoginFailed
from conformance.exchange import Reply
from tests.support.api import (
    ApiScenario,
    api_scenarios,
    api_world,
    changed_rows,
    failed_logins,
    prepared,
    rows_of,
    sorted_rows,
    unreproduced,
)
from tests.support.asking import CONTRACT, printed

pytestmark = pytest.mark.untraced

FUNCTIONS = ("add_dnc_phone", "delete_dnc_phone", "campaigns_list", "list_info", "agent_status")

SCENARIOS = [scenario for function in FUNCTIONS for scenario in api_scenarios(function)]


PREDICTED = [scenario for scenario in SCENARIOS if scenario.id not in unreproduced()]


@pytest.mark.parametrize("scenario", PREDICTED, ids=lambda s: s.id)
def test_a_recorded_scenario_is_predicted_in_status_body_and_rows(scenario: ApiScenario) -> None:
    world = prepared(CONTRACT, scenario)
    predicted, received, failed = [], [], 0
    for exchange in scenario.exchanges:
        end = predict(CONTRACT, world, exchange.request, Dialect.SHIPPED)
        assert isinstance(end, Outcome), end.why
        assert isinstance(exchange.result, Reply)
        predicted.append((end.status, printed(end, Dialect.SHIPPED)))
        received.append((exchange.result.status, exchange.result.body))
        failed += sum(isinstance(change, LoginFailed) for change in end.changes)
        world = world.after(end.changes)
    assert predicted == received
    before = api_world(CONTRACT, scenario.settings)
    assert sorted_rows(changed_rows(CONTRACT, before, world)) == sorted_rows(rows_of(scenario))
    assert failed == failed_logins(scenario)


def test_scenarios_that_are_not_predicted_grow_no_more() -> None:
    assert unreproduced().keys() <= {scenario.id for scenario in SCENARIOS}
    assert len(unreproduced()) <= 6


@pytest.mark.parametrize("id", unreproduced())
def test_what_is_listed_as_not_predicted_is_not(id: str) -> None:
    scenario = next(scenario for scenario in SCENARIOS if scenario.id == id)
    asked = scenario.exchanges[0].request
    end = predict(CONTRACT, prepared(CONTRACT, scenario), asked, Dialect.SHIPPED)
    assert isinstance(end, Unspecified) or (end.table is not None and end.table.is_open)
