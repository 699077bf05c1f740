"""Whether what an action or a parameter needs is there, and what is answered where it is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from conformance.contract import mysql
from conformance.contract.action import Condition, Lookup
from conformance.contract.call import Call, Step
from conformance.contract.kind import Kind
from conformance.contract.visible import column_of, may_see
from conformance.contract.world import Change, Row, is_own_name

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def met(call: Call, needs: tuple[Condition, ...], *changes: Change) -> tuple[Step, bool]:
    """The call after some conditions, and whether they all hold: the first that does not has answered.

    `changes` is what may happen where nobody knows whether they do.
    """
    for need in needs:
        held = _HOLDS[_what(need)](call, need)
        if held is None:
            return call.silent("it depends on rows that nobody knows", *changes), False
        if not held:
            return _unmet(call, need), False
        call = held
    return call, True


def _unmet(call: Call, need: Condition) -> Step:
    values = _limits(call, need)
    return call.ends(call.answer(need.reply, **values)) if need.ends else call.says(need.reply, **values)


def _what(need: Condition) -> str:
    return next(name for name in _HOLDS if getattr(need, name))


Held = Call | Literal[False] | None
"""The call if the condition holds, with what was found out; None where nobody knows."""


def _has_setting(call: Call, need: Condition) -> Held:
    return call if need.setting in call.caller.grants else False


def _was_sent(call: Call, need: Condition) -> Held:
    return call if all(call.value(name) for name in need.sent) else False


def _is_below(call: Call, need: Condition) -> Held:
    """Whether it may happen once more; what is not known of a row forbids nothing."""
    assert need.below is not None
    columns = call.row.columns if call.row else {}
    count, most = (int(columns.get(name) or 0) for name in (need.below.count, need.below.most))
    return call if need.below.most not in columns or most < 0 or count < most else False


def _limits(call: Call, need: Condition) -> Mapping[str, str]:
    """The count and its limit, as replies print them."""
    if need.below is None or call.row is None:
        return {}
    return {name: str(call.row.columns.get(name)) for name in (need.below.count, need.below.most)}


def _is_there(call: Call, need: Condition) -> Held:
    """Whether one of some rows is there; None where nobody knows."""
    for lookup in need.rows:
        row = find(call, lookup)
        if row is not None and lookup.kind not in call.maybe_gone:
            shown = {name: str(row.columns.get(name) or "") for name in need.shown if not call.value(name)}
            return replace(call, values={**(call.values or {}), **shown})
    changed = {lookup.kind for lookup in need.rows} & (call.maybe_more | call.maybe_gone)
    return None if changed or not all(_knows_all(call, lookup) for lookup in need.rows) else False


def _knows_all(call: Call, lookup: Lookup) -> bool:
    """Whether all rows that a lookup may mean are known, as all those are that belong to a row of a run's own."""
    return call.state.knows_all(lookup.kind, own=is_own_name(*_sought(call, lookup).values()))


_HOLDS: Mapping[str, Callable[[Call, Condition], Held]] = {
    "setting": _has_setting,
    "sent": _was_sent,
    "rows": _is_there,
    "below": _is_below,
}


def named(call: Call) -> Row:
    """A row of which no more is known than the key that the call has for it."""
    return Row(call.kind.name, 0, call.kind.compared(call.key(call.kind)))


def find(call: Call, lookup: Lookup) -> Row | None:
    """The first row that a lookup means, as far as the caller may see it."""
    kind = call.contract.kinds[lookup.kind]
    where = _sought(call, lookup)
    if where.keys() == set(kind.key):
        key = kind.compared(tuple(where[column] for column in kind.key))
        row = call.state.find(kind.name, key, exact=not call.shipped)
        return row if row is not None and (not lookup.visible or may_see(call.caller, kind, row)) else None
    return next(rows_where(call, kind, where), None)


def _sought(call: Call, lookup: Lookup) -> Mapping[str, str]:
    """The values that columns have to hold."""
    return {column: _PLACEHOLDER.sub(lambda name: call.value(name[1]), text) for column, text in lookup.where.items()}


def rows_where(call: Call, kind: Kind, where: Mapping[str, str]) -> Iterator[Row]:
    """The rows known whose columns hold these values, without regard to letter case."""
    sought = {column: _as_kept(kind, column, value).lower() for column, value in where.items()}
    for row in call.state.rows(kind.name):
        if all(str(column_of(kind, row, column)).lower() == value for column, value in sought.items()):
            yield row


def _as_kept(kind: Kind, column: str, value: str) -> str:
    described = kind.columns.get(column)
    return mysql.number(value) if described is not None and described.type == "integer" else value
