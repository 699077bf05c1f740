"""Columns about rows of another kind that belong to the row: how many there are, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.contract.body import Cell, Unordered
from conformance.contract.call import Call
from conformance.contract.outcome import Outcome
from conformance.contract.quirks import NotKnownError
from conformance.contract.reply import Shape, Value
from conformance.contract.table import Count, Listed
from conformance.contract.visible import column_of
from conformance.contract.world import Row, is_own_name

COUNT = Shape(r"[0-9]+", "a number of rows")


def count(call: Call, told: Count, row: Row) -> Value:
    """How many belong to a row; any number where nobody knows."""
    instead = (kind for said, kind in told.instead.items() if _says(call, said))
    name = next(instead, told.kind)
    if not call.state.knows_all(name, own=is_own_name(*row.key)):
        return COUNT
    kind = call.contract.kinds[name]
    of_row = _of(call, name, told.by, row)
    return str(sum(all(column_of(kind, o, c) == value for c, value in told.where.items()) for o in of_row))


def _says(call: Call, said: str) -> bool:
    name, _, value = said.partition("=")
    return call.value(name) == value


def _of(call: Call, name: str, by: str, row: Row) -> Iterator[Row]:
    kind = call.contract.kinds[name]
    return (other for other in call.state.rows(name) if str(column_of(kind, other, by)) == row.key[0])


def listed(call: Call, told: Listed, rows: Sequence[Row], *, whole: bool) -> tuple[Call, Cell | None]:
    """What those hold that belong to the last of some rows; None where nobody knows.

    `whole` is whether the others are all that come before it. Raises NotKnownError.
    """
    own, sorting = _values(call, told, rows[-1]), told.sorting
    if own is None:
        return call, None
    if sorting is None or not _is_sorted(call, told):
        return call, _joined(told, own)
    if call.shipped and not whole:
        return call, None
    before = next(filter(None, (_values(call, told, row) for row in reversed(rows[:-1]))), ()) if call.shipped else ()
    if own and len(own) < len(before):
        raise NotKnownError("what a row keeps of the one before it that has more values was never recorded")
    if before and not own:
        call, own = call.noting(sorting.kept), before
    return call, _joined(told, tuple(sorted(own, reverse=call.has(sorting.down))))


def _joined(told: Listed, values: tuple[str, ...]) -> Cell:
    if told.after is None:
        return " ".join(values)
    return Unordered(values, told.after) if told.any_order else "".join(f"{value}{told.after}" for value in values)


def _values(call: Call, told: Listed, row: Row) -> tuple[str, ...] | None:
    if not call.state.knows_all(told.kind, own=is_own_name(*row.key)):
        return None
    kind = call.contract.kinds[told.kind]
    return tuple(str(column_of(kind, other, told.column)) for other in _of(call, told.kind, told.by, row))


def _is_sorted(call: Call, told: Listed) -> bool:
    return told.sorting is not None and (call.has(told.sorting.up) or call.has(told.sorting.down))


def nothing_to_sort(call: Call, told: Listed, rows: Sequence[Row], *, whole: bool) -> tuple[Call, Outcome | None]:
    """The end of a script that has nothing to sort for the first row; as one that may be where nobody knows."""
    if not _is_sorted(call, told) or not call.throws or (whole and not rows):
        return call, None
    assert told.sorting is not None
    end = call.noting(told.sorting.fails).ends(status=500)
    first = _values(call, told, rows[0]) if whole else None
    if first is None:
        return call.might(end), None
    return call, None if first else end
