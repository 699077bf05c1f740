"""What fuzzing finds: a finding is one defect, shown by the smallest input that shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from conformance.cases.make import needs_of
from conformance.cases.model import Case, Level, Step
from conformance.report.model import CaseResult
from conformance.run.record import Record
from conformance.verdict.model import Fail

REPLAY_SCHEMA = 2


class FindingKey(msgspec.Struct, frozen=True, order=True):
    """What makes two failures one defect: function, fields, the rules that their values meet, the aspect that is wrong.

    Of several fields, `field` and `rule` name each in the same order, with a plus between.
    """

    function: str
    field: str
    rule: str
    aspect: str

    def __str__(self) -> str:
        return f"{self.function}/{self.field}/{self.rule}/{self.aspect}"


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """An input that can be sent again, with the number that its DIDs had; `run` are the digits of that run.

    `search` names the property that it breaks.
    """

    schema: int = REPLAY_SCHEMA
    key: FindingKey
    search: str
    title: str
    clause: str
    level: str
    steps: tuple[Step, ...]
    run: str
    number: int
    summary: str
    replies: tuple[str, ...]
    curl: tuple[str, ...]

    def case(self) -> Case:
        """The input as a case."""
        id = f"{self.key.function}/fuzz/{self.search}"
        return Case(id, self.title, self.clause, Level(self.level), self.steps, needs=needs_of(self.steps))


@dataclass(frozen=True, slots=True)
class Finding:
    """A defect: confirmed by a second try, or unstable if it did not repeat. `search` names the property it breaks.

    `after` is how many requests had been sent when it first showed.
    """

    key: FindingKey
    search: str
    case: Case
    number: int
    record: Record
    stable: bool
    after: int

    @property
    def result(self) -> CaseResult:
        """What the report says of it."""
        return self.record.result

    @property
    def summary(self) -> str:
        """What is wrong, in one sentence."""
        verdict = self.result.verdict
        return verdict.summary if isinstance(verdict, Fail) else ""

    def replay(self, run: str) -> Replay:
        """What is saved of it."""
        return Replay(
            key=self.key,
            search=self.search,
            title=self.case.title,
            clause=self.case.clause,
            level=self.case.level.value,
            steps=self.case.steps,
            run=run,
            number=self.number,
            summary=self.summary,
            replies=tuple(call.body for call in self.result.calls),
            curl=tuple(call.curl for call in self.result.calls),
        )


@dataclass
class FuzzTally:
    """What a fuzzing run has covered: inputs, distinct reply forms, distinct (field, rule, outcome) combinations."""

    inputs: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    combinations: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def __str__(self) -> str:
        return f"{self.inputs} inputs, {len(self.forms)} reply forms, {len(self.combinations)} combinations"


class Now(StrEnum):
    """What has become of a finding."""

    FIXED = "fixed"
    STILL_THERE = "still there"
    DIFFERENT = "different now"
    NO_ANSWER = "no answer"
