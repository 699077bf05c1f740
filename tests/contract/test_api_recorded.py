"""Every recorded exchange of the functions described, and the rows that it changed, follow from the contract."""

import pytest

from conformance.contract.model import Dialect
from conformance.contract.outcome import Outcome
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
)
from tests.support.asking import CONTRACT, printed

pytestmark = pytest.mark.untraced

FUNCTIONS = ("add_dnc_phone", "delete_dnc_phone", "add_list")

SCENARIOS = [scenario for function in FUNCTIONS for scenario in api_scenarios(function)]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.id)
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
