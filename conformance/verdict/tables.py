"""A received table against the one that is expected: header, separators, columns, rows and their order.

Rows that are known are compared to the letter, others only by the shape of each column. A page of HTML is taken for the
text around its rows and the rows themselves, of several lines each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from conformance.contract import mysql
from conformance.contract.body import Cells, Listing, lines_of, place_of
from conformance.contract.page import Page
from conformance.contract.reply import Aspect
from conformance.contract.settings import Dialect

_STATUS = re.compile(r"(SUCCESS|ERROR|NOTICE|VERSION): ")


@dataclass(frozen=True, slots=True)
class Measured:
    """One aspect in which a received table differs, its line, and the deviation of servers that print it so."""

    aspect: Aspect
    line: int
    documented: str
    shipped: str
    got: str
    by: str | None = None


def differences(listing: Listing, body: str, *, documented: bool) -> tuple[Measured, ...]:
    """Where a reply is not the table; with `documented` the documented form is the one that counts."""
    return tuple(_Measuring(listing, documented).all(lines_of(body)))


Lines = Sequence[tuple[int, str]]
"""Rows as they came, each with the number of its first line."""


@dataclass(frozen=True)
class _Measuring:
    listing: Listing
    documented: bool

    def all(self, lines: tuple[str, ...]) -> Iterator[Measured]:
        replies = [(number, line) for number, line in enumerate(lines, 1) if _STATUS.match(line)]
        if replies:
            number, line = replies[0]
            yield Measured(Aspect.ROWS, number, "a table", "a table", line)
            return
        rows = list(enumerate(lines, 1))
        if self.listing.page is not None:
            yield from self._around(self.listing.page, lines)
            rows = _rows_within(self.listing.page, lines)
            yield from self._places(rows)
        elif self.listing.headed:
            yield from self._header(lines[0] if lines else "")
            rows = rows[1:]
        elif lines and self._is_header(lines[0]):
            yield Measured(Aspect.HEADER, 1, "no header", "no header", lines[0])
            rows = rows[1:]
        yield from self._known(rows) if self.listing.whole else self._others(rows)

    def _around(self, page: Page, lines: tuple[str, ...]) -> Iterator[Measured]:
        """What stands before the rows and after them, to the letter."""
        head, foot = lines_of(page.head), lines_of(page.foot)
        first = len(lines) - len(foot) + 1
        for wanted, got, at in ((head, lines[: len(head)], 1), (foot, lines[-len(foot) :], max(first, 1))):
            if wanted != got:
                pairs = enumerate(zip_longest(wanted, got, fillvalue=""))
                number, (told, came) = next((place, pair) for place, pair in pairs if pair[0] != pair[1])
                yield Measured(Aspect.PAGE, at + number, told, told, came)

    def _places(self, rows: Lines) -> Iterator[Measured]:
        """Each row of a page carries its place: whether it is the one where it stands."""
        for place, (number, row) in enumerate(rows):
            if self.listing.is_at_another_place(row, place):
                told = f"a row number {place + 1}"
                yield Measured(Aspect.ORDER, number, told, told, row.partition("\n")[0])
                return

    def _is_header(self, line: str) -> bool:
        names = self.listing.split(line)
        return names in (self.listing.documented.names, self.listing.shipped.names)

    def _header(self, line: str) -> Iterator[Measured]:
        listing, names = self.listing, self.listing.split(line)
        wanted = listing.documented.names if self.documented else listing.shipped.names
        if names == wanted:
            return
        texts = (listing.header(Dialect.DOCUMENTED), listing.header(Dialect.SHIPPED))
        known = listing.header_deviations if names == listing.shipped.names else ()
        for id in known or (None,):
            yield Measured(Aspect.HEADER, 1, *texts, line, id)

    def _known(self, lines: Lines) -> Iterator[Measured]:
        """All rows are known: these must be there, in this order, and no other."""
        rows = self.listing.rows
        if len(lines) != len(rows):
            yield self._rows(f"{len(rows)} rows", f"{len(lines)} rows", lines)
        elif self._is_reordered(lines):
            wanted = self._all_lines()
            yield Measured(Aspect.ORDER, 0, wanted, wanted, self._told(lines))
        else:
            for (number, line), row in zip(lines, rows, strict=True):
                yield from self._row(number, line, row)

    def _is_reordered(self, lines: Lines) -> bool:
        """Whether these are just the rows, but not one after the other as they should be."""
        rows = self.listing.rows
        if all(self._is(line, row) for (_, line), row in zip(lines, rows, strict=True)):
            return False
        left = [line for _, line in lines]
        for row in rows:
            found = next((line for line in left if self._is(line, row)), None)
            if found is None:
                return False
            left.remove(found)
        return True

    def _is(self, line: str, row: Cells) -> bool:
        return any(self.listing.is_row(line, row, dialect) for dialect in Dialect)

    def _others(self, lines: Lines) -> Iterator[Measured]:
        """There may be rows that nobody knows: each must look like one. Those that are known stand there once."""
        if (self.listing.filled or self.listing.single) and not lines:
            yield self._rows("a row at least", "none", lines)
        if self.listing.single and len(lines) > 1:
            yield self._rows("one row", f"{len(lines)} rows", lines)
        strangers = list(lines)
        for row in self.listing.rows:
            own = [entry for entry in lines if self._has_key(entry[1], row)]
            strangers = [entry for entry in strangers if entry not in own]
            yield from self._own(own, row)
        yield from self._strangers(strangers)
        yield from self._order(lines)

    def _strangers(self, lines: Lines) -> Iterator[Measured]:
        """Rows that nobody knows: in each aspect the first that is wrong tells of all."""
        measured = [one for number, line in lines for one in self._stranger(number, line)]
        yield from {one.aspect: one for one in reversed(measured)}.values()

    def _has_key(self, line: str, row: Cells) -> bool:
        """Whether a received row names the same as a known one; where no column does, whether it is the same."""
        fields = self.listing.split(line)
        if not self.listing.key:
            return self._is(line, row)
        return all(place < len(fields) and fields[place] == row[place] for place in self.listing.key)

    def _own(self, found: Lines, row: Cells) -> Iterator[Measured]:
        told = self.listing.told
        texts = (told(self._line(row, Dialect.DOCUMENTED)), told(self._line(row, Dialect.SHIPPED)))
        if len(found) == 1:
            yield from self._row(*found[0], row)
        elif found:
            yield Measured(Aspect.ROWS, found[1][0], *texts, f"it stands there {len(found)} times")
        else:
            yield Measured(Aspect.ROW, 0, *texts, "it is not there")

    def _row(self, number: int, line: str, row: Cells) -> Iterator[Measured]:
        texts = (self._line(row, Dialect.DOCUMENTED), self._line(row, Dialect.SHIPPED))
        yield from self._measured(number, line, texts, lambda dialect: self.listing.is_row(line, row, dialect))

    def _stranger(self, number: int, line: str) -> Iterator[Measured]:
        texts = (self.listing.example(Dialect.DOCUMENTED), self.listing.example(Dialect.SHIPPED))
        yield from self._measured(number, line, texts, lambda dialect: self.listing.is_any_row(line, dialect))

    def _measured(
        self, number: int, line: str, texts: tuple[str, str], fits: Callable[[Dialect], bool]
    ) -> Iterator[Measured]:
        if fits(Dialect.DOCUMENTED if self.documented else Dialect.SHIPPED):
            return
        documented, shipped = map(self.listing.told, texts)
        came = self.listing.told(line)
        if fits(Dialect.SHIPPED):
            yield Measured(Aspect.COLUMNS, number, documented, shipped, came, self.listing.closing_deviation)
        else:
            yield Measured(self._aspect(line, texts), number, documented, shipped, came)

    def _aspect(self, line: str, texts: tuple[str, str]) -> Aspect:
        """What is wrong with a row: what stands between its columns, how many there are, or what they hold."""
        counts = {len(self.listing.split(text)) for text in texts}
        fields = self.listing.split(line)
        if len(fields) == 1 < min(counts) and self.listing.page is None:
            return Aspect.SEPARATOR
        return Aspect.ROW if len(fields) in counts else Aspect.COLUMNS

    def _order(self, lines: Lines) -> Iterator[Measured]:
        if not self.listing.order:
            return
        told = self.listing.told
        by = ", ".join(self.listing.columns[place].name for place in self.listing.order)
        for (_, one), (number, other) in pairwise(lines):
            if self._is_behind(self.listing.split(one), self.listing.split(other)):
                yield Measured(
                    Aspect.ORDER, number, f"sorted by {by}", f"sorted by {by}", f"{told(one)} before {told(other)}"
                )
                return

    def _is_behind(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Whether a row belongs behind another, as far as that is sure."""
        for place in self.listing.order:
            if place >= min(len(one), len(other)):
                return False
            first, second = one[place], other[place]
            if first != second and place in self.listing.texts:
                return mysql.is_behind(first, second)
            if first != second:
                return place_of(first) > place_of(second)
        return False

    def _line(self, row: Cells, dialect: Dialect) -> str:
        return self.listing.line(row, dialect)

    def _all_lines(self) -> str:
        return " / ".join(self.listing.told(self._line(row, Dialect.DOCUMENTED)) for row in self.listing.rows)

    def _told(self, lines: Lines) -> str:
        return " / ".join(self.listing.told(line) for _, line in lines)

    def _rows(self, wanted: str, got: str, lines: Lines) -> Measured:
        known = self._all_lines()
        told = f"{wanted}: {known}" if known else wanted
        came = self._told(lines)
        return Measured(Aspect.ROWS, 0, told, told, f"{got}: {came}" if came else got)


def _rows_within(page: Page, lines: tuple[str, ...]) -> list[tuple[int, str]]:
    """The rows between what stands before them and after them, as far as that is there."""
    first, after = len(lines_of(page.head)), len(lines_of(page.foot))
    within = lines[first:-after] if lines[-after:] == lines_of(page.foot) else lines[first:]
    return [(first + 1 + at, row) for at, row in page.rows_of(within)]
