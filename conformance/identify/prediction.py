"""What each hypothesis says a server answers to a case, worked out once for all settings that answer alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from conformance.cases.expand import Ground, requests, world
from conformance.cases.model import Case
from conformance.contract.contract import Contract
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.predict import predict
from conformance.contract.reply import Line, Shape
from conformance.contract.request import Request
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.watched import Watched
from conformance.contract.world import World
from conformance.exchange import Exchange, Reply
from conformance.identify.hypothesis import Hypothesis


@dataclass(frozen=True, slots=True)
class Expected:
    """One reply: its HTTP status, and its lines as one dialect prints them."""

    status: int
    lines: tuple[Line, ...]

    def fits(self, reply: Reply) -> bool:
        """Whether a reply is this one."""
        pattern = "".join(f"{_pattern(line)}\n" for line in self.lines)
        return reply.status == self.status and re.fullmatch(pattern, reply.body) is not None


def _pattern(line: Line) -> str:
    fields = (part.pattern if isinstance(part, Shape) else re.escape(part) for part in line.fields)
    return re.escape(str(replace(line, fields=()))) + r"\|".join(fields)


@dataclass(frozen=True, eq=False)
class Replies:
    """The replies to a case, up to the first of which nothing is said; what comes after that one may be anything.

    Those that are the same are one object, so that many hypotheses are told apart quickly.
    """

    steps: tuple[Expected, ...]


def apart(one: Replies, other: Replies) -> bool:
    """Whether some reply is another in the one than in the other."""
    return any(mine != its for mine, its in zip(one.steps, other.steps, strict=False))


def explains(expected: Replies, exchanges: Sequence[Exchange]) -> bool:
    """Whether what came back is what was expected, as far as it was."""
    pairs = zip(expected.steps, exchanges, strict=False)
    return all(isinstance(one.result, Reply) and said.fits(one.result) for said, one in pairs)


@dataclass
class Predictions:
    """The replies that are expected of servers, each worked out when it is first asked for."""

    contract: Contract
    ground: Ground
    numbers: Mapping[str, int]
    settings: frozenset[ServerSettings]
    _outcomes: dict[tuple[str, Dialect, ServerSettings], tuple[Outcome, ...]] = field(default_factory=dict)
    _printed: dict[tuple[int, Dialect], Replies] = field(default_factory=dict)
    _same: dict[tuple[Expected, ...], Replies] = field(default_factory=dict)
    _sent: dict[str, tuple[Request, ...]] = field(default_factory=dict)

    @cached_property
    def _start(self) -> World:
        return world(self.contract, self.ground, ServerSettings())

    def replies(self, case: Case, hypothesis: Hypothesis) -> Replies:
        """What a server answers if it is what the hypothesis says."""
        key = (case.id, hypothesis.rules, hypothesis.settings)
        if key not in self._outcomes:
            self._work_out(case, hypothesis.rules, hypothesis.settings)
        return self._print(self._outcomes[key], hypothesis.form)

    def _print(self, outcomes: tuple[Outcome, ...], form: Dialect) -> Replies:
        key = (id(outcomes), form)  # they are kept, so that no other can take their identity
        if key not in self._printed:
            steps = tuple(self._expected(outcome, form) for outcome in outcomes)
            self._printed[key] = self._same.setdefault(steps, Replies(steps))
        return self._printed[key]

    def _expected(self, outcome: Outcome, form: Dialect) -> Expected:
        """A line whose form in that dialect is unknown is expected in the one that is known."""
        forms = (form, *Dialect)
        printed = (next(filter(None, (answer.line(self.contract, f) for f in forms))) for answer in outcome.answers)
        return Expected(outcome.status, tuple(printed))

    def _work_out(self, case: Case, rules: Dialect, settings: ServerSettings) -> None:
        """Predict for these settings, and for all others of which the prediction would have asked the same."""
        watched = Watched(settings)
        if case.id not in self._sent:
            self._sent[case.id] = requests(case, self.ground, self.numbers[case.id])
        outcomes = self._followed(self._sent[case.id], watched, rules)
        for other in self.settings:
            if watched.answers_alike(other):
                self._outcomes[case.id, rules, other] = outcomes

    def _followed(self, sent: Sequence[Request], watched: Watched, rules: Dialect) -> tuple[Outcome, ...]:
        state = replace(self._start, settings=watched.as_settings())
        outcomes = []
        for request in sent:
            end = predict(self.contract, state, request, rules)
            if isinstance(end, Unspecified) or end.table is not None:
                break
            outcomes.append(end)
            state = state.after(end.changes)
        return tuple(outcomes)
