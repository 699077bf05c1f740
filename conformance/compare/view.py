"""What the writers show of a comparison: cases with the same change in one group. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from conformance.compare.model import (
    EFFECT_EXIT_CODE,
    CaseChange,
    CaseRow,
    ChangeKind,
    Comparison,
    EffectTally,
    Pair,
    Waits,
)
from conformance.contract.reply import parse_line
from conformance.report.advice import Tone
from conformance.upgrade.effect import WORDS, ClientEffect
from conformance.verdict.model import Fail, kind

NAMED = {
    ChangeKind.FLAKY: "Flaky: failed, and not again when tried again",
    ChangeKind.JUDGED: "The same replies, judged differently",
    ChangeKind.NO_ANSWER: "No answer to compare",
    ChangeKind.NOT_TESTED: "Not tested on one side",
    ChangeKind.NEW: "New cases",
    ChangeKind.GONE: "Cases gone",
}
"""What is said of cases of which no client feels anything."""

UNSEEN = "stored otherwise, unseen"
UNSEEN_MEANING = "Servers of these builds are known to store something else, and no reply shows it. What it is:"

_BRIEF = 100
"""Characters of a reply where it stands for many."""

_MOST = 4
"""How many functions a sentence names."""


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that a client feels in the same way: what refuses them is the same, or else the words before and after.

    `verdicts` are the kinds before and after where one of them is a fail; `before` and `after` are the reply of the
    first of the cases that shows it, None where it is not known.
    """

    verdicts: str
    step: int | None
    before: str | None
    after: str | None
    cases: tuple[CaseChange, ...]

    @property
    def title(self) -> str:
        """How many cases, of which functions, and what has become of their verdicts."""
        number = len(self.cases)
        of = ", ".join(dict.fromkeys(one.function for one in self.cases))
        verdicts = f", {self.verdicts}" * bool(self.verdicts)
        regression = ", a regression" * (self.cases[0].change is ChangeKind.REGRESSION)
        return f"{number:,} case{'s' * (number != 1)} of {of}{verdicts}{regression}"

    @property
    def example(self) -> str:
        """The case that is shown, and the request of it that shows the change."""
        return f"{self.cases[0].id}{f', request {self.step}' if self.step else ''}"

    @property
    def others(self) -> tuple[CaseChange, ...]:
        """The cases that are not shown."""
        return self.cases[1:]

    @property
    def curl(self) -> str | None:
        """The request of the first of them that shows it."""
        return self.cases[0].curl

    @property
    def summary(self) -> str | None:
        """What is wrong now with the first of them, if it fails."""
        verdict = self.cases[0].after
        return verdict.summary if isinstance(verdict, Fail) else None


class EffectCount(NamedTuple):
    """How many cases a client feels in one way, in words, and of which functions."""

    effect: ClientEffect
    number: int
    words: str
    places: str


def counts(pair: Pair) -> tuple[EffectCount, ...]:
    """What a client will feel, the most dangerous first; what is known and was not seen beside what was."""
    by_effect = {effect: [case.id for case in pair.with_effect(effect)] for effect in pair.effects}
    found = [EffectCount(effect, len(ids), WORDS[effect].many, places(ids)) for effect, ids in by_effect.items()]
    if pair.unseen:
        found.append(EffectCount(ClientEffect.STORED, len(pair.unseen), UNSEEN, places(pair.unseen)))
    return tuple(sorted(found, key=lambda one: list(ClientEffect).index(one.effect)))


def tone(comparison: Comparison) -> Tone:
    """How the answer sounds: bad if a verdict is worse, a call fails that succeeded, or what was asked for is felt."""
    fails = any(pair.with_effect(ClientEffect.FAILS) for pair in comparison.pairs)
    if fails or comparison.exit_code in (1, EFFECT_EXIT_CODE):
        return Tone.BAD
    is_same = comparison.exit_code == 0 and not any(pair.changes or pair.unseen for pair in comparison.pairs)
    return Tone.GOOD if is_same else Tone.UNSURE


def why(comparison: Comparison) -> str:
    """Why the answer is what it is, in one sentence or two."""
    regressions = [case for pair in comparison.pairs for case in pair.of(ChangeKind.REGRESSION)]
    if regressions:
        return f"What conformed fails now, or fails in another way: {places(case.id for case in regressions)}."
    fails = _worst(comparison, ClientEffect.FAILS)
    return fails or _silence(comparison) or _worst(comparison, *ClientEffect) or _alike(comparison)


def _worst(comparison: Comparison, *effects: ClientEffect) -> str:
    """What the most dangerous of these effects means, and where it is felt; empty if none of them is."""
    cases = [case for effect in effects for pair in comparison.pairs for case in pair.with_effect(effect)]
    effect = cases[0].effect if cases else None
    if effect is None:
        return ""
    return f"{WORDS[effect].meaning} Cases of {places(case.id for case in cases if case.effect is effect)}."


def _silence(comparison: Comparison) -> str:
    if any(pair.gaps for pair in comparison.pairs):
        return "So this says nothing of what one of the runs never answered: see below how far each run came."
    if not all(pair.compared for pair in comparison.pairs):
        return "So this says nothing of either server: see below what kept each case from being compared."
    return ""


def _alike(comparison: Comparison) -> str:
    if any(pair.of(ChangeKind.JUDGED) for pair in comparison.pairs):
        return "The servers answered alike: another suite or another expectation judged them."
    return "Each reply is the same, but for the numbers, users and dates that belong to a run."


def places(ids: Iterable[str]) -> str:
    """The functions of the cases with these ids, those of the most cases first."""
    functions = Counter(id.split("/")[0] for id in ids)
    more = f" and {len(functions) - _MOST} more" if len(functions) > _MOST else ""
    return ", ".join(f"{name} ({number})" for name, number in functions.most_common(_MOST)) + more


def unseen(comparison: Comparison) -> str:
    """The command that says more of two builds than replies do."""
    before, after = (side.build for side in comparison.sides)
    return f"vicidial-conformance predict-upgrade --from {before} --to {after}"


def effect(row: CaseRow) -> str:
    """What a client feels of a case, in a narrow column."""
    return WORDS[row.effect].short if row.effect else row.look


def brief(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """The line of two replies that shows the change: the last, which says what became of the call, or another one."""
    old, new = ((text or "").split("\n") for text in (before, after))
    pairs = [(old[-1], new[-1]), *zip_longest(old, new, fillvalue="")]
    shown = next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])
    return (None if before is None else _cut(shown[0]), None if after is None else _cut(shown[1]))


def _cut(line: str) -> str:
    return line if len(line) <= _BRIEF else f"{line[:_BRIEF]}..."


def fields(comparison: Comparison) -> tuple[str, ...]:
    """Every field of the cases, in alphabetical order."""
    return tuple(sorted({row.field for row in comparison.rows}))


def groups(cases: Iterable[CaseChange]) -> tuple[Group, ...]:
    """The cases by what a client reads before and after: regressions first, then the most cases."""
    found: dict[tuple[object, ...], list[CaseChange]] = {}
    for case in cases:
        found.setdefault((case.change is ChangeKind.REGRESSION, *_key(case)), []).append(case)
    made = [Group(_verdicts(some[0]), some[0].step, *_shown(some[0]), tuple(some)) for some in found.values()]
    return tuple(
        sorted(made, key=lambda group: (group.cases[0].change is not ChangeKind.REGRESSION, -len(group.cases)))
    )


_TELLING = {ClientEffect.FAILS: (1,), ClientEffect.WORKS: (0,), ClientEffect.FORM: ()}
"""Which replies, of that before and that after, cases must have in common to be one group: else both.

A refusal is the same whatever it refuses, and the form in which a server prints is one, whatever it prints.
"""


def _key(case: CaseChange) -> tuple[object, ...]:
    """What cases of one group have in common."""
    replies = _shown(case)
    sides = _TELLING.get(case.effect or ClientEffect.UNKNOWN, (0, 1))
    return (_verdicts(case), *(_words(replies[side]) for side in sides))


def _words(reply: str | None) -> tuple[object, ...] | None:
    """The words of a reply, without its function and the values that follow, each line that says the same once."""
    if reply is None:
        return None
    lines = map(parse_line, reply.split("\n"))
    return tuple(dict.fromkeys((line.status, line.message or line.fields) for line in lines))


def _shown(case: CaseChange) -> tuple[str | None, str | None]:
    """The reply that shows the change, or else the first that changed."""
    shown = next((reply for reply in case.replies if reply.step == case.step), next(iter(case.replies), None))
    return (shown.before, shown.after) if shown else (None, None)


def reasons(cases: Iterable[CaseChange]) -> tuple[tuple[str, tuple[CaseChange, ...]], ...]:
    """The cases by why nothing of them is compared, the most cases first."""
    found: dict[str, list[CaseChange]] = {}
    for case in cases:
        found.setdefault(case.why, []).append(case)
    return tuple(sorted(((why, tuple(some)) for why, some in found.items()), key=lambda pair: -len(pair[1])))


def tables(pair: Pair) -> tuple[tuple[str, tuple[EffectTally, ...]], ...]:
    """What is felt by function and by field, where there is more than one of either."""
    return tuple((name, rows) for name, rows in (("function", pair.functions), ("field", pair.fields)) if len(rows) > 1)


def columns(rows: Iterable[EffectTally]) -> tuple[ClientEffect, ...]:
    """The effects that occur in a roll-up."""
    occurring = {effect for row in rows for effect in row.counts}
    return tuple(effect for effect in ClientEffect if effect in occurring)


def waits(taken: Waits) -> str:
    """The median, and in brackets the quartiles, in milliseconds."""
    return f"{taken.median * 1000:.0f} ms ({taken.low * 1000:.0f} to {taken.high * 1000:.0f})"


def ids(cases: Iterable[CaseChange], most: int) -> str:
    """The ids of the first few, and how many more there are."""
    return some([case.id for case in cases], most)


def some(every: Sequence[str], most: int) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def _verdicts(case: CaseChange) -> str:
    """The verdicts before and after where one of them is a fail: a known deviation is no news for a client."""
    if not any(isinstance(verdict, Fail) for verdict in (case.before, case.after)):
        return ""
    return " -> ".join(dict.fromkeys(kind(verdict).value for verdict in (case.before, case.after) if verdict))
