"""What a reading function answers once all its checks have passed: a table of the rows that the caller may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from conformance.contract.belonging import count, listed, nothing_to_sort
from conformance.contract.body import Cell, Cells, Listing, Printing, place_of
from conformance.contract.call import Call
from conformance.contract.checks import is_nobodys, look_up
from conformance.contract.kind import Kind
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.quirks import COMPUTED, NotKnownError
from conformance.contract.reply import Shape, Value
from conformance.contract.settings import Build
from conformance.contract.table import HEADED, PIPE, SEPARATORS, Seen, Table, TableColumn
from conformance.contract.visible import column_of, may_see
from conformance.contract.world import Column, Row


def read(call: Call) -> Outcome | Unspecified:
    """The table, or the reply that there is nothing to show."""
    table = call.called.table
    if table is None:
        return call.silent(f"what {call.called.name} answers then is not described here")
    if table.page is not None and not call.shipped:
        return call.silent("documentation does not show the page that is printed")
    if any(map(call.is_array, table.sent)):
        return call.silent("what a table prints of an array was never recorded")
    try:
        return _listed(call, table)
    except NotKnownError as unknown:
        return call.silent(str(unknown))


def _listed(call: Call, table: Table) -> Outcome | Unspecified:
    call, rows, whole = _rows(call, table)
    if not rows and whole and table.none is not None:
        return call.ends(call.answer(table.none))
    columns = _columns(call, table)
    for told in filter(None, (column.listed for column in columns)):
        call, end = nothing_to_sort(call, told, rows, whole=whole)
        if end is not None:
            return end
    cells = []
    for place in range(len(rows)):
        call, row_cells = _cells(call, table, columns, rows[: place + 1], whole=whole)
        cells.append(row_cells)
    listing = replace(_listing(call, table, columns), rows=tuple(cells), whole=whole)
    if not rows and table.none is not None:
        call = call.might(call.ends(call.answer(table.none)))
    if not rows and not (listing.single or listing.filled or listing.headed or listing.page):
        return _empty(call, table, listing)
    return replace(call.ends(), table=listing)


def _empty(call: Call, table: Table, listing: Listing) -> Outcome | Unspecified:
    """A body without row and header; where there may be rows that nobody knows, that is one of two ends."""
    if not call.shipped:
        return call.silent("documentation does not say what is printed where there is no row")
    nothing = replace(call.noting(table.empty).ends(), table=replace(listing, whole=True, empty=table.empty))
    return nothing if listing.whole else replace(call.might(nothing).ends(), table=listing)


def _shows_all(call: Call, table: Table) -> bool:
    return table.unconditional or (table.every is not None and call.has(table.every))


def _rows(call: Call, table: Table) -> tuple[Call, list[Row], bool]:
    """The rows that are shown, as far as they are known, and whether there are no others."""
    if table.none is None and not _shows_all(call, table):
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
    shown = _in_order([row for row in rows if may_see(call.caller, kind, row)], table, kind)
    kept = [row for row in shown if all(column_of(kind, row, name) in told for name, told in table.only.items())]
    if len(kept) < len(shown) and (call.shipped or table.left_out is None):
        return call.noting(table.left_out), kept, whole
    return call, shown, whole


def _in_order(rows: list[Row], table: Table, kind: Kind) -> list[Row]:
    """Rows as the table sorts them."""

    def place(row: Row) -> list[tuple[bool, int, str]]:
        values = ((name, _text(column_of(kind, row, name))) for name in table.order)
        return [(True, 0, value.upper()) if _is_text(kind, name) else place_of(value) for name, value in values]

    return sorted(rows, key=place)


def _is_text(kind: Kind, column: str) -> bool:
    """Whether a column is sorted by letters, and not by what it counts."""
    return column in kind.columns and kind.columns[column].type != "integer"


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
        strange=tuple(_stranger(call, column) for column in columns),
        headed=table.header is not None and call.value(table.header) == HEADED,
        key=_places(columns, kind.key),
        order=_places(columns, table.order),
        texts=frozenset(_places(columns, tuple(name for name in table.order if _is_text(kind, name)))),
        single=table.none is None and not _shows_all(call, table),
        filled=table.none is not None,
        header_deviations=tuple(differing),
        closing_deviation=closing.deviation if closing else None,
        page=table.page,
        logged=table.logged,
    )


def _stranger(call: Call, column: TableColumn) -> Value:
    """A column of a row that nobody knows."""
    return Shape(column.shape, column.example) if column.sent is None else call.value(column.sent)


def _says(call: Call, told: Iterable[tuple[str, str]]) -> bool:
    """Whether a call has one of these values."""
    return any(call.value(name) == value for name, value in told)


def _places(columns: tuple[TableColumn, ...], names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(place for place, column in enumerate(columns) if column.of is None and column.column in names)


def _cells(
    call: Call, table: Table, columns: tuple[TableColumn, ...], rows: Sequence[Row], *, whole: bool
) -> tuple[Call, Cells]:
    """The columns of the last of some rows; the others are those that come before it."""
    cells: list[Cell] = []
    row = rows[-1]
    for column in columns:
        if column.computed is not None:
            computed = COMPUTED[column.computed](call, row)
            call = call.noting(computed.deviation)
            if computed.fails and call.throws:
                call = call.might(call.noting(computed.fails).ends(status=500))
            cells += [] if computed.value is None else [computed.value]
        elif column.listed is not None:
            call, held = listed(call, column.listed, rows, whole=whole)
            cells.append(Shape(column.shape, column.example) if held is None else held)
        else:
            cells.append(_cell(call, table, column, row))
    return call, tuple(cells)


def _cell(call: Call, table: Table, column: TableColumn, row: Row) -> Value:
    if column.sent is not None:
        return call.value(column.sent)
    if column.count is not None:
        return count(call, column.count, row)
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


def _text(value: Column, *, words: bool = False) -> str:
    """A value as it is printed: nothing for NULL, and a list kept as ` A B -` without its space and its dash."""
    text = "" if value is None else str(value)
    return text.removesuffix("-").strip(" ") if words else text
