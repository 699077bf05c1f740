"""What MySQL makes of a text between apostrophes (observed.md sections 4 and 7), and the order of texts."""

from __future__ import annotations

import re

_LITERAL = re.compile(r"(?:[^'\\]|''|\\.)*", re.DOTALL)
_ESCAPED = re.compile(r"''|\\(.)", re.DOTALL)
_MEANING = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}
_COMMENT = re.compile(r"""['\\].*(--|\#|/\*)""", re.DOTALL)
_REOPENED = re.compile(r"""['\\].*'""", re.DOTALL)
_OTHERS = str.maketrans("'\\", "!!")
_UNMAPPED = re.compile("[\x80-\x9f]")


def is_literal(text: str) -> bool:
    """Whether the text ends where the script's own apostrophe ends it: no apostrophe of its own does."""
    return _LITERAL.fullmatch(text) is not None


def comments_out(text: str) -> bool:
    """Whether the text may end its literal and make a comment of what follows: a WHERE, for one."""
    return _COMMENT.search(text) is not None


def reopens(text: str) -> bool:
    """Whether the text may end its literal and begin another: in a WHERE, `' OR '1'='1` means every row."""
    return _REOPENED.search(text) is not None


def kept_inside(text: str) -> str:
    """The text, or where it may do either the same with other characters in place of those that end a literal."""
    return text.translate(_OTHERS) if comments_out(text) or reopens(text) else text


def literal(text: str) -> str:
    """What a literal holds: two apostrophes are one, and a backslash gives what follows it another meaning."""
    return _ESCAPED.sub(lambda found: _MEANING.get(found[1], found[1]) if found[1] else "'", text)


def latin1(raw: bytes) -> str:
    """Text of a connection that takes all bytes for `latin1`, which MySQL reads as Windows-1252."""
    return _UNMAPPED.sub(lambda found: _windows(found[0]), raw.decode("latin-1"))


def _windows(control: str) -> str:
    return control.encode("latin-1").decode("cp1252", errors="ignore") or control


_NUMBER = re.compile(r"\s*[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]{1,2})?")


def number(text: str) -> str:
    """What a text counts as where it is compared with a whole number: what it begins with, else 0."""
    found = _NUMBER.match(text)
    value = float(found[0]) if found else 0.0
    return str(int(value)) if value.is_integer() else str(value)


def is_behind(one: str, other: str) -> bool:
    """Whether every collation sorts one text behind the other: only of letters and digits is the order sure."""
    for first, second in zip(one.upper(), other.upper(), strict=False):
        if first != second:
            return all(letter.isascii() and letter.isalnum() for letter in (first, second)) and first > second
    return one[len(other) :][:1].isalnum()
