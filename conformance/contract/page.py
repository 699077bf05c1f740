"""Tables that are printed as a page of HTML: the text around the rows, and rows of several lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from conformance.contract.struct import Struct

NUMBER = "number"
SHADE = "shade"
OWN = frozenset({NUMBER, SHADE})
"""Placeholders of a row that are no columns: its place, counted from 1, and the shade of its background."""

Told = tuple[tuple[str, str], ...]
"""Columns by their names, each with what is told of it."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SCRIPT = re.compile(r"(?is)(<script\b[^>]*>).*?(</script\s*>)")
_HEAD_ENDS = re.compile(r"(?i)</head\s*>")


class Page(Struct, frozen=True):
    """What stands before the rows, one row, and what stands after them; each ends in a line feed.

    A row has `{name}` for each column, as often as it is printed, `{number}`, and `{shade}` for one of `shades`, which
    take turns. What scripts in the head of a page hold belongs to the server, and is left out.
    """

    head: str
    row: str
    foot: str
    shades: tuple[str, ...] = ()

    @property
    def placeholders(self) -> frozenset[str]:
        """The names that a row has places for."""
        return frozenset(_PLACEHOLDER.findall(self.row))

    def printed(self, place: int, values: Told) -> str:
        """The row at a place, counted from 0, without its last line feed."""
        told = {**dict(values), **self._own(place)}
        return _PLACEHOLDER.sub(lambda found: told[found[1]], self.row).removesuffix("\n")

    def pattern(self, patterns: Told, place: int | None = None) -> re.Pattern[str]:
        """What such a row looks like, each column as its pattern; at any place, if none is told."""
        own = {NUMBER: "[0-9]+", SHADE: "|".join(map(re.escape, self.shades))}
        at = own if place is None else {name: re.escape(value) for name, value in self._own(place).items()}
        return re.compile("".join(self._pieces({**dict(patterns), **at})))

    def _own(self, place: int) -> Mapping[str, str]:
        return {NUMBER: str(place + 1), SHADE: self.shades[place % len(self.shades)] if self.shades else ""}

    def _pieces(self, patterns: Mapping[str, str]) -> Iterator[str]:
        """A column that is printed a second time holds what it held the first time."""
        seen: set[str] = set()
        for at, piece in enumerate(_PLACEHOLDER.split(self.row.removesuffix("\n"))):
            if at % 2 == 0:
                yield re.escape(piece)
            else:
                yield f"(?P={piece})" if piece in seen else f"(?P<{piece}>{patterns[piece]})"
                seen.add(piece)

    def rows_of(self, lines: Iterable[str]) -> Iterator[tuple[int, str]]:
        """The rows among lines, each with the number of its first line within them, from 0. Any lines give a result.

        A row goes from a line that begins one to the next that does.
        """
        row: list[str] = []
        begun = 0
        for number, line in enumerate(lines):
            if row and self._begins(line):
                yield begun, "\n".join(row)
                row, begun = [], number
            row.append(line)
        if row:
            yield begun, "\n".join(row)

    def _begins(self, line: str) -> bool:
        return _first_line(self).fullmatch(line) is not None


@lru_cache(maxsize=64)
def _first_line(page: Page) -> re.Pattern[str]:
    first = Page(head="", row=page.row.partition("\n")[0], foot="", shades=page.shades)
    return first.pattern(tuple((name, ".*") for name in first.placeholders))


def without_scripts(body: str) -> str:
    """A page without what the scripts in its head hold; any other body as it is."""
    ends = _HEAD_ENDS.search(body)
    if ends is None or not body.lstrip().lower().startswith("<html"):
        return body
    return _SCRIPT.sub(r"\1\2", body[: ends.start()]) + body[ends.start() :]
