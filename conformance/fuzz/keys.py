"""Telling defects apart: which function, which fields, which rules, which aspect."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.cases.model import Case, Purpose, Step
from conformance.contract.reply import Aspect
from conformance.fuzz.coverage import PLAIN, acts, rule_of
from conformance.fuzz.model import FindingKey
from conformance.run.record import Record
from conformance.verdict.model import Difference, Fail

_NO_FAULT = frozenset(
    {("active", "N"), ("did_pattern", "<did>"), ("source_did_pattern", "<did>"), ("new_dids", "<did2>")}
)

_ANSWER = frozenset({Aspect.LINES, Aspect.STATUS, Aspect.MESSAGE, Aspect.FIELDS})

Pair = tuple[str, str]
"""A field, and the rule that its value meets."""


def first_difference(record: Record) -> Difference | None:
    """What was wrong first, of a record that failed."""
    verdict = record.result.verdict
    if not isinstance(verdict, Fail):
        return None
    return next(d for d in verdict.differences if d.deviation is None)


def key_of(case: Case, difference: Difference) -> FindingKey:
    """The defect that an input shows, by what the failing request sends besides the harmless.

    Where that is nothing, the rule is what was called until then, one after the other.
    """
    function, aspect = _shown(case, difference).function or case.function, _aspect(case, difference)
    pairs = sorted(_pairs(case, difference))
    if not pairs:
        return FindingKey(function, PLAIN, "-".join(_called(case, difference)), aspect)
    return FindingKey(function, "+".join(name for name, _ in pairs), "+".join(rule for _, rule in pairs), aspect)


def origin(case: Case, difference: Difference) -> tuple[str, str]:
    """What stays the same of a defect while its input gets smaller: the function, and what kind of aspect it is."""
    return _shown(case, difference).function or case.function, _kind(_aspect(case, difference))


def is_known(case: Case, difference: Difference, known: Iterable[FindingKey]) -> bool:
    """Whether an input shows a defect that was found before: its aspect, and its fields, perhaps among others.

    The same field that breaks the same rule in the same way is one defect, whichever function it is sent to.
    """
    place, pairs, called = origin(case, difference), _pairs(case, difference), _called(case, difference)
    return any(
        (key.function, _kind(key.aspect)) == place and _holds(called, key.rule.split("-"))
        if key.field == PLAIN
        else _kind(key.aspect) == place[1] and set(zip(key.field.split("+"), key.rule.split("+"), strict=True)) <= pairs
        for key in known
    )


def may_be_known(case: Case, difference: Difference, known: Iterable[FindingKey]) -> bool:
    """Whether an input that was not made small may show one of these, by its kind of aspect and function or fields."""
    (function, kind), fields = origin(case, difference), {name for name, _ in _pairs(case, difference)}
    alike = (key for key in known if _kind(key.aspect) == kind)
    return any(key.function == function or set(key.field.split("+")) <= fields for key in alike)


def _aspect(case: Case, difference: Difference) -> str:
    return Aspect.EFFECT if _shown(case, difference).purpose is Purpose.EFFECT else difference.aspect


def _kind(aspect: str) -> str:
    """One name for the aspects in which a wrong answer may show: which of them it is depends on what is sent."""
    return "answer" if aspect in _ANSWER else aspect


def _shown(case: Case, difference: Difference) -> Step:
    return case.steps[min(difference.step, len(case.steps)) - 1]


def _pairs(case: Case, difference: Difference) -> frozenset[Pair]:
    """The fields of the failing request; of a question about an effect, those of the requests that it is about."""
    step = _shown(case, difference)
    meant = acts(case) if step.purpose is Purpose.EFFECT else (step,)
    return frozenset(
        (param.name.replace("+", " "), rule_of(one, param.name, param.value))
        for one in meant
        for param in one.params
        if (param.name, param.value) not in _NO_FAULT
    )


def _called(case: Case, difference: Difference) -> list[str]:
    """What was called up to the failing request: add, copy, update, delete."""
    return [_verb(step) for step in case.steps[: difference.step]]


def _verb(step: Step) -> str:
    if step.wire is not None:
        return "message"
    deletes = any(param.name == "delete_did" for param in step.params)
    return "delete" if deletes else (step.function or "none").removesuffix("_did")


def _holds(called: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether the one has the other in it, in its order, perhaps with more between."""
    left = iter(called)
    return all(verb in left for verb in wanted)
