"""Short ways to ask the contract and the judge something in a test."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from urllib.parse import urlencode

from conformance.contract.load import load_contract
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.world import World
from conformance.exchange import Exchange, Reply
from conformance.verdict.judge import CONTENT_TYPE, Judgement, judge
from conformance.verdict.model import Expect
from tests.support.api import ApiScenario, api_scenarios, prepared
from tests.support.recordings import Scenario, scenarios
from tests.support.world import recorded_world, world_of

CONTRACT = load_contract()


@cache
def by_evidence() -> Mapping[str, Scenario | ApiScenario]:
    """Scenarios by the name that deviations cite, `stem#name`; of a name that stands twice the first."""
    described = [scenario for function in CONTRACT.functions for scenario in api_scenarios(function)]
    return {scenario.id: scenario for scenario in (*reversed(described), *scenarios())}


def request(
    function: str, *, user: str = "6666", password: str = "1234", source: str = "test", **fields: str
) -> Request:
    """A call of a function, form-encoded as a careful client does."""
    return Request(urlencode({"source": source, "user": user, "pass": password, "function": function, **fields}))


def outcome(asked: Request, dialect: Dialect, world: World | None = None) -> Outcome:
    """The outcome that is predicted; fails if the dialect is silent."""
    predicted = predict(CONTRACT, world or recorded_world(), asked, dialect)
    assert isinstance(predicted, Outcome), predicted
    return predicted


def printed(predicted: Outcome, dialect: Dialect, known: Mapping[str, str] | None = None) -> str:
    """The body of a predicted outcome as one dialect prints it; `known` tells what nobody can know beforehand."""
    lines = [str(answer.line(CONTRACT, dialect, known)) for answer in predicted.answers]
    lines += predicted.table.lines(dialect) if predicted.table else ()
    return "".join(f"{line}\n" for line in lines)


def documented(asked: Request, world: World | None = None) -> str:
    """What the documentation promises in answer."""
    return printed(outcome(asked, Dialect.DOCUMENTED, world), Dialect.DOCUMENTED)


def shipped(asked: Request, world: World | None = None) -> str:
    """What servers send in answer."""
    return printed(outcome(asked, Dialect.SHIPPED, world), Dialect.SHIPPED)


def silence(asked: Request, dialect: Dialect, world: World | None = None) -> str:
    """Why a dialect is silent; fails if it is not."""
    predicted = predict(CONTRACT, world or recorded_world(), asked, dialect)
    assert isinstance(predicted, Unspecified), predicted
    return predicted.why


def answered(asked: Request, body: str, status: int = 200, content_type: str = CONTENT_TYPE) -> Exchange:
    """An exchange with this reply."""
    return Exchange(asked, Reply(status, content_type, body))


def judged(*exchanges: Exchange, worlds: list[World] | None = None, expect: Expect = Expect.EITHER) -> Judgement:
    """The judgement on exchanges with the recorded server."""
    return judge(CONTRACT, worlds or [recorded_world()], exchanges, expect)


def judged_as(
    scenario: Scenario | ApiScenario, settings: ServerSettings | None = None, expect: Expect = Expect.EITHER
) -> Judgement:
    """The judgement on a recorded scenario, as if a server with these settings (its own unless told) had answered."""
    before = world_of(scenario) if isinstance(scenario, Scenario) else prepared(CONTRACT, scenario)
    world = replace(before, settings=settings or scenario.settings)
    return judged(*scenario.exchanges, worlds=[world], expect=expect)
