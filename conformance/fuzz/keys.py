"""Telling defects apart: which function, which fields, which aspect."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.cases.model import Case, Purpose, Step
from conformance.fuzz.model import Key
from conformance.run.record import Record
from conformance.verdict.model import Difference, Fail

_NO_FAULT = frozenset(
    {("active", "N"), ("did_pattern", "<did>"), ("source_did_pattern", "<did>"), ("new_dids", "<did2>")}
)


def first_difference(record: Record) -> Difference | None:
    """What was wrong first, of a record that failed."""
    verdict = record.result.verdict
    if not isinstance(verdict, Fail):
        return None
    return next(d for d in verdict.differences if d.deviation is None)


def key_of(case: Case, difference: Difference) -> Key:
    """The defect that an input shows, by what it sends besides the harmless."""
    fields = sorted(
        {param.name for step in _acts(case) for param in step.params if (param.name, param.value) not in _NO_FAULT}
    )
    return Key(origin(case, difference)[0], "+".join(fields) or "plain", difference.aspect)


def origin(case: Case, difference: Difference) -> tuple[str, str]:
    """What stays the same of a defect while its input shrinks: function and aspect."""
    step = case.steps[min(difference.step, len(case.steps)) - 1]
    aspect = "effect" if step.purpose is Purpose.EFFECT else difference.aspect
    acted = next(_acts(case), step)
    return acted.function or "none", aspect


def is_known(case: Case, difference: Difference, known: frozenset[Key]) -> bool:
    """Whether an input shows a defect that was found before: its function, aspect and fields, perhaps among others."""
    found = key_of(case, difference)
    fields = set(found.field.split("+"))
    return any(
        (key.function, key.aspect) == (found.function, found.aspect) and set(key.field.split("+")) <= fields
        for key in known
    )


def _acts(case: Case) -> Iterator[Step]:
    return (step for step in case.steps if step.purpose is Purpose.ACT)
