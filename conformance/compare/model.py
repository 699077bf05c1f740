"""What a comparison comes to: the one value that every writer of it reads."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from conformance.verdict.model import Kind, Verdict

SCHEMA_VERSION = 1


class Change(StrEnum):
    """What has become of a case between two runs, in the order in which people want to see it.

    A known deviation conforms, so a regression is a case that conformed and fails, or one that fails in another way.
    """

    REGRESSION = "regression"
    DEVIATES = "deviates-now"
    NO_DEVIATION = "no-longer-deviates"
    FIX = "fix"
    FLAKY = "flaky"
    REPLY = "reply-changed"
    JUDGED = "judged-differently"
    NO_ANSWER = "no-answer"
    NOT_TESTED = "not-tested"
    NEW = "new"
    GONE = "gone"
    NONE = "same"


DIFFERENT = (Change.REGRESSION, Change.DEVIATES, Change.NO_DEVIATION, Change.FIX, Change.REPLY)
"""The changes that say that a server has changed."""

_WORDS = {
    Change.REGRESSION: ("regression", "regressions"),
    Change.DEVIATES: ("deviates now", "deviate now"),
    Change.NO_DEVIATION: ("no longer deviates", "no longer deviate"),
    Change.FIX: ("fix", "fixes"),
    Change.REPLY: ("with another reply", "with other replies"),
}

NOT_COMPARED = (Change.NO_ANSWER, Change.NOT_TESTED, Change.NEW, Change.GONE)
"""The changes that say that one of the runs has nothing to say about a case."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the runs. `name` is its folder as given; `notes` say what makes less of it than a whole run."""

    name: str
    url: str
    build: str
    started: str
    answer: str
    cases: int
    requests: int
    has_replies: bool = True
    notes: tuple[str, ...] = ()


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something about the runs that is not the same for all: what it is, and what each of them has."""

    name: str
    values: tuple[str, ...]


class ReplyChange(msgspec.Struct, frozen=True, kw_only=True):
    """One reply, before and after, in its normal form. `step` counts from 1; None is a request that was not sent."""

    step: int
    before: str | None
    after: str | None


class Place:
    """What a case's id says of where it belongs."""

    id: str

    @property
    def function(self) -> str:
        """The first part of the id."""
        return self.id.split("/")[0]

    @property
    def field(self) -> str:
        """The second part of the id: a field, or what the case is about."""
        return (*self.id.split("/"), "")[1]


class CaseChange(Place, msgspec.Struct, frozen=True, kw_only=True):
    """A case that is not the same in two runs. A verdict is None where the case was not reported.

    `why` says in a sentence what the change is; `replies` are those that changed, in the order of the requests.
    """

    id: str
    title: str
    change: Change
    before: Verdict | None
    after: Verdict | None
    why: str
    replies: tuple[ReplyChange, ...] = ()


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many cases of one function, or about one field, changed in which way."""

    name: str
    counts: Mapping[Change, int]


class DeviationChange(msgspec.Struct, frozen=True, kw_only=True):
    """A known deviation that not the same cases show: how many did, and do now, of those that conform in both."""

    id: str
    title: str
    severity: str
    effect: str
    before: int
    after: int


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """How long replies took, in seconds: the median, and the quartiles on both sides of it."""

    low: float
    median: float
    high: float


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """A function whose replies take longer or shorter now. `factor` is the median of after divided by before."""

    function: str
    requests: int
    before: Waits
    after: Waits
    factor: float


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs, by their places among the sides. `same` cases do not differ, `unanswered` ones neither run answered.

    There were `cases` in all. `gaps` say, with the name of the run, what one of them never answered although it was to.
    `has_replies` is whether replies were compared, and not only verdicts.
    """

    before: int
    after: int
    cases: int
    gaps: tuple[str, ...]
    has_replies: bool
    changes: tuple[CaseChange, ...]
    same: int
    unanswered: int
    functions: tuple[Tally, ...]
    fields: tuple[Tally, ...]
    deviations: tuple[DeviationChange, ...]
    shifts: tuple[Shift, ...]

    def of(self, *changes: Change) -> tuple[CaseChange, ...]:
        """The cases that changed in one of these ways."""
        return tuple(case for case in self.changes if case.change in changes)

    @property
    def compared(self) -> int:
        """How many cases were answered in both runs, and steadily."""
        return self.same + len(self.of(*DIFFERENT, Change.JUDGED))

    @property
    def counts(self) -> dict[Change, int]:
        """How many cases changed in each way that occurs."""
        return {change: n for change in Change if (n := len(self.of(change)))}

    @property
    def exit_code(self) -> int:
        """1 a regression; 3 none, but something was not compared that was to be, or everything; else 0."""
        if self.of(Change.REGRESSION):
            return 1
        return 3 if self.gaps or not self.compared else 0

    @property
    def answer(self) -> str:
        """What the two runs come to, in one line."""
        return f"{self._change}{self._rest}{''.join(f' {gap}.' for gap in self.gaps)}"

    @property
    def _change(self) -> str:
        found, judged = ", ".join(self._found), len(self.of(Change.JUDGED))
        if self.of(Change.REGRESSION):
            return f"Worse: {found}, {self._of}."
        if self.gaps:
            told = found or (f"{judged} judged differently" if judged else "")
            same = ", and the same" * (not told and self.compared > 0)
            return f"No answer: {told}{', ' * bool(told)}{self._so_far}{same}."
        if not self.compared:
            return "Nothing to compare: no case was answered in both runs."
        if found:
            return f"Changed, without a regression: {found}, {self._of}."
        if judged:
            return f"The same replies: {judged} judged differently, {self._of}."
        return f"The same: no difference, {self._of}."

    @property
    def _of(self) -> str:
        """How many cases were compared, and of how many where it was not all of them."""
        return f"of {self._so_far.partition(' of ')[2]}" if self.compared == self.cases else self._so_far

    @property
    def _so_far(self) -> str:
        alone = "" if self.has_replies else " by verdict alone"
        return f"{self.compared:,} of {_counted(self.cases, 'case')} compared{alone}"

    @property
    def _found(self) -> list[str]:
        """How many cases changed in each way that says that a server has changed."""
        return [f"{n:,} {_WORDS[change][n != 1]}" for change in DIFFERENT if (n := len(self.of(change)))]

    @property
    def _rest(self) -> str:
        flaky, silent = len(self.of(Change.FLAKY)), len(self.of(*NOT_COMPARED))
        return f" {flaky} flaky." * bool(flaky) + f" {silent} not compared." * bool(silent)


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One case in one run. `replies` is a letter: runs with the same one sent the same replies."""

    kind: Kind | None
    replies: str = ""
    is_flaky: bool = False


class Row(Place, msgspec.Struct, frozen=True, kw_only=True):
    """One case in all runs. `change` is the first, in the order of `Change`, of a later run beside the first one."""

    id: str
    cells: tuple[Cell, ...]
    change: Change


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two or more runs. Each later one is compared with the first, in `pairs`; `rows` put all side by side.

    `rows` begin with the cases that differ.
    """

    schema: int = SCHEMA_VERSION
    sides: tuple[Side, ...]
    facts: tuple[Fact, ...]
    pairs: tuple[Pair, ...]
    rows: tuple[Row, ...]

    @property
    def exit_code(self) -> int:
        """1 if some run is a regression from the first, else 3 if there is no answer for some run, else 0."""
        codes = {pair.exit_code for pair in self.pairs}
        return next((code for code in (1, 3) if code in codes), 0)

    @property
    def answer(self) -> str:
        """What it comes to, in one line."""
        if len(self.pairs) == 1:
            return self.pairs[0].answer
        worse, open, whole = ([pair for pair in self.pairs if pair.exit_code == code] for code in (1, 3, 0))
        other = sum(bool(pair.of(*DIFFERENT)) for pair in whole)
        unknown = f", {len(open)} without an answer" * bool(open)
        told = f"{len(worse)} worse, {other} changed, {len(whole) - other} the same{unknown}"
        gaps = dict.fromkeys(gap for pair in self.pairs for gap in pair.gaps)
        runs = _counted(len(self.pairs), "run")
        return f"{told}, of {runs} beside the first.{''.join(f' {gap}.' for gap in gaps)}"

    @property
    def differing(self) -> tuple[Row, ...]:
        """The cases that are not the same everywhere."""
        return tuple(row for row in self.rows if row.change is not Change.NONE)

    @property
    def alike(self) -> tuple[Row, ...]:
        """The cases that are."""
        return tuple(row for row in self.rows if row.change is Change.NONE)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def to_json(comparison: Comparison) -> bytes:
    """The comparison as JSON, indented for people, with what it comes to."""
    told = {"schema": comparison.schema, "answer": comparison.answer, "exit_code": comparison.exit_code}
    return msgspec.json.format(msgspec.json.encode(told | msgspec.to_builtins(comparison)), indent=1) + b"\n"
