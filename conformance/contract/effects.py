"""What a function does once all its checks have passed (observed.md section 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from conformance.contract import mysql
from conformance.contract.call import Call
from conformance.contract.checks import look_up, shown_number
from conformance.contract.load import refusal_name
from conformance.contract.model import Effect, Kind, Parameter, Trace
from conformance.contract.outcome import Answer, Outcome, Unspecified
from conformance.contract.reads import read
from conformance.contract.rules import allows
from conformance.contract.sanitise import is_sanitised
from conformance.contract.world import NOW, Column, Drop, Put, Row, folded

Ending = Outcome | Unspecified

_LEADING_DIGITS = re.compile(r"[0-9]*")


class RefusedError(Exception):
    """A value that makes the database refuse the statement; `deviation` says what a script that ends with it shows."""

    def __init__(self, deviation: str | None) -> None:
        self.deviation = deviation


def add(call: Call) -> Ending:
    """Insert one row."""
    try:
        call, columns = _store(call)
        call, key = _stored_key(call)
    except RefusedError as refused:
        return _refused(call, refused, "added")
    row = Row(call.kind.name, new_number(call, 0), key, {**defaults(call), **columns})
    return call.ends(call.answer("added"), changes=(Put(row), *traces(call, call.kind)))


def _stored_key(call: Call) -> tuple[Call, tuple[str, ...]]:
    """The key as its columns hold it. Raises RefusedError where one does not fit, or two rows would have one key."""
    kind, sent = call.kind, call.key(call.kind)
    columns = [kind.columns[name] for name in kind.key if name in kind.columns]
    if not call.shipped or call.harmless or len(columns) < len(sent):
        return call, sent
    stored = tuple(value[: column.size] for value, column in zip(sent, columns, strict=True))
    bent = [column for column, before, after in zip(columns, sent, stored, strict=True) if before != after]
    if bent and call.strict:
        raise RefusedError(bent[0].strict)
    if bent and kind.number is None and call.state.find(kind.name, stored, exact=False, wanted=False) is not None:
        raise RefusedError(kind.twice)
    return call.noting(*(column.cut for column in bent)), stored


def delete(call: Call) -> Ending:
    """Remove the row."""
    answer = call.answer("deleted", **shown_number(call.kind, call.found))
    return call.ends(answer, changes=(Drop(call.found), *traces(call, call.kind)))


def traces(call: Call, kind: Kind) -> tuple[Put, ...]:
    """The rows that a success leaves besides: where it is known what there is, for no call shows them."""
    return tuple(_trace(call, trace, kind) for trace in call.called.traces if call.state.knows_all(trace.kind))


def _trace(call: Call, trace: Trace, kind: Kind) -> Put:
    told = {**trace.columns, **(trace.instead if kind.name != call.called.kind else {})}
    values = {**(call.values or {}), "now": NOW}
    described = call.contract.kinds[trace.kind]
    columns: dict[str, Column] = {name: text.format(**values)[: _size(described, name)] for name, text in told.items()}
    key = tuple(str(columns.pop(name)) for name in described.key)
    return Put(Row(trace.kind, call.state.next_number(trace.kind) or 1, key, columns))


def _size(kind: Kind, column: str) -> int | None:
    return kind.columns[column].size if column in kind.columns else None


def update(call: Call) -> Ending:
    """Change the columns that were sent, if any were."""
    try:
        call, columns = _store(call)
    except RefusedError as refused:
        return _refused(call, refused, "updated")
    if not columns:
        return call.ends(call.answer("no-updates"))
    row = replace(call.found, columns={**call.found.columns, **columns})
    return call.ends(call.answer("updated"), changes=(Put(row),))


def _refused(call: Call, refused: RefusedError, reply: str) -> Ending:
    """The script ends with the statement, or says that all went well and nothing is stored (section 11)."""
    if call.throws:
        return call.noting(refused.deviation).ends(status=500)
    return call.noting("success-without-storing").ends(call.answer(reply))


@dataclass(frozen=True)
class Batch:
    """A copy under way: what has been said, what was added, how many were there already."""

    call: Call
    answers: tuple[Answer, ...] = ()
    added: tuple[Row, ...] = ()
    existing: int = 0

    def twice(self, entry: str) -> Row | None:
        """The row that this batch has added already for an entry."""
        if not self.call.shipped:
            return next((row for row in self.added if row.key == (entry,)), None)
        return next((row for row in self.added if folded(row.key) == folded((entry,))), None)

    def find(self, entry: str) -> tuple[Call, Row | None]:
        """The row that was there before for an entry."""
        return look_up(self.call, self.call.kind, (entry,), wanted=False)

    def has(self, entry: str) -> bool:
        """Whether there is a row of that name by now."""
        return self.find(entry)[1] is not None or self.twice(entry) is not None


def copy(call: Call) -> Ending:
    """Copy the source onto each new number in turn; a bad description ends the batch at the first new number."""
    (names,) = call.contract.targets(call.called)
    column = call.kind.own_column
    entries = call.value(names.name).split(names.separator)
    odd = [entry for entry in entries if not column.least <= len(entry) <= (column.size or 0)]
    if odd and not call.shipped:
        return call.silent(
            f"documentation does not speak of single entries of {names.name} that are no {call.kind.title}"
        )
    if odd:
        call = call.noting("copy-entries-unchecked")
    refused = _refused_description(call)
    if refused and not call.shipped:
        return call.ends(refused)
    batch = Batch(call)
    for entry in entries:
        if call.throws and call.is_array("did_description") and not batch.has(entry):
            return _ends(replace(batch, call=batch.call.noting("array-parameter-500")), status=500)
        batch = _one_copy(batch, entry, refused)
        if refused and batch.answers[-1] is refused:
            return _ends(batch)
    if refused:
        batch = replace(batch, call=batch.call.noting("copy-description-checked-late"))
    counts = {"added": str(len(batch.added)), "not_added": str(batch.existing)}
    summary = call.answer("summary" if batch.added else "none-added", **counts)
    return _ends(replace(batch, answers=(*batch.answers, summary)))


def _ends(batch: Batch, status: int = 200) -> Outcome:
    return batch.call.ends(*batch.answers, changes=tuple(Put(row) for row in batch.added), status=status)


def _refused_description(call: Call) -> Answer | None:
    parameter = call.called.by_name["did_description"]
    value = call.value(parameter.name)
    if value == "" or call.is_array(parameter.name) or allows(parameter, value, call.state, call.dialect):
        return None
    return call.answer(refusal_name(parameter.name))


def _one_copy(batch: Batch, entry: str, refused: Answer | None) -> Batch:
    call, found = batch.find(entry)
    twice = batch.twice(entry)
    if found is not None or twice is not None:
        call = call.noting(call.kind.collision if twice is not None and twice.name != entry else None)
        answer = call.answer("exists", new_did=entry)
        return replace(batch, call=call, answers=(*batch.answers, answer), existing=batch.existing + 1)
    if refused is not None:
        late = "copy-description-checked-late" if batch.answers else None
        return replace(batch, call=call.noting(late), answers=(*batch.answers, refused))
    row = _copied(call, entry, len(batch.added))
    call = call.noting("copy-entry-cut-to-50" if row.name != entry else None)
    answer = call.answer("added", new_did=entry, **shown_number(call.kind, row))
    return replace(batch, call=call, answers=(*batch.answers, answer), added=(*batch.added, row))


def _copied(call: Call, entry: str, nth: int) -> Row:
    description = "" if call.is_array("did_description") else call.value("did_description")
    columns = {**call.found.columns, **({"did_description": description} if description else {})}
    key = (entry[: call.kind.own_column.size],)
    return replace(call.found, number=new_number(call, nth), key=key, columns=columns)


def new_number(call: Call, nth: int) -> int:
    """The number of the nth row that this call adds; negative, but unlike any other, where nobody can know it."""
    first = call.state.next_number(call.kind.name)
    return first + nth if first is not None else call.state.unknown_number(call.kind.name) - nth


def defaults(call: Call) -> Mapping[str, Column]:
    """What the columns hold that a request leaves out (observed.md section 4)."""
    kind = call.kind
    of_kind = {name: column.default for name, column in kind.columns.items() if name not in kind.key}
    return of_kind | {p.column: p.default for p in _fields(call) if p.column}


def _fields(call: Call) -> tuple[Parameter, ...]:
    """The parameters that are stored in columns which do not name the row."""
    naming = {column for kind in call.contract.kinds_of(call.called) for column in kind.key}
    return tuple(p for p in call.called.parameters if p.column and p.column not in naming)


def _store(call: Call) -> tuple[Call, Mapping[str, Column]]:
    """The columns that the call's optional fields set. Raises RefusedError where the database takes no such value."""
    columns: dict[str, Column] = {}
    for parameter in _fields(call):
        value = call.value(parameter.name)
        if value and parameter.column and not call.is_array(parameter.name):
            call, value = _through_sql(call, parameter, value)
            stored = STORED_AS[parameter.stored](parameter, value)
            bent = (
                str(stored) != value and parameter.stored_deviation is not None and str(stored).lower() != value.lower()
            )
            if bent and call.strict:
                raise RefusedError(parameter.strict_deviation)
            call = call.noting(parameter.stored_deviation if bent else None)
            columns[parameter.column] = stored
    return call, columns


def _through_sql(call: Call, parameter: Parameter, value: str) -> tuple[Call, str]:
    """What the database makes of a value that is put into a statement unsanitised. Raises RefusedError."""
    settings = call.state.settings
    if not call.shipped or call.harmless or is_sanitised(parameter, settings):
        return call, value
    if not mysql.is_literal(value):
        raise RefusedError("raw-text-in-sql-500")
    text = value if settings.non_latin else mysql.latin1(call.request.parameters.values[parameter.name])
    stored = mysql.literal(text)
    return call.noting("raw-text-stored-otherwise" if stored != value else None), stored


def _as_text(_parameter: Parameter, value: str) -> Column:
    return value


def _as_integer(_parameter: Parameter, value: str) -> Column:
    match = _LEADING_DIGITS.match(value)
    return int(match[0]) if match and match[0] else 0


def _as_enumeration(parameter: Parameter, value: str) -> Column:
    return next((known for known in parameter.stored_values if known.lower() == value.lower()), "")


STORED_AS: Mapping[str, Callable[[Parameter, str], Column]] = {
    "text": _as_text,
    "integer": _as_integer,
    "enumeration": _as_enumeration,
}

EFFECT_OF: Mapping[Effect, Callable[[Call], Ending]] = {
    Effect.ADDS: add,
    Effect.UPDATES: update,
    Effect.COPIES: copy,
    Effect.DELETES: delete,
    Effect.READS: read,
}
