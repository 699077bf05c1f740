"""The table that a function answers: the rows that are known of it, and how each dialect prints it.

Servers quote nothing. A value with a separator in it makes a row of more columns, so a row is compared as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.contract.reply import Shape, Value
from conformance.contract.settings import Dialect
from conformance.contract.table import TableColumn

Cells = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Printing:
    """How one dialect prints a table: the names in its header, and whether a separator closes each row."""

    names: tuple[str, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A table as far as it is known. `rows` are the known ones; `whole` is whether there are no others.

    `headed` is whether a header comes first. `key` and `order` are the places of the columns that name a row, and of
    those by which rows are sorted. `single` is whether it has just one row, `filled` whether it has one at least;
    `empty` is the deviation of one that has neither row nor header.
    A row is shorter than `columns` where the server leaves out its last one. Where the dialects differ in the header,
    or in what closes a row, `header_deviations` and `closing_deviation` say so.
    """

    separator: str
    columns: tuple[TableColumn, ...]
    documented: Printing
    shipped: Printing
    rows: tuple[Cells, ...] = ()
    whole: bool = True
    headed: bool = False
    key: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    single: bool = False
    filled: bool = True
    empty: str | None = None
    header_deviations: tuple[str, ...] = ()
    closing_deviation: str | None = None

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

    def line(self, cells: Cells, dialect: Dialect) -> str:
        """A row as that dialect prints it, for people where a value is known by its shape only."""
        text = self.separator.join(map(str, cells))
        return text + self.separator * self.printing(dialect).closed

    def lines(self, dialect: Dialect) -> tuple[str, ...]:
        """All that is known of it as that dialect prints it, a line each."""
        header = (self.header(dialect),) if self.headed else ()
        return (*header, *(self.line(row, dialect) for row in self.rows))

    def split(self, line: str) -> tuple[str, ...]:
        """A received line taken apart. Any text gives a result."""
        return tuple(line.split(self.separator))

    def is_row(self, line: str, cells: Cells, dialect: Dialect) -> bool:
        """Whether a received line is this row as that dialect prints it."""
        return self._pattern(cells, dialect).fullmatch(line) is not None

    def is_any_row(self, line: str, dialect: Dialect) -> bool:
        """Whether a received line could be a row that nobody knows, as that dialect prints it."""
        shorter = self.columns[-1:] and self.columns[-1].optional and dialect is Dialect.SHIPPED
        rows = (self._strange, self._strange[:-1]) if shorter else (self._strange,)
        return any(self.is_row(line, row, dialect) for row in rows)

    def example(self, dialect: Dialect) -> str:
        """What a row that nobody knows looks like, for people."""
        return self.line(self._strange, dialect)

    @property
    def _strange(self) -> Cells:
        return tuple(Shape(column.shape, column.example) for column in self.columns)

    def _pattern(self, cells: Iterable[Value], dialect: Dialect) -> re.Pattern[str]:
        between = re.escape(self.separator)
        text = between.join(f"(?:{c.pattern})" if isinstance(c, Shape) else re.escape(c) for c in cells)
        return re.compile(text + between * self.printing(dialect).closed)


def place_of(text: str) -> tuple[bool, int, str]:
    """Where a value stands among others: numbers first, by what they count, and text whatever its letter case."""
    return (not text.isdecimal(), int(text) if text.isdecimal() else 0, text.lower())


def lines_of(body: str) -> tuple[str, ...]:
    """The lines of a reply. Text after the last line feed is a line of its own."""
    *lines, rest = body.split("\n")
    return (*lines, rest) if rest else tuple(lines)
