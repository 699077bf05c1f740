"""Two texts side by side: what is alike stands in one column, what differs is marked. Pure.

A text of the server may be anything, so the work is bounded: only `LIMIT` characters of each are compared.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, takewhile, zip_longest
from operator import attrgetter
from typing import NamedTuple

from conformance.report.text import visible

LIMIT = 600
"""Characters of a text that are compared."""

COLUMNS = 76
"""Columns of a line."""

ALIKE = 0.5
"""Texts less alike than this differ as a whole: letters they share by chance tell nobody anything."""

SPACE = "\N{OPEN BOX}"


class Piece(NamedTuple):
    """Part of a line. `width` is how many columns it has, more than its text has where the other's is longer."""

    text: str
    changed: bool
    width: int


class AlignedLine(NamedTuple):
    """One line of both texts."""

    expected: tuple[Piece, ...]
    got: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    """One character of each text, as it is shown; an empty one where a text has none."""

    expected: str
    got: str
    changed: bool

    @property
    def width(self) -> int:
        return max(_columns(self.expected), _columns(self.got))


def aligned(expected: str, got: str) -> tuple[AlignedLine, ...]:
    """Both texts in lines of `COLUMNS`, every character visible, and no more than `LIMIT` of them."""
    pairs = _pairs(expected[:LIMIT], got[:LIMIT])
    return tuple(AlignedLine(_pieces(line, "expected"), _pieces(line, "got")) for line in _wrapped(pairs))


def _pieces(pairs: Iterable[_Pair], side: str) -> tuple[Piece, ...]:
    return tuple(_piece(list(group), side) for _, group in groupby(pairs, attrgetter("changed")))


def _piece(pairs: list[_Pair], side: str) -> Piece:
    text = "".join(getattr(pair, side) for pair in pairs)
    return Piece(text, pairs[0].changed, sum(pair.width for pair in pairs))


def _wrapped(pairs: Iterable[_Pair]) -> Iterator[list[_Pair]]:
    line: list[_Pair] = []
    used = 0
    for pair in pairs:
        used += pair.width
        if line and used > COLUMNS:
            yield line
            line, used = [], pair.width
        line.append(pair)
    if line:
        yield line


def _pairs(expected: str, got: str) -> Iterator[_Pair]:
    for ours, theirs, changed in _stretches(expected, got):
        for first, second in zip_longest(ours, theirs, fillvalue=""):
            yield _Pair(_shown(first, changed=changed), _shown(second, changed=changed), changed)


def _stretches(expected: str, got: str) -> Iterator[tuple[str, str, bool]]:
    """The texts cut into stretches that are alike and stretches that differ."""
    start = _common(expected, got)
    end = _common(expected[start:][::-1], got[start:][::-1])
    ours, theirs = expected[start : len(expected) - end], got[start : len(got) - end]
    middle = _middle(ours, theirs)
    alike = start + end + sum(len(text) for text, _, changed in middle if not changed)
    if alike < ALIKE * min(len(expected), len(got)):
        return iter([(expected, got, True)])
    first = (expected[:start], got[:start], False)
    last = (expected[len(expected) - end :], got[len(got) - end :], False)
    return iter([first, *middle, last])


def _common(text: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False)))


def _middle(ours: str, theirs: str) -> list[tuple[str, str, bool]]:
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.ratio() < ALIKE:
        return [(ours, theirs, True)]
    return [(ours[a:b], theirs[c:d], tag != "equal") for tag, a, b, c, d in matcher.get_opcodes()]


def _shown(character: str, *, changed: bool) -> str:
    """A character that people can see: a space only where it matters, a mark apart from its letter."""
    if character == " ":
        return SPACE if changed else " "
    if character and unicodedata.category(character).startswith("M"):
        return character.encode("unicode_escape").decode()
    return visible(character)


def _columns(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
