"""Every recorded scenario judged as if a case had just sent it."""

from functools import cache
from itertools import permutations

import pytest

from conformance.contract.outcome import Outcome
from conformance.contract.predict import predict
from conformance.contract.settings import Dialect, ServerSettings, SqlErrors
from conformance.exchange import Exchange, Reply
from conformance.verdict.model import Deviates, Expect, Fail, Pass, VerdictKind, every_difference, kind
from tests.support.asking import CONTRACT, judged, judged_as, printed
from tests.support.recordings import SETTINGS, Scenario, scenarios
from tests.support.world import hypotheses, world_of

pytestmark = pytest.mark.untraced

FILES = pytest.mark.parametrize("stem", SETTINGS)
CLOCK = {"date": "2026-11-21 19:06:14", "epoch": "1795287974", "build_date": "250720-1841"}
CLOCK |= {"dst": "0", "tz": "-5.00", "tz_now": "-5.00"}


def as_documented(scenario: Scenario) -> tuple[Exchange, ...] | None:
    """What a server that keeps to the documentation would have answered; None where the documentation is silent."""
    world, told = world_of(scenario), []
    for exchange in scenario.exchanges:
        end = predict(CONTRACT, world, exchange.request, Dialect.DOCUMENTED)
        if not isinstance(end, Outcome) or any(not a.form(CONTRACT).documented for a in end.answers):
            return None
        body = printed(end, Dialect.DOCUMENTED, CLOCK)
        told.append(Exchange(exchange.request, Reply(end.status, "text/html; charset=utf-8", body)))
        world = world.after(end.changes)
    return tuple(told)


@cache
def documented_server(stem: str) -> list[tuple[Scenario, tuple[Exchange, ...]]]:
    """The scenarios of a file of which the documentation speaks, with its own replies."""
    return [(scenario, told) for scenario in scenarios(stem) if (told := as_documented(scenario))]


@FILES
def test_recordings_pass_or_deviate_on_their_own_build(stem: str) -> None:
    verdicts = {scenario.id: judged_as(scenario).verdict for scenario in scenarios(stem)}
    assert {id: verdict for id, verdict in verdicts.items() if not isinstance(verdict, Pass | Deviates)} == {}


@FILES
def test_recordings_are_explained_by_their_own_settings_when_these_are_not_known(stem: str) -> None:
    others = {}
    for scenario in scenarios(stem):
        judgement = judged(*scenario.exchanges, worlds=hypotheses(scenario.settings, more=scenario.is_more))
        if scenario.settings not in judgement.settings or not isinstance(judgement.verdict, Pass | Deviates):
            others[scenario.id] = judgement
    assert others == {}


@FILES
def test_recordings_pass_where_the_shipped_form_is_expected(stem: str) -> None:
    others = [s.id for s in scenarios(stem) if judged_as(s, expect=Expect.SHIPPED).verdict != Pass()]
    assert others == []


@FILES
def test_a_deviation_is_a_fail_where_the_documented_form_is_expected(stem: str) -> None:
    wanted, got = {}, {}
    for scenario in scenarios(stem):
        either = judged_as(scenario).verdict
        deviates = isinstance(either, Pass | Deviates) and not rests_on_silence(either)
        wanted[scenario.id] = VerdictKind.FAIL if deviates else VerdictKind.PASS
        got[scenario.id] = kind(judged_as(scenario, expect=Expect.DOCUMENTED).verdict)
    assert got == wanted


def rests_on_silence(verdict: Pass | Deviates) -> bool:
    """Whether every difference is that the documentation does not speak of such a request or reply at all."""
    return all(difference.documented is None for difference in every_difference(verdict))


@FILES
@pytest.mark.parametrize("expect", [Expect.EITHER, Expect.DOCUMENTED])
def test_a_server_that_keeps_to_the_documentation_passes(stem: str, expect: Expect) -> None:
    others = [
        scenario.id
        for scenario, told in documented_server(stem)
        if judged(*told, worlds=[world_of(scenario)], expect=expect).verdict != Pass()
    ]
    assert others == []


@FILES
def test_documented_forms_are_refused_where_the_shipped_ones_are_expected(stem: str) -> None:
    wanted, got = {}, {}
    for scenario, told in documented_server(stem):
        if any(exchange.request.encoded_on_the_way for exchange in told):
            continue  # so answers a server behind a gateway that encodes what was sent raw
        same = [e.result for e in told] == [e.result for e in scenario.exchanges]
        wanted[scenario.id] = VerdictKind.PASS if same else VerdictKind.FAIL
        verdict = judged(*told, worlds=[world_of(scenario)], expect=Expect.SHIPPED).verdict
        got[scenario.id] = kind(verdict)
    assert got == wanted


APART = [
    (one, other)
    for one, other in permutations(dict.fromkeys(SETTINGS.values()), 2)
    if {one.sql_errors, other.sql_errors} != {SqlErrors.IGNORED}  # there SQL modes differ in what is stored, not told
]


@pytest.mark.parametrize(("recorded", "claimed"), APART, ids=str)
def test_a_recording_of_one_server_is_not_explained_by_another_where_they_differ(
    recorded: ServerSettings, claimed: ServerSettings
) -> None:
    own = (s for s in scenarios() if s.settings == recorded)
    assert any(isinstance(judged_as(s, claimed).verdict, Fail) for s in own)
