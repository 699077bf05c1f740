"""What a reading function answers once all its checks have passed: a table of the rows that the caller may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from conformance.contract.body import Cells, Listing, Printing
from conformance.contract.call import Call
from conformance.contract.checks import is_nobodys, look_up
from conformance.contract.model import Build
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.quirks import COMPUTED, NotKnownError
from conformance.contract.reply import Shape, Value
from conformance.contract.table import HEADED, PIPE, SEPARATORS, Count, Seen, Table, TableColumn
from conformance.contract.visible import column_of, may_see
from conformance.contract.world import Column, Row

COUNT = Shape(r"[0-9]+", "a number of rows")


def read(call: Call) -> Outcome | Unspecified:
    """The table, or the reply that there is nothing to show."""
    table = call.called.table
    if table is None:
        return call.silent(f"what {call.called.name} answers then is not described here")
    try:
        return _listed(call, table)
    except NotKnownError as unknown:
        return call.silent(str(unknown))


def _listed(call: Call, table: Table) -> Outcome:
    call, rows, whole = _rows(call, table)
    if not rows and whole and table.none is not None:
        return call.ends(call.answer(table.none))
    columns = _columns(call, table)
    cells = []
    for row in rows:
        call, row_cells = _cells(call, table, columns, row)
        cells.append(row_cells)
    listing = _listing(call, table, columns)
    listing = replace(listing, rows=tuple(cells), whole=whole, single=table.none is None)
    if table.none is not None and not rows:
        call = call.might(call.ends(call.answer(table.none)))
    return replace(call.ends(), table=listing)


def _rows(call: Call, table: Table) -> tuple[Call, list[Row], bool]:
    """The rows that are shown, as far as they are known, and whether there are no others."""
    if table.none is None:
        return call, [call.row] if call.row else [], call.row is not None
    seen = table.seen
    if seen and call.shipped and not _sees(call, seen):
        return call.noting(seen.deviation), [], True
    kind = call.contract.kinds[table.kind]
    wanted = call.value(table.filter) if table.filter else ""
    if wanted:
        call, found = look_up(call, kind, (wanted,))
        rows, whole = [found] if found else [], found is not None or is_nobodys(call, kind, (wanted,))
    else:
        rows, whole = list(call.state.rows(kind.name)), call.state.knows_all(kind.name)
    shown = [row for row in rows if may_see(call.caller, kind, row)]
    kept = [row for row in shown if all(column_of(kind, row, name) in told for name, told in table.only.items())]
    if call.shipped and len(kept) < len(shown):
        return call.noting(table.left_out), kept, whole
    return call, shown, whole


def _sees(call: Call, seen: Seen) -> bool:
    """Whether the caller is one of those to whom a server of this build shows rows."""
    may = call.caller.level >= seen.level and call.caller.grants.issuperset(seen.settings)
    return may or call.state.settings.build >= Build.parse(seen.until)


def _columns(call: Call, table: Table) -> tuple[TableColumn, ...]:
    build = call.state.settings.build
    there = (column for column in table.columns if Build.parse(column.since) <= build)
    return tuple(c for c in there if all(call.value(name) == value for name, value in c.when.items()))


def _listing(call: Call, table: Table, columns: tuple[TableColumn, ...]) -> Listing:
    build, closing = call.state.settings.build, table.closing
    named = [column for column in columns if Build.parse(column.named_since) <= build]
    differing = [column.deviation for column in named if column.deviation]
    differing += [table.header_deviation] if table.header_deviation and len(named) < len(columns) else []
    closed = closing is not None and Build.parse(closing.since) <= build and not _says(call, closing.unless.items())
    promised = closing is not None and not _says(call, closing.documented_unless.items())
    kind = call.contract.kinds[table.kind]
    return Listing(
        separator=SEPARATORS.get(call.value(table.stage), PIPE) if table.stage else PIPE,
        columns=columns,
        documented=Printing(tuple(column.documented or column.name for column in columns), promised),
        shipped=Printing(tuple(column.name for column in named), closed),
        headed=table.header is not None and call.value(table.header) == HEADED,
        key=_places(columns, kind.key),
        order=_places(columns, table.order),
        filled=table.none is not None,
        header_deviations=tuple(differing),
        closing_deviation=closing.deviation if closing else None,
    )


def _says(call: Call, told: Iterable[tuple[str, str]]) -> bool:
    """Whether a call has one of these values."""
    return any(call.value(name) == value for name, value in told)


def _places(columns: tuple[TableColumn, ...], names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(place for place, column in enumerate(columns) if column.of is None and column.column in names)


def _cells(call: Call, table: Table, columns: tuple[TableColumn, ...], row: Row) -> tuple[Call, Cells]:
    cells: list[Value] = []
    for column in columns:
        if column.computed is not None:
            computed = COMPUTED[column.computed](call, row)
            call = call.noting(computed.deviation)
            if computed.fails and call.throws:
                call = call.might(call.noting(computed.fails).ends(status=500))
            cells += [] if computed.value is None else [computed.value]
        else:
            cells.append(_cell(call, table, column, row))
    return call, tuple(cells)


def _cell(call: Call, table: Table, column: TableColumn, row: Row) -> Value:
    if column.sent is not None:
        return call.value(column.sent)
    if column.count is not None:
        return _count(call, column.count, row)
    assert column.column is not None
    kind = call.contract.kinds[column.of or table.kind]
    held: Row | None = row
    if column.of is not None:
        by = column_of(call.contract.kinds[table.kind], row, table.joined[column.of])
        held = call.state.find(kind.name, (str(by),), exact=False)
        if held is None and call.state.knows_all(kind.name):
            return ""
    if held is None or column.column not in {*kind.key, kind.number, *held.columns}:
        return Shape(column.shape, column.example)
    return _text(column_of(kind, held, column.column), words=column.words)


def _text(value: Column, *, words: bool) -> str:
    """A value as it is printed: nothing for NULL, and a list kept as ` A B -` without its space and its dash."""
    text = "" if value is None else str(value)
    return text.removesuffix("-").strip(" ") if words else text


def _count(call: Call, count: Count, row: Row) -> Value:
    told = (kind for said, kind in count.instead.items() if _says(call, [_pair(said)]))
    name = next(told, count.kind)
    if not call.state.knows_all(name):
        return COUNT
    kind = call.contract.kinds[name]
    of_row = (other for other in call.state.rows(name) if str(column_of(kind, other, count.by)) == row.key[0])
    return str(sum(all(column_of(kind, o, c) == value for c, value in count.where.items()) for o in of_row))


def _pair(said: str) -> tuple[str, str]:
    name, _, value = said.partition("=")
    return name, value
