"""Recorded scenarios of functions that change rows, judged as if a case had just sent them."""

import pytest

from conformance.verdict.model import Expect, Pass, VerdictKind, kind
from tests.support.api import ApiScenario, api_scenarios
from tests.support.asking import judged_as
from tests.support.some import portion

pytestmark = pytest.mark.untraced

CHANGING = ("add_dnc_phone", "delete_dnc_phone", "add_list", "update_list")
SCENARIOS = [scenario for function in CHANGING for scenario in api_scenarios(function)]


@pytest.mark.parametrize("scenario", portion(SCENARIOS, 0.1), ids=lambda s: s.id)
def test_a_recording_passes_or_deviates(scenario: ApiScenario) -> None:
    assert kind(judged_as(scenario).verdict) in (VerdictKind.PASS, VerdictKind.DEVIATION)
    assert judged_as(scenario, expect=Expect.SHIPPED).verdict == Pass()
