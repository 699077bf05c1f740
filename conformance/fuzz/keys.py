"""Telling defects apart: which function, which fields, which rules, which aspect."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.cases.model import Case, Purpose
from conformance.fuzz.coverage import acts, rule_of
from conformance.fuzz.model import Key
from conformance.run.record import Record
from conformance.verdict.model import Difference, Fail

_NO_FAULT = frozenset(
    {("active", "N"), ("did_pattern", "<did>"), ("source_did_pattern", "<did>"), ("new_dids", "<did2>")}
)

Pair = tuple[str, str]
"""A field, and the rule that its value meets."""


def first_difference(record: Record) -> Difference | None:
    """What was wrong first, of a record that failed."""
    verdict = record.result.verdict
    if not isinstance(verdict, Fail):
        return None
    return next(d for d in verdict.differences if d.deviation is None)


def key_of(case: Case, difference: Difference) -> Key:
    """The defect that an input shows, by what it sends besides the harmless."""
    function, aspect = origin(case, difference)
    pairs = sorted(_pairs(case))
    return Key(function, "+".join(f for f, _ in pairs) or "plain", "+".join(r for _, r in pairs) or "plain", aspect)


def origin(case: Case, difference: Difference) -> tuple[str, str]:
    """What stays the same of a defect while its input gets smaller: function and aspect."""
    step = case.steps[min(difference.step, len(case.steps)) - 1]
    aspect = "effect" if step.purpose is Purpose.EFFECT else difference.aspect
    acted = next(acts(case), step)
    return acted.function or case.function, aspect


def is_known(case: Case, difference: Difference, known: Iterable[Key]) -> bool:
    """Whether an input shows a defect that was found before: its function, aspect and fields, perhaps among others."""
    place, pairs = origin(case, difference), _pairs(case)
    return any((key.function, key.aspect) == place and _pairs_of(key) <= pairs for key in known)


def _pairs(case: Case) -> frozenset[Pair]:
    sent = ((step, param) for step in acts(case) for param in step.params)
    return frozenset(
        (param.name.replace("+", " "), rule_of(step, param.name, param.value))
        for step, param in sent
        if (param.name, param.value) not in _NO_FAULT
    )


def _pairs_of(key: Key) -> frozenset[Pair]:
    return frozenset(zip(key.field.split("+"), key.rule.split("+"), strict=True)) - {("plain", "plain")}
