"""One recorded exchange for each distinct form of reply, with what came before it in its scenario."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from conformance.contract.settings import Dialect
from conformance.exchange import Exchange, Reply
from conformance.verdict.judge import Judgement
from conformance.verdict.model import Expect
from tests.support.asking import judged, outcome
from tests.support.recordings import Scenario, scenarios
from tests.support.world import recorded_world

LINES_AT_MOST = 6
"""The one recorded reply with more, of 183 lines, is a batch like the shorter ones."""


@dataclass(frozen=True)
class Form:
    """A recorded exchange that stands for all with the same replies by name and status."""

    scenario: Scenario
    step: int

    @property
    def id(self) -> str:
        """The scenario, with the step where it is not the first."""
        return f"{self.scenario.id}[{self.step}]" if self.step else self.scenario.id

    @property
    def exchange(self) -> Exchange:
        """The recorded exchange."""
        return self.scenario.exchanges[self.step]

    @property
    def reply(self) -> Reply:
        """The recorded reply."""
        result = self.exchange.result
        assert isinstance(result, Reply)
        return result

    def judged(self, expect: Expect = Expect.EITHER, **changed: str | int) -> Judgement:
        """The judgement on the recorded server, had it sent this reply with these changes."""
        told = replace(self.exchange, result=replace(self.reply, **changed))  # type: ignore[arg-type]
        before = self.scenario.exchanges[: self.step]
        return judged(*before, told, worlds=[recorded_world(self.scenario.settings)], expect=expect)


def reply_forms() -> list[Form]:
    """All forms of the recordings but overlong ones."""
    found: dict[object, Form] = {}
    for scenario in scenarios():
        for key, form in _forms(scenario).items():
            found.setdefault(key, form)
    return list(found.values())


def _forms(scenario: Scenario) -> Mapping[object, Form]:
    found: dict[object, Form] = {}
    world = recorded_world(scenario.settings)
    for step, exchange in enumerate(scenario.exchanges):
        end = outcome(exchange.request, Dialect.SHIPPED, world)
        world = world.after(end.changes)
        names = tuple((answer.function, answer.name) for answer in end.answers)
        if len(names) <= LINES_AT_MOST:
            found.setdefault((names, end.status, exchange.request.method == "HEAD"), Form(scenario, step))
    return found
