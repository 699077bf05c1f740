"""The table that a function answers: the rows that are known of it, and how each dialect prints it.

Servers quote nothing. A value with a separator in it makes a row of more columns, so a row is compared as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat

from conformance.contract.page import Page, Told
from conformance.contract.reply import Shape, Value
from conformance.contract.settings import Dialect
from conformance.contract.table import TableColumn


@dataclass(frozen=True, slots=True)
class Unordered:
    """Values of one column of which nobody says in which order they come, `after` behind each."""

    values: tuple[str, ...]
    after: str

    @property
    def pattern(self) -> str:
        """Each of them once, in any order."""
        pieces = [re.escape(f"{value}{self.after}") for value in self.values]
        any_piece = f"(?:{'|'.join(pieces)})"
        all_there = "".join(f"(?={any_piece}*?{piece})" for piece in pieces)
        return f"{all_there}{any_piece}{{{len(pieces)}}}" if pieces else ""

    def __str__(self) -> str:
        return "".join(f"{value}{self.after}" for value in self.values)


Cell = Value | Unordered
Cells = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Printing:
    """How one dialect prints a table: the names in its header, and whether a separator closes each row."""

    names: tuple[str, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A table as far as it is known. `rows` are the known ones; `whole` is whether there are no others.

    `strange` is a row that nobody knows: of its columns as much as the call tells.
    `headed` is whether a header comes first. `key` and `order` are the places of the columns that name a row, and of
    those by which rows are sorted, of which `texts` are sorted as text. `single` is whether it has just one row,
    `filled` whether it has one at least; `empty` is the deviation of one that has neither row nor header.
    A row is shorter than `columns` where the server leaves out its last one. Where the dialects differ in the header,
    or in what closes a row, `header_deviations` and `closing_deviation` say so. With a `page` it is printed as HTML.
    `logged` is as in `Table`.
    """

    separator: str
    columns: tuple[TableColumn, ...]
    documented: Printing
    shipped: Printing
    strange: Cells
    rows: tuple[Cells, ...] = ()
    whole: bool = True
    headed: bool = False
    key: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    texts: frozenset[int] = frozenset()
    single: bool = False
    filled: bool = True
    empty: str | None = None
    header_deviations: tuple[str, ...] = ()
    closing_deviation: str | None = None
    page: Page | None = None
    logged: bool = True

    def printing(self, dialect: Dialect) -> Printing:
        """How that dialect prints it."""
        return self.documented if dialect is Dialect.DOCUMENTED else self.shipped

    @property
    def is_open(self) -> bool:
        """Whether some value in it is known by its shape only."""
        return any(isinstance(value, Shape) for row in self.rows for value in row)

    @property
    def deviations(self) -> frozenset[str]:
        """The deviations that its shipped form shows."""
        header = self.header_deviations if self.headed else ()
        closing = [self.closing_deviation] if self.documented.closed != self.shipped.closed else []
        return frozenset(id for id in (*header, *closing) if id)

    def header(self, dialect: Dialect) -> str:
        """The header line of that dialect."""
        return self.separator.join(self.printing(dialect).names)

    def line(self, cells: Cells, dialect: Dialect, place: int = 0) -> str:
        """A row as that dialect prints it at a place, for people where a value is known by its shape only."""
        if self.page is not None:
            return self.page.printed(place, self._named(map(str, cells)))
        text = self.separator.join(map(str, cells))
        return text + self.separator * self.printing(dialect).closed

    def lines(self, dialect: Dialect) -> tuple[str, ...]:
        """All that is known of it as that dialect prints it, a line each."""
        rows = (self.line(row, dialect, place) for place, row in enumerate(self.rows))
        if self.page is not None:
            return (*lines_of(self.page.head), *rows, *lines_of(self.page.foot))
        header = (self.header(dialect),) if self.headed else ()
        return (*header, *rows)

    def split(self, line: str) -> tuple[str, ...]:
        """A received row taken apart. Any text gives a result."""
        if self.page is None:
            return tuple(line.split(self.separator))
        found = self.page.pattern(self._named(repeat(".*?"))).fullmatch(line)
        return tuple(found[column.name] for column in self.columns) if found else (line,)

    def is_at_another_place(self, line: str, place: int) -> bool:
        """Whether a received row of a page says of itself that it stands elsewhere than at that place, from 0."""
        if self.page is None:
            return False
        columns = self._named(repeat(".*?"))
        patterns = self.page.pattern(columns), self.page.pattern(columns, place)
        return [pattern.fullmatch(line) is not None for pattern in patterns] == [True, False]

    def told(self, line: str) -> str:
        """A row for people: of a page its columns alone, if it has them."""
        cells = self.split(line)
        return " | ".join(cells) if self.page is not None and len(cells) > 1 else line

    def _named(self, told: Iterable[str]) -> Told:
        return tuple((column.name, text) for column, text in zip(self.columns, told, strict=False))

    def is_row(self, line: str, cells: Cells, dialect: Dialect) -> bool:
        """Whether a received line is this row as that dialect prints it."""
        return self._pattern(cells, dialect).fullmatch(line) is not None

    def is_any_row(self, line: str, dialect: Dialect) -> bool:
        """Whether a received line could be a row that nobody knows, as that dialect prints it."""
        shorter = self.columns[-1:] and self.columns[-1].optional and dialect is Dialect.SHIPPED
        rows = (self.strange, self.strange[:-1]) if shorter else (self.strange,)
        return any(self.is_row(line, row, dialect) for row in rows)

    def example(self, dialect: Dialect) -> str:
        """What a row that nobody knows looks like, for people."""
        return self.line(self.strange, dialect)

    def _pattern(self, cells: Cells, dialect: Dialect) -> re.Pattern[str]:
        if self.page is not None:
            return self.page.pattern(self._named(map(_pattern_of, cells)))
        between = re.escape(self.separator)
        return re.compile(between.join(map(_pattern_of, cells)) + between * self.printing(dialect).closed)


def _pattern_of(cell: Cell) -> str:
    return re.escape(cell) if isinstance(cell, str) else f"(?:{cell.pattern})"


def place_of(text: str) -> tuple[bool, int, str]:
    """Where a value stands among others: numbers first, by what they count, and text whatever its letter case."""
    return (not text.isdecimal(), int(text) if text.isdecimal() else 0, text.lower())


def lines_of(body: str) -> tuple[str, ...]:
    """The lines of a reply. Text after the last line feed is a line of its own."""
    *lines, rest = body.split("\n")
    return (*lines, rest) if rest else tuple(lines)
