"""Every recorded exchange of the functions described, and the rows that it changed, follow from the contract."""

import pytest

from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.predict import predict
from conformance.contract.reply import LINE_ASPECTS, Shape, matches, parse_reply
from conformance.contract.settings import Dialect
from conformance.contract.world import Change, LoginFailed, MayChange, World
from conformance.exchange import Reply
from tests.support.api import (
    ApiScenario,
    api_scenarios,
    changed_rows,
    failed_logins,
    found_by,
    prepared,
    rows_of,
    sorted_rows,
    tables_of,
    unreproduced,
)
from tests.support.asking import CONTRACT, printed
from tests.support.some import portion

pytestmark = pytest.mark.untraced

FUNCTIONS = (
    "add_dnc_phone",
    "delete_dnc_phone",
    "add_list",
    "update_list",
    "campaigns_list",
    "list_info",
    "agent_status",
    "add_fpg_phone",
    "delete_fpg_phone",
    "list_custom_fields",
    "moh_list",
)

SCENARIOS = [scenario for function in FUNCTIONS for scenario in api_scenarios(function)]
LEFT = [scenario for scenario in SCENARIOS if scenario.id in unreproduced()]


@pytest.mark.parametrize("scenario", portion((s for s in SCENARIOS if s not in LEFT), 0.3), ids=lambda s: s.id)
def test_a_recorded_scenario_is_predicted_in_status_body_and_rows(scenario: ApiScenario) -> None:
    ends, world = predicted(scenario)
    for exchange, end in zip(scenario.exchanges, ends, strict=True):
        assert isinstance(end, Outcome), end.why
        assert isinstance(exchange.result, Reply)
        assert (end.status, in_words(end, exchange.result)) == (exchange.result.status, exchange.result.body)
    changes = [change for end in ends for change in end.changes]
    before = found_by(CONTRACT, scenario)
    unknown = {table for change in changes if isinstance(change, MayChange) for table in tables_of(CONTRACT, change)}
    told = [row for row in rows_of(scenario) if not row["table"].startswith(tuple(unknown))]
    assert sorted_rows(changed_rows(CONTRACT, before, world)) == sorted_rows(told)
    assert sum(isinstance(change, LoginFailed) for change in changes) == failed_logins(scenario)


@pytest.mark.parametrize("scenario", LEFT, ids=lambda s: s.id)
def test_what_is_left_is_unspecified_and_never_a_guess(scenario: ApiScenario) -> None:
    ends, _ = predicted(scenario)
    assert any(isinstance(end, Unspecified) or (end.table is not None and end.table.is_open) for end in ends)


def test_no_more_is_left_than_is_listed_with_a_reason() -> None:
    assert {scenario.id for scenario in LEFT} == set(unreproduced())
    assert all(unreproduced().values())


def predicted(scenario: ApiScenario) -> tuple[list[Outcome | Unspecified], World]:
    """What the contract says of each exchange, and the world after them."""
    world, ends = prepared(CONTRACT, scenario), []
    for exchange in scenario.exchanges:
        end = predict(CONTRACT, world, exchange.request, Dialect.SHIPPED)
        changes: tuple[Change, ...] = end.changes
        ends.append(end)
        world = world.after(changes)
    return ends, world


def in_words(end: Outcome, reply: Reply) -> str:
    """The body of an outcome; where nobody can know a value beforehand, the one received, if it can be one."""
    if not any(isinstance(value, Shape) for answer in end.answers for value in answer.values.values()):
        return printed(end, Dialect.SHIPPED)
    lines = [answer.line(CONTRACT, Dialect.SHIPPED) for answer in end.answers]
    received = parse_reply(reply.body)
    same = len(lines) == len(received) and all(
        line is not None and matches(line, got, aspect)
        for line, got in zip(lines, received, strict=True)
        for aspect in LINE_ASPECTS
    )
    return reply.body if same else printed(end, Dialect.SHIPPED)
