"""What the actions of a function do to rows, each with a reply of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from conformance.contract.action import Action, Elsewhere, Others
from conformance.contract.call import Call, Step
from conformance.contract.conditions import met, named, rows_where
from conformance.contract.effects import RefusedError, made_row, refused_statement, store
from conformance.contract.kind import Kind
from conformance.contract.outcome import COMMAND, COUNT
from conformance.contract.reply import Value
from conformance.contract.sanitise import sanitise
from conformance.contract.settings import Build
from conformance.contract.visible import column_of
from conformance.contract.world import NOW, Change, Column, Drop, MayChange, Put, Row, is_own_name


def act(action: Action, call: Call) -> Step:
    """Take one step of a function, if the call asks for it and what it needs is there."""
    if action.when is not None and not call.has(action.when):
        return call
    step, holds = met(call, action.needs, *_commanded(call, action))
    if not isinstance(step, Call) or not holds:
        return step
    try:
        return _taken(action, step)
    except RefusedError as refused:
        return refused_statement(step, refused, action.reply or "")


def _taken(action: Action, call: Call) -> Step:
    """The call once the step is taken. Raises RefusedError where the database takes no such values."""
    before = call.row or named(call)
    call, changes = _TO_ROW[action.does](action, call)
    if action.does == "store" and not changes:
        return call.says(action.otherwise)
    missing = call.row is None
    call = replace(call, made=(*call.made, *(_beyond(call) if missing or call.unbound else ()), *_known(call, changes)))
    values: dict[str, Value] = {"rows": "0" if missing else "1", "outcome": COMMAND}
    for others in action.others:
        if _moves(others, before, call.row):
            call, values["rows"] = _with_others(call, others, before)
    call = _after_command(replace(call, made=(*call.made, *_commanded(call, action))), action)
    return call.says(_reply(action, call), **values)


def _reply(action: Action, call: Call) -> str | None:
    for limit in sorted(action.reply_before, key=Build.parse):
        if call.shipped and call.state.settings.build < Build.parse(limit):
            return action.reply_before[limit]
    return action.reply


def _commanded(call: Call, action: Action) -> tuple[Change, ...]:
    """What a command of the server to itself may change: rows of this row, or any where a value says which."""
    if action.may_change is None:
        return ()
    spilt = any("&" in call.value(name) for name in action.spills)
    return (MayChange(action.may_change, None if spilt else _within(call)),)


def _after_command(call: Call, action: Action) -> Call:
    """The call once nobody knows what is there of the rows that a command was about."""
    kinds = frozenset(filter(None, (action.may_change,)))
    gone = frozenset() if action.keeps else kinds
    return replace(call, maybe_more=call.maybe_more | kinds, maybe_gone=call.maybe_gone | gone)


def _within(call: Call) -> Row | None:
    """The row whose rows are worked on; None where nobody knows that the caller may work on it."""
    return None if call.unbound and not call.state.knows_all(call.kind.name) else call.row


# ---- the row itself


def _add(_action: Action, call: Call) -> tuple[Call, tuple[Change, ...]]:
    call, row = made_row(call)
    return replace(call, row=row), (Put(row),)


def _store(action: Action, call: Call) -> tuple[Call, tuple[Change, ...]]:
    """Store the fields that were sent; where there is no row the statement finds none, and nobody looks."""
    call, columns = store(call)
    return _changed(call, {**columns, **_stamps(action.sets)}) if columns else (call, ())


def _set(action: Action, call: Call) -> tuple[Call, tuple[Change, ...]]:
    columns = dict(_stamps(action.sets))
    if action.counts and call.row is not None:
        columns[action.counts] = int(call.row.columns.get(action.counts) or 0) + 1
    return _changed(call, columns) if columns else (call, ())


def _drop(_action: Action, call: Call) -> tuple[Call, tuple[Change, ...]]:
    return call, (Drop(call.row or named(call)),)


def _changed(call: Call, columns: Mapping[str, Column]) -> tuple[Call, tuple[Change, ...]]:
    row = call.row
    if row is None:
        return call, (Put(named(call)),)
    row = replace(row, columns={**row.columns, **columns})
    return replace(call, row=row), (Put(row),)


_TO_ROW: Mapping[str, Callable[[Action, Call], tuple[Call, tuple[Change, ...]]]] = {
    "add": _add,
    "store": _store,
    "set": _set,
    "drop": _drop,
}


def _known(call: Call, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes of a row that is there."""
    return changes if call.row is not None else ()


def _beyond(call: Call) -> tuple[Change, ...]:
    """What a statement may do to a row that no check has looked at, where nobody knows all rows."""
    return () if call.state.knows_all(call.kind.name) else (MayChange(call.kind.name),)


def _stamps(sets: Mapping[str, str]) -> Mapping[str, Column]:
    return {column: NOW if text == "{now}" else text for column, text in sets.items()}


# ---- rows of other kinds


def _moves(others: Others, before: Row, after: Row | None) -> bool:
    """Whether it happens at all: always, or where a column of the row takes another value, in whatever letters."""
    if others.moved is None:
        return True
    return after is not None and before.columns.get(others.moved) != after.columns.get(others.moved)


def _with_others(call: Call, others: Others, row: Row) -> tuple[Call, Value]:
    """The call once rows of another kind are changed or gone, and how many they were."""
    call, kind, surely = _kind_of(call, others)
    if not call.state.knows_all(kind.name, own=is_own_name(*row.key)):
        change = MayChange(kind.name, _within(call) if surely else None)
        return replace(call, made=(*call.made, change)), COUNT
    where = {column: str(column_of(call.kind, row, own) or "") for column, own in others.where.items()}
    changes = tuple(_to_others(kind, others, rows_where(call, kind, where)))
    return replace(call, made=(*call.made, *changes)), str(len(changes))


def _kind_of(call: Call, others: Others) -> tuple[Call, Kind, bool]:
    """The kind of the other rows, and whether it is the one that was asked for."""
    kinds, elsewhere = call.contract.kinds, others.elsewhere
    if elsewhere is None:
        return call, kinds[others.kind], True
    if call.value(elsewhere.parameter) == elsewhere.value:
        return call, kinds[elsewhere.kind], True
    passed_over = call.shipped and _passes_over(call, elsewhere)
    return call.noting(elsewhere.ignored if passed_over else None), kinds[others.kind], not passed_over


def _passes_over(call: Call, elsewhere: Elsewhere) -> bool:
    """Whether other rows were asked for, of a server that does not know the parameter."""
    parameter = call.called.by_name[elsewhere.parameter]
    raw = call.request.parameters.values.get(parameter.name, b"")
    return sanitise(raw, parameter, call.state.settings) == elsewhere.value


def _to_others(kind: Kind, others: Others, rows: Iterator[Row]) -> Iterator[Change]:
    for row in rows:
        if others.drops:
            yield Drop(row)
        elif any(row.columns.get(name) != value for name, value in others.sets.items()):
            stamp = {kind.stamp: NOW} if kind.stamp else {}
            yield Put(replace(row, columns={**row.columns, **others.sets, **stamp}))
