"""What a comparison comes to: the one value that every writer of it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from conformance.upgrade.effect import ClientEffect, counted
from conformance.verdict.model import Verdict, VerdictKind

SCHEMA_VERSION = 2

EFFECT_EXIT_CODE = 5
"""The exit code where a client feels what `--fail-on` names, and nothing is a regression."""


class ChangeKind(StrEnum):
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


DIFFERENT = (ChangeKind.REGRESSION, ChangeKind.DEVIATES, ChangeKind.NO_DEVIATION, ChangeKind.FIX, ChangeKind.REPLY)
"""The changes that say that a server has changed."""

_JUDGED = {ChangeKind.REGRESSION: ("regression", "regressions"), ChangeKind.FIX: ("fix", "fixes")}
"""The changes of verdicts that an answer names, besides what a client feels."""

LOOKS = tuple(str(one.value) for one in (*ClientEffect, *(change for change in ChangeKind if change not in DIFFERENT)))
"""All that can be said of a case, in the order in which people want to see it."""

NOT_COMPARED = (ChangeKind.NO_ANSWER, ChangeKind.NOT_TESTED, ChangeKind.NEW, ChangeKind.GONE)
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


class CasePlace:
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


class Changed(CasePlace):
    """What has become of a case: of its verdict, and what a client feels of that, if it says anything of a server."""

    change: ChangeKind
    effect: ClientEffect | None

    @property
    def look(self) -> str:
        """What a client feels; where that says nothing of the server, what has become of the case."""
        return (self.effect or self.change).value

    @property
    def danger(self) -> tuple[int, int]:
        """The least is what people must see first: what a client feels, and then what has become of the verdict."""
        return LOOKS.index(self.look), list(ChangeKind).index(self.change)


class CaseChange(Changed, msgspec.Struct, frozen=True, kw_only=True):
    """A case that is not the same in two runs. A verdict is None where the case was not reported.

    `effect` is what a client feels; None if the change says nothing of the server. `step` is the request that shows it,
    from 1, and `curl` a line that repeats it. `why` says in a sentence what has become of the verdict; `replies` are
    those that changed, in the order of the requests.
    """

    id: str
    title: str
    change: ChangeKind
    effect: ClientEffect | None = None
    step: int | None = None
    curl: str | None = None
    before: Verdict | None
    after: Verdict | None
    why: str
    replies: tuple[ReplyChange, ...] = ()


class EffectTally(msgspec.Struct, frozen=True, kw_only=True):
    """How many cases of one function, or about one field, a client feels in which way."""

    name: str
    counts: Mapping[ClientEffect, int]


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
    `has_replies` is whether replies were compared, and not only verdicts. `unseen` are the cases that servers of these
    builds are known to store otherwise although they reply alike.
    """

    before: int
    after: int
    cases: int
    gaps: tuple[str, ...]
    has_replies: bool
    changes: tuple[CaseChange, ...]
    same: int
    unanswered: int
    functions: tuple[EffectTally, ...]
    fields: tuple[EffectTally, ...]
    deviations: tuple[DeviationChange, ...]
    shifts: tuple[Shift, ...]
    unseen: tuple[str, ...] = ()

    def of(self, *changes: ChangeKind) -> tuple[CaseChange, ...]:
        """The cases that changed in one of these ways."""
        return tuple(case for case in self.changes if case.change in changes)

    @property
    def effects(self) -> dict[ClientEffect, int]:
        """How many cases a client feels in each way that occurs, the most dangerous first."""
        return {effect: n for effect in ClientEffect if (n := len(self.with_effect(effect)))}

    def with_effect(self, *effects: ClientEffect) -> tuple[CaseChange, ...]:
        """The cases that a client feels in one of these ways."""
        return tuple(case for case in self.changes if case.effect in effects)

    @property
    def compared(self) -> int:
        """How many cases were answered in both runs, and steadily."""
        return self.same + len(self.of(*DIFFERENT, ChangeKind.JUDGED))

    @property
    def counts(self) -> dict[ChangeKind, int]:
        """How many cases changed in each way that occurs."""
        return {change: n for change in ChangeKind if (n := len(self.of(change)))}

    @property
    def exit_code(self) -> int:
        """1 a regression; 3 none, but something was not compared that was to be, or everything; else 0."""
        if self.of(ChangeKind.REGRESSION):
            return 1
        return 3 if self.gaps or not self.compared else 0

    @property
    def answer(self) -> str:
        """What the two runs come to, in one line."""
        return f"{self._change}{self._rest}{''.join(f' {gap}.' for gap in self.gaps)}"

    @property
    def _change(self) -> str:
        found, judged = self._found, len(self.of(ChangeKind.JUDGED))
        if self.of(ChangeKind.REGRESSION):
            return f"Worse: {found}, {self._of}."
        if self.gaps:
            told = found or (f"{judged} judged differently" if judged else "")
            same = ", and the same" * (not told and self.compared > 0)
            return f"No answer: {told}{', ' * bool(told)}{self._so_far}{same}."
        if not self.compared:
            return "Nothing to compare: no case was answered in both runs."
        if found:
            return f"{self._changed}: {found}, {self._of}."
        told = f"{judged} judged differently" if judged else "no difference"
        return f"The same{' replies' * bool(judged or self.unseen)}: {told}, {self._of}."

    @property
    def _of(self) -> str:
        """How many cases were compared, and of how many where it was not all of them."""
        return f"of {self._so_far.partition(' of ')[2]}" if self.compared == self.cases else self._so_far

    @property
    def _so_far(self) -> str:
        alone = "" if self.has_replies else " by verdict alone"
        return f"{self.compared:,} of {_counted(self.cases, 'case')} compared{alone}"

    @property
    def _changed(self) -> str:
        """How an answer begins where no verdict is worse: nothing is called harmless that a client may feel as harm."""
        if ClientEffect.FAILS in self.effects:
            return "Worse for clients"
        is_harmless = self.effects.keys().isdisjoint((ClientEffect.STORED, ClientEffect.UNKNOWN))
        return "Changed, and no call fails that succeeded before" if is_harmless else "Changed"

    @property
    def _found(self) -> str:
        """How many cases changed in each way that says that a server has changed."""
        judged = [f"{n:,} {words[n != 1]}" for change, words in _JUDGED.items() if (n := len(self.of(change)))]
        return "; ".join(filter(None, (", ".join(judged), ", ".join(counted(self.effects)))))

    @property
    def _rest(self) -> str:
        numbers = {
            "flaky": len(self.of(ChangeKind.FLAKY)),
            "not compared": len(self.of(*NOT_COMPARED)),
            "answered in neither run": self.unanswered,
            "known to be stored otherwise, unseen": len(self.unseen),
        }
        return "".join(f" {number:,} {what}." for what, number in numbers.items() if number)


class RunCell(msgspec.Struct, frozen=True, kw_only=True):
    """One case in one run. `replies` is a letter: runs with the same one sent the same replies."""

    kind: VerdictKind | None
    replies: str = ""
    is_flaky: bool = False


class CaseRow(Changed, msgspec.Struct, frozen=True, kw_only=True):
    """One case in all runs. `change` and `effect` are the most dangerous of a later run beside the first one."""

    id: str
    cells: tuple[RunCell, ...]
    change: ChangeKind
    effect: ClientEffect | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two or more runs. Each later one is compared with the first, in `pairs`; `rows` put all side by side.

    `rows` begin with the cases that differ. `fail_on` is what a client must not feel.
    """

    schema: int = SCHEMA_VERSION
    sides: tuple[Side, ...]
    facts: tuple[Fact, ...]
    pairs: tuple[Pair, ...]
    rows: tuple[CaseRow, ...]
    fail_on: tuple[ClientEffect, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 if some run is a regression; else 5 for what `--fail-on` names; else 3 without an answer; else 0."""
        codes = {pair.exit_code for pair in self.pairs}
        if any(pair.with_effect(*self.fail_on) for pair in self.pairs):
            codes.add(EFFECT_EXIT_CODE)
        return next((code for code in (1, EFFECT_EXIT_CODE, 3) if code in codes), 0)

    @property
    def answer(self) -> str:
        """What it comes to, in one line."""
        asked = f" Exit code {EFFECT_EXIT_CODE}, as asked with --fail-on." * (self.exit_code == EFFECT_EXIT_CODE)
        return (self.pairs[0].answer if len(self.pairs) == 1 else self._counts) + asked

    @property
    def _counts(self) -> str:
        """How many runs came to what."""
        found = Counter(_sort(pair) for pair in self.pairs)
        told = ", ".join(f"{found[sort]} {sort}" for sort in _SORTS if found[sort])
        gaps = dict.fromkeys(gap for pair in self.pairs for gap in pair.gaps)
        runs = _counted(len(self.pairs), "run")
        return f"{told}, of {runs} beside the first.{''.join(f' {gap}.' for gap in gaps)}"

    @property
    def differing(self) -> tuple[CaseRow, ...]:
        """The cases that are not the same everywhere."""
        return tuple(row for row in self.rows if row.change is not ChangeKind.NONE)

    @property
    def alike(self) -> tuple[CaseRow, ...]:
        """The cases that are."""
        return tuple(row for row in self.rows if row.change is ChangeKind.NONE)


_SORTS = ("worse", "worse for clients", "without an answer", "changed", "the same")


def _sort(pair: Pair) -> str:
    if pair.of(ChangeKind.REGRESSION):
        return "worse"
    if pair.with_effect(ClientEffect.FAILS):
        return "worse for clients"
    if pair.exit_code:
        return "without an answer"
    return "changed" if pair.of(*DIFFERENT) else "the same"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def to_json(comparison: Comparison) -> bytes:
    """The comparison as JSON, indented for people, with what it comes to."""
    told = {"schema": comparison.schema, "answer": comparison.answer, "exit_code": comparison.exit_code}
    return msgspec.json.format(msgspec.json.encode(told | msgspec.to_builtins(comparison)), indent=1) + b"\n"
