"""What is behind the fails of a report: the fewest causes that explain them all, the worst first. Pure.

One defect makes many cases fail. What they show in common is a cause, and a case may have more than one. Where other
answers come than are due, each of the contract's refusals that is in the wrong place is a cause: what is accepted and
what is refused by one check is seen together, and two checks are never taken for one. A success is in the place of any
refusal, so it is no cause.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from conformance.contract.reply import Aspect
from conformance.report import view
from conformance.report.model import CaseResult, Report
from conformance.report.symptoms import ANSWER, NEVER, SAME, Symptom, refusals, strange, symptoms
from conformance.verdict.invariants import EMPTY, PASSWORD, PHP, SERVER_ERROR, SQL, UNPARSED
from conformance.verdict.model import Difference, VerdictKind

_SEVERAL = 3
"""Parameters that show the same change in the same field of a reply: then the reply is wrong, and not they."""


class CauseKey(NamedTuple):
    """What symptoms of one cause have in common: the aspect, and what there is besides."""

    aspect: str
    what: str
    more: str = ""

    @property
    def id(self) -> str:
        """A name for people and files: the same in every run."""
        slug = re.sub(r"[^0-9a-z]+", "-", self.what.lower()).strip("-")[:40].strip("-")
        return f"{self.aspect}/{slug or 'nothing'}-{sha256('|'.join(self).encode()).hexdigest()[:6]}"


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause: what the server does, in how many ways, and the cases that show it in the order of the run.

    `what` is what its symptoms have in common: a refusal, a parameter, an invariant. `symptoms` are its own, those of
    the most cases first.
    """

    id: str
    what: str
    symptoms: tuple[Symptom, ...]
    results: tuple[CaseResult, ...]

    @property
    def cases(self) -> tuple[str, ...]:
        """The ids of the cases."""
        return tuple(result.id for result in self.results)

    @property
    def first(self) -> CaseResult:
        """The case to look at: one that is not known, fails every time and sends the fewest requests."""
        return min(self.results, key=lambda result: (result.known is not None, result.is_flaky, len(result.calls)))

    @property
    def difference(self) -> Difference | None:
        """What of that case shows it; None where a fail tells no difference."""
        worst = self.symptoms[0].aspect
        aspects = {Aspect.MESSAGE, Aspect.LINES, Aspect.EFFECT} if worst == ANSWER else {worst}
        found = view.unexplained(self.first)
        return next((d for d in found if d.aspect in aspects), next(iter(found), None))

    @property
    def is_known(self) -> bool:
        """Whether the baseline accepts all of its cases."""
        return all(result.known is not None for result in self.results)

    @property
    def is_found(self) -> bool:
        """Whether all of it was found by fuzzing, and no case shows it."""
        return all(view.function_of(result) == view.FUZZED for result in self.results)

    @property
    def told(self) -> str:
        """How many cases and findings show it, and of which functions."""
        findings = sum(view.function_of(result) == view.FUZZED for result in self.results)
        cases = len(self.results) - findings
        parts = [f"{n} {noun}{'s' * (n != 1)}" for n, noun in ((cases, "case"), (findings, "finding")) if n]
        names = [name for name in self.functions if name != view.FUZZED]
        known = sum(result.known is not None for result in self.results)
        also = f", {known} of them known" if known else ""
        return " and ".join(parts) + (f" in {', '.join(names)}" if names else "") + also

    @property
    def says(self) -> str:
        """What the server does wrong, in one sentence."""
        worst = self.symptoms[0]
        if worst.aspect == ANSWER:
            return self._misplaced
        if worst.aspect == Aspect.INVARIANT:
            return _BROKEN.get(self.what, f"Breaks what every reply must keep: {self.what}.")
        if worst.wanted == SAME and SAME in worst.got:
            return f"Adds “{worst.got.replace(SAME, '')}” to what it should say."
        if worst.aspect == Aspect.FIELDS:
            return _fields(worst)
        return _SAYS.get(worst.aspect, "{got}").format(wanted=worst.wanted or "nothing", got=worst.got or "nothing")

    @property
    def _misplaced(self) -> str:
        answers = [symptom for symptom in self.symptoms if symptom.aspect == ANSWER]
        wanted = [symptom for symptom in answers if self.what in refusals(symptom.wanted)]
        got = [symptom for symptom in answers if self.what in refusals(symptom.got)]
        if wanted and got:
            return f"Answers “{self.what}” in the wrong cases: where it is not due, and not where it is."
        if wanted:
            accepts = all(symptom.got and not refusals(symptom.got) for symptom in wanted)
            does = "Accepts what it should refuse" if accepts else "Answers something else where this is due"
            return f"{does}: “{self.what}”."
        if got:
            refuses = all(symptom.wanted and not refusals(symptom.wanted) for symptom in got)
            does = "Refuses what it should accept" if refuses else "Answers this where it is not due"
            return f"{does}: “{self.what}”."
        return f"Answers “{self.symptoms[0].got}” where “{self.symptoms[0].wanted}” is due."

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions in which it shows."""
        return tuple(sorted({view.function_of(result) for result in self.results}))


def causes(report: Report) -> tuple[Cause, ...]:
    """The causes of all fails, those that the baseline knows last, then the most severe first."""
    return causes_of(report.with_kind(VerdictKind.FAIL), report.expect)


def causes_of(fails: Sequence[CaseResult], expect: str) -> tuple[Cause, ...]:
    """The same of some fails; `expect` is what counts as conforming."""
    shown = {result.id: symptoms(result, expect) for result in fails}
    by_id = {result.id: result for result in fails}
    cases: dict[CauseKey, list[str]] = {}
    ways: dict[CauseKey, Counter[Symptom]] = {}
    keys = _keys(shown)
    for id, found in shown.items():
        for key in {keys[symptom]: None for symptom in sorted(found)}:
            cases.setdefault(key, []).append(id)
        for symptom in found:
            ways.setdefault(keys[symptom], Counter())[symptom] += 1
    alike: dict[tuple[str, ...], list[CauseKey]] = {}
    for key in sorted(cases, key=_severity):
        alike.setdefault(tuple(cases[key]), []).append(key)
    made = [_cause(group, ways, [by_id[id] for id in ids]) for ids, group in alike.items()]
    return tuple(sorted(made, key=lambda cause: (cause.is_known, severity(cause), -len(cause.results), cause.id)))


def _cause(keys: Sequence[CauseKey], ways: Mapping[CauseKey, Counter[Symptom]], results: Sequence[CaseResult]) -> Cause:
    """What always shows together is one cause, named after the worst of it."""
    found = (symptom for key in keys for symptom, _ in sorted(ways[key].items(), key=lambda way: (-way[1], way[0])))
    return Cause(keys[0].id, keys[0].what, tuple(found), tuple(results))


def _keys(shown: Mapping[str, Iterable[Symptom]]) -> Mapping[Symptom, CauseKey]:
    counts = Counter(symptom for found in shown.values() for symptom in found)
    answers = {symptom: _behind(symptom) for symptom in counts if symptom.aspect == ANSWER}
    fields = [symptom for symptom in counts if symptom.aspect == Aspect.FIELDS and symptom.wanted != SAME]
    changed = {symptom: _values(symptom, fields) for symptom in fields}
    return {
        **{symptom: _plain(symptom) for symptom in counts},
        **_fewest(ANSWER, answers, counts),
        **_fewest(Aspect.FIELDS, changed, counts),
    }


def _plain(symptom: Symptom) -> CauseKey:
    if symptom.aspect == Aspect.INVARIANT:
        return CauseKey(symptom.aspect, symptom.wanted.removeprefix(NEVER))
    if symptom.wanted == SAME and SAME in symptom.got:
        return CauseKey("text", symptom.got)
    if symptom.aspect == Aspect.LINES and strange(symptom.got):
        return CauseKey(symptom.aspect, "", strange(symptom.got))
    return CauseKey(symptom.aspect, symptom.wanted, symptom.got)


def _fewest(
    aspect: str, names: Mapping[Symptom, frozenset[str]], counts: Mapping[Symptom, int]
) -> Mapping[Symptom, CauseKey]:
    """The fewest names that explain all symptoms, found greedily: first the one that explains the most."""
    keys: dict[Symptom, CauseKey] = {}
    while left := names.keys() - keys.keys():
        ways, cases = Counter[str](), Counter[str]()
        for symptom in left:
            ways.update(names[symptom])
            cases.update(dict.fromkeys(names[symptom], counts[symptom]))
        best = min(ways, key=lambda name: (-ways[name], -cases[name], name))
        keys |= dict.fromkeys((symptom for symptom in left if best in names[symptom]), CauseKey(aspect, best))
    return keys


def _behind(symptom: Symptom) -> frozenset[str]:
    """What may be behind another answer: a refusal that only one of the two has; where there is none, both."""
    found = refusals(symptom.wanted) ^ refusals(symptom.got)
    return found or frozenset({f"{symptom.wanted} -> {symptom.got}"})


def _values(symptom: Symptom, others: Iterable[Symptom]) -> frozenset[str]:
    """What may be behind other fields: the parameter that is treated wrongly, or the reply if several show the same."""
    places = f"{symptom.wanted} -> {symptom.got}"
    alike = {other.about for other in others if (other.wanted, other.got) == (symptom.wanted, symptom.got)}
    return frozenset({symptom.about or places, *([places] if len(alike) >= _SEVERAL else [])})


def _fields(symptom: Symptom) -> str:
    due, told = symptom.wanted.split("|"), symptom.got.split("|")
    if symptom.about:
        return f"Gives the value of {symptom.about} back changed."
    if len(due) != len(told):
        return f"Gives {len(told)} field{'s' * (len(told) != 1)} in a reply, where {len(due)} are due."
    wrong = [str(number) for number, pair in enumerate(zip(due, told, strict=True), 1) if pair[0] != pair[1]]
    return f"Gives something else in field {' and '.join(wrong)} of {len(due)} of a reply."


_BROKEN: Mapping[str, str] = {
    SERVER_ERROR: "Breaks down with an HTTP status of 500 or more.",
    EMPTY: "Answers with an empty body.",
    PHP: "Shows messages of PHP in replies.",
    SQL: "Shows SQL in replies.",
    PASSWORD: "Repeats the password that was sent.",
    UNPARSED: "Answers with something that is no reply of this API.",
}

_SAYS: Mapping[str, str] = {
    Aspect.HTTP_STATUS: "Answers with HTTP status {got}, where {wanted} is due.",
    Aspect.CONTENT_TYPE: "Names the content type “{got}”, where “{wanted}” is due.",
    Aspect.LINES: "Answers with other lines than it should.",
    Aspect.STATUS: "Begins with “{got}”, where “{wanted}” is due.",
    Aspect.FUNCTION: "Names the function “{got}”, where “{wanted}” is due.",
    Aspect.MESSAGE: "Says “{got}”, where other words are due.",
    Aspect.SEPARATOR: "Prints “{got}” between a message and its fields, where “{wanted}” is due.",
    Aspect.EFFECT: "Does something else than it should.",
}


def _severity(key: CauseKey) -> tuple[int, CauseKey]:
    return (_RANKS.get(key.aspect, len(_RANKS)), key)


def severity(cause: Cause) -> int:
    """How bad it is: the less the worse."""
    return min(_RANKS.get(symptom.aspect, len(_RANKS)) for symptom in cause.symptoms)


_RANKS: Mapping[str, int] = {
    aspect: rank
    for rank, aspect in enumerate(
        (
            Aspect.INVARIANT,
            Aspect.HTTP_STATUS,
            Aspect.EFFECT,
            ANSWER,
            Aspect.STATUS,
            Aspect.FIELDS,
            Aspect.LINES,
            Aspect.MESSAGE,
            Aspect.FUNCTION,
            Aspect.CONTENT_TYPE,
            Aspect.SEPARATOR,
        )
    )
}
"""The aspects, those first in which a client is misled or gets nothing."""
