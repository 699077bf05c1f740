"""What a function does once all its checks have passed (observed.md section 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from conformance.contract import mysql
from conformance.contract.call import Call
from conformance.contract.checks import look_up, shown_number
from conformance.contract.form import refusal_name
from conformance.contract.function import Effect, Trace
from conformance.contract.kind import Kind, Stored
from conformance.contract.outcome import Answer, Outcome, Unspecified
from conformance.contract.parameter import Parameter
from conformance.contract.reads import read
from conformance.contract.request import decode
from conformance.contract.rules import allows, is_date, is_taken
from conformance.contract.sanitise import as_text, is_sanitised
from conformance.contract.world import ANY, NOW, Column, Drop, MayChange, Put, Row, folded

Ending = Outcome | Unspecified


class RefusedError(Exception):
    """A value that makes the database refuse the statement; `deviation` says what a script that ends with it shows.

    Unless `sure`, it may as well be another statement that the database carries out.
    """

    def __init__(self, deviation: str | None, *, sure: bool = True) -> None:
        self.deviation = deviation
        self.sure = sure


def add(call: Call) -> Ending:
    """Insert one row."""
    try:
        call, row = made_row(call)
    except RefusedError as refused:
        return refused_statement(call, refused, "added")
    return call.ends(call.answer("added"), changes=(Put(row), *traces(call, call.kind)))


def made_row(call: Call) -> tuple[Call, Row]:
    """The row that a call inserts. Raises RefusedError where the database takes no such row."""
    call, columns = store(call)
    call, key = _stored_key(call)
    return call, Row(call.kind.name, new_number(call, 0), key, {**defaults(call), **columns})


def _stored_key(call: Call) -> tuple[Call, tuple[str, ...]]:
    """The key as its columns hold it. Raises RefusedError where one does not fit, or two rows would have one key."""
    kind, sent = call.kind, call.key(call.kind)
    columns = [kind.columns[name] for name in kind.key if name in kind.columns]
    if not call.shipped or call.harmless or len(columns) < len(sent):
        return call, sent
    kept = [bend(column, value) for value, column in zip(sent, columns, strict=True)]
    stored = tuple(str(value) for value, _ in kept)
    bent = [column for column, (_, is_bent) in zip(columns, kept, strict=True) if is_bent]
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
        call, columns = store(call)
    except RefusedError as refused:
        return refused_statement(call, refused, "updated")
    if not columns:
        return call.ends(call.answer("no-updates"))
    row = replace(call.found, columns={**call.found.columns, **columns})
    return call.ends(call.answer("updated"), changes=(Put(row),))


def refused_statement(call: Call, refused: RefusedError, reply: str) -> Ending:
    """The script ends with the statement, or says that all went well and nothing is stored (section 11)."""
    if not refused.sure:
        return call.silent("what else a statement does that such a text is put into was never recorded", MayChange(ANY))
    if call.throws and call.said:
        return call.silent("what is left of the lines before an HTTP 500 was never recorded")
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
    told = {p.column: p.default for p in _fields(call) if p.column}
    return of_kind | {name: value for name, value in told.items() if value is not None or name not in of_kind}


def _fields(call: Call) -> tuple[Parameter, ...]:
    """The parameters that are stored in columns which do not name the row."""
    naming = {column for kind in call.contract.kinds_of(call.called) for column in kind.key}
    return tuple(p for column, p in call.called.by_column.items() if column not in naming)


def store(call: Call) -> tuple[Call, Mapping[str, Column]]:
    """The columns that the call's fields set. Raises RefusedError where the database takes no such value."""
    columns: dict[str, Column] = {}
    for parameter in _fields(call):
        if parameter.name not in (call.values or {}):
            continue
        value = call.value(parameter.name)
        if not _is_sent(call, parameter) or not parameter.column:
            continue
        if call.shipped and parameter.lost_with and _is_sent(call, call.called.by_name[parameter.lost_with]):
            call = call.noting(parameter.lost)
            continue
        call, columns[parameter.column] = _one_field(call, parameter, value)
    return call, columns


def _is_sent(call: Call, parameter: Parameter) -> bool:
    taken = is_taken(parameter, call.value(parameter.name), call.state, call.dialect)
    return taken and not call.is_array(parameter.name)


def _one_field(call: Call, parameter: Parameter, value: str) -> tuple[Call, Column]:
    words = parameter.rule(call.dialect, call.state.settings.build).words
    if value in words:
        return call, words[value]
    call, value = _through_sql(call, parameter, value)
    assert parameter.column is not None
    column = call.kind.columns.get(parameter.column) or _column_of(parameter)
    if not call.shipped:
        return call, bend(column, value)[0] if column.type == "integer" else value
    stored, bent = bend(column, value)
    if bent and call.strict and column.strict is not None:
        raise RefusedError(column.strict)
    return call.noting(column.cut if bent else None), stored


def _column_of(parameter: Parameter) -> Stored:
    """The column of a parameter whose kind does not describe it."""
    return Stored(
        type=parameter.stored,
        values=parameter.stored_values,
        cut=parameter.stored_deviation,
        strict=parameter.strict_deviation,
    )


def _through_sql(call: Call, parameter: Parameter, value: str) -> tuple[Call, str]:
    """What the database makes of a value that is put into a statement unsanitised. Raises RefusedError."""
    settings = call.state.settings
    if not call.shipped or call.harmless:
        return call, value
    if parameter.decoded_again and ENCODED in value:
        return call, _decoded_again(value, parameter.decoded_again)
    if is_sanitised(parameter, settings):
        return call, value
    text = value if settings.non_latin else mysql.latin1(call.request.parameters.values[parameter.name])
    if not mysql.is_literal(value):
        raise RefusedError("raw-text-in-sql-500")
    stored = mysql.literal(text)
    return call.noting("raw-text-stored-otherwise" if stored != value else None), stored


ENCODED = "%3A%2F%2F"
"""What tells a server that an address has been encoded twice: `://`."""


def _decoded_again(value: str, deviation: str) -> str:
    """An address that was encoded twice, as it is stored. Raises RefusedError where its text ends the literal."""
    text = as_text(decode(value)).replace(" ", "+")
    if not mysql.is_literal(text):
        raise RefusedError(deviation, sure=not mysql.comments_out(text) and not mysql.reopens(text))
    return mysql.literal(text)


def bend(column: Stored, value: str) -> tuple[Column, bool]:
    """What a column makes of a value, and whether it is bent: cut, or another than was sent."""
    return _BENT[column.type](column, value)


def _as_text(column: Stored, value: str) -> tuple[Column, bool]:
    return value[: column.size], value != value[: column.size]


def _as_integer(_column: Stored, value: str) -> tuple[Column, bool]:
    return max(int(float(mysql.number(value))), 0), not value.isdigit()


def _as_enumeration(column: Stored, value: str) -> tuple[Column, bool]:
    known = next((known for known in column.values if known.lower() == value.lower()), None)
    return known or "", known is None


def _as_date(_column: Stored, value: str) -> tuple[Column, bool]:
    return (value, False) if is_date(value) else ("0000-00-00", True)


_BENT: Mapping[str, Callable[[Stored, str], tuple[Column, bool]]] = {
    "text": _as_text,
    "integer": _as_integer,
    "enumeration": _as_enumeration,
    "date": _as_date,
}

EFFECT_OF: Mapping[Effect, Callable[[Call], Ending]] = {
    Effect.ADDS: add,
    Effect.UPDATES: update,
    Effect.COPIES: copy,
    Effect.DELETES: delete,
    Effect.READS: read,
}
