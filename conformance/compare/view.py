"""What the writers show of a comparison: cases with the same change in one group. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.compare.model import (
    DIFFERENT,
    CaseChange,
    Change,
    Comparison,
    Pair,
    Tally,
    Waits,
)
from conformance.verdict.model import Fail, kind

HEADINGS = {
    Change.REGRESSION: "Regressions",
    Change.DEVIATES: "Deviates now: conformed without a known deviation before",
    Change.NO_DEVIATION: "No longer deviates: conforms without a known deviation now",
    Change.FIX: "Fixes",
    Change.REPLY: "Replies that changed, with the same verdict",
}

NAMED = {
    Change.FLAKY: "Flaky: failed, and not again when tried again",
    Change.JUDGED: "The same replies, judged differently",
    Change.NO_ANSWER: "No answer to compare",
    Change.NOT_TESTED: "Not tested on one side",
    Change.NEW: "New cases",
    Change.GONE: "Cases gone",
}


COLUMNS = {
    Change.REGRESSION: "regressions",
    Change.DEVIATES: "deviate now",
    Change.NO_DEVIATION: "no longer",
    Change.FIX: "fixes",
    Change.REPLY: "other replies",
}
"""What the columns of a roll-up are called."""


_MOST = 4
"""How many functions a sentence names."""


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that changed in the same way: the same deviations, or else the same first reply that changed.

    `verdicts` are the kinds before and after, with the deviations where these are what has changed; `before` and
    `after` are that reply of the first of the cases, None where it is not known.
    """

    verdicts: str
    step: int | None
    before: str | None
    after: str | None
    cases: tuple[CaseChange, ...]

    @property
    def summary(self) -> str | None:
        """What is wrong now with the first of them, if it fails."""
        verdict = self.cases[0].after
        return verdict.summary if isinstance(verdict, Fail) else None


def why(comparison: Comparison) -> str:
    """Why the answer is what it is, in one sentence."""
    regressions = [case for pair in comparison.pairs for case in pair.of(Change.REGRESSION)]
    if regressions:
        return f"What conformed fails now, or fails in another way: {_places(regressions)}."
    if any(pair.gaps for pair in comparison.pairs):
        return "So this says nothing of what one of the runs never answered: see below how far each run came."
    if not all(pair.compared for pair in comparison.pairs):
        return "So this says nothing of either server: see below what kept each case from being compared."
    changes = [case for pair in comparison.pairs for case in pair.of(*DIFFERENT)]
    if changes:
        return f"Nothing that conformed fails now, but a client sees other replies: {_places(changes)}."
    if any(pair.of(Change.JUDGED) for pair in comparison.pairs):
        return "The servers answered alike: another suite or another expectation judged them."
    return "Each reply is the same, but for the numbers, users and dates that belong to a run."


def _places(cases: Iterable[CaseChange]) -> str:
    functions = Counter(case.function for case in cases)
    return ", ".join(f"{name} ({number})" for name, number in functions.most_common(_MOST))


def fields(comparison: Comparison) -> tuple[str, ...]:
    """Every field of the cases, in alphabetical order."""
    return tuple(sorted({row.field for row in comparison.rows}))


def groups(cases: Iterable[CaseChange]) -> tuple[Group, ...]:
    """The cases by what changed, the most cases first."""
    found: dict[tuple[str | None, ...], list[CaseChange]] = {}
    for case in cases:
        is_by_deviation = case.change in (Change.DEVIATES, Change.NO_DEVIATION)
        found.setdefault((case.why,) if is_by_deviation else (_verdicts(case), *_first(case)), []).append(case)
    made = [Group(str(key[0]), _step(some[0]), *_first(some[0]), tuple(some)) for key, some in found.items()]
    return tuple(sorted(made, key=lambda group: -len(group.cases)))


def _first(case: CaseChange) -> tuple[str | None, str | None]:
    """The first reply that changed."""
    first = next(iter(case.replies), None)
    return (first.before, first.after) if first else (None, None)


def reasons(cases: Iterable[CaseChange]) -> tuple[tuple[str, tuple[CaseChange, ...]], ...]:
    """The cases by why nothing of them is compared, the most cases first."""
    found: dict[str, list[CaseChange]] = {}
    for case in cases:
        found.setdefault(case.why, []).append(case)
    return tuple(sorted(((why, tuple(some)) for why, some in found.items()), key=lambda pair: -len(pair[1])))


def tables(pair: Pair) -> tuple[tuple[str, tuple[Tally, ...]], ...]:
    """The changes by function and by field, where there is more than one of either."""
    return tuple((name, rows) for name, rows in (("function", pair.functions), ("field", pair.fields)) if len(rows) > 1)


def columns(rows: Iterable[Tally]) -> tuple[Change, ...]:
    """The changes that occur in a roll-up."""
    occurring = {change for row in rows for change in row.counts}
    return tuple(change for change in DIFFERENT if change in occurring)


def waits(taken: Waits) -> str:
    """The median, and in brackets the quartiles, in milliseconds."""
    return f"{taken.median * 1000:.0f} ms ({taken.low * 1000:.0f} to {taken.high * 1000:.0f})"


def ids(cases: Iterable[CaseChange], most: int) -> str:
    """The ids of the first few, and how many more there are."""
    every = [case.id for case in cases]
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def _verdicts(case: CaseChange) -> str:
    assert case.before is not None
    assert case.after is not None
    return " -> ".join(dict.fromkeys((kind(case.before).value, kind(case.after).value)))


def _step(case: CaseChange) -> int | None:
    return case.replies[0].step if case.replies else None
