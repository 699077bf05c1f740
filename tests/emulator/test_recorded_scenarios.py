"""The emulator answers every recorded request as the recorded server did, and is left with the same rows."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from conformance.emulator.config import Config
from conformance.exchange import Exchange, Reply
from tests.emulator.asgi import FakeClock, emulator
from tests.support.recordings import Probe, Scenario, probes, scenarios
from tests.support.rows import dids_after
from tests.support.world import world_of

pytestmark = pytest.mark.untraced

NOT_KNOWN = 501
"""What the emulator says where it would have to invent a reply."""

ACCESS_CHECKS = ("as-", "wrong-password", "no-source", "short-source")
SAMPLED = ("campaigns_list", "agent_status", "add_lead")
UNNAMED_REPLIES = {
    "add_lead/example-1": "it adds a lead, which no contract describes",
}
"""Recorded replies of the sampled functions that are left out although they may look like refusals, and why."""


def recorded(exchange: Exchange) -> Reply:
    assert isinstance(exchange.result, Reply)
    return exchange.result


def set_to(clock: FakeClock, body: str) -> None:
    """Turn the clock to the moment that a recorded body shows, if it shows one."""
    shown = re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", body)
    if shown:
        clock.now = datetime.fromisoformat(shown[0]).replace(tzinfo=UTC).timestamp()


def is_access_check(probe: Probe) -> bool:
    """Whether the reply is that of a check before the function's own work, or of its required field."""
    needs_field = probe.function != "campaigns_list" and probe.name == "bare"
    required = ("without-agent_user", "stripped-agent_user", "without-phone_number", "stripped-phone_number")
    return probe.name.startswith(ACCESS_CHECKS) or needs_field or probe.name in required


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s.id)
def test_a_recorded_scenario_is_answered_alike_and_leaves_the_same_rows(scenario: Scenario) -> None:
    clock, world = FakeClock(), world_of(scenario)
    config = Config(settings=scenario.settings, rows=tuple(row for kind in world.held for row in world.rows(kind)))
    with emulator(replace(config, users={**config.users, "8008": world.users["8008"]}), clock) as it:
        for exchange in scenario.exchanges:
            set_to(clock, recorded(exchange).body)
            assert it.ask(exchange.request) == recorded(exchange)
        assert dids_after(it.store) == list(scenario.rows)


@pytest.mark.parametrize("probe", [p for p in probes() if p.function == "version"], ids=lambda p: p.id)
def test_version_answers_everybody_as_recorded(probe: Probe) -> None:
    clock = FakeClock()
    set_to(clock, recorded(probe.exchange).body)
    with emulator(clock=clock) as it:
        assert it.ask(probe.exchange.request) == recorded(probe.exchange)


@pytest.mark.parametrize(
    "probe",
    [p for p in probes() if p.function in SAMPLED and is_access_check(p) and p.name != "as-1001"],
    ids=lambda p: p.id,
)
def test_a_sampled_function_refuses_as_recorded(probe: Probe) -> None:
    with emulator() as it:
        assert it.ask(probe.exchange.request) == recorded(probe.exchange)


def test_a_user_below_level_7_fails_and_is_locked_as_in_the_whole_recorded_sequence() -> None:
    exchanges = [p.exchange for p in probes() if p.name == "as-1001" and p.function != "version"]
    with emulator() as it:
        assert [it.ask(e.request).body for e in exchanges] == [recorded(e).body for e in exchanges]


@pytest.mark.parametrize("id", UNNAMED_REPLIES)
def test_a_reply_that_no_contract_describes_is_not_invented(id: str) -> None:
    probe = next(p for p in probes() if p.id == id)
    with emulator() as it:
        assert it.ask(probe.exchange.request).status == NOT_KNOWN
