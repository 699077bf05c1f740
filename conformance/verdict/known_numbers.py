"""What a reply tells that nobody could know before: the did_id of a new DID, by which a deletion must name it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeGuard

from conformance.contract.outcome import NUMBER
from conformance.contract.reply import Aspect, Line, matches
from conformance.contract.world import Change, Put


def told_numbers(forms: Iterable[Line | None], got: Line) -> tuple[int, ...]:
    """The did_ids that a received line tells, where one of its forms has a place for a number not known before."""
    for form in forms:
        if form is not None and matches(form, got, Aspect.FIELDS):
            pairs = zip(form.fields, got.fields, strict=True)
            return tuple(int(str(received)) for expected, received in pairs if expected == NUMBER)
    return ()


def with_numbers(changes: tuple[Change, ...], numbers: tuple[int, ...]) -> tuple[Change, ...]:
    """The changes with the numbers that were told for new DIDs, if there is one for each and no two are the same."""
    if len(numbers) != sum(map(is_new, changes)) or len(numbers) != len(set(numbers)):
        return changes
    told = iter(numbers)
    return tuple(Put(replace(c.row, number=next(told))) if is_new(c) else c for c in changes)


def is_new(change: Change) -> TypeGuard[Put]:
    """Whether a DID appears whose did_id nobody can know."""
    return isinstance(change, Put) and change.row.number < 0
