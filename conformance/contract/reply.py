"""Reply text and its lines: status word, function, message, separator, fields. Total: any text gives a result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_STATUS = re.compile(r"([A-Z]+): ")
_FUNCTION = re.compile(r"([a-z][a-z_]*) ")
_SEPARATOR = re.compile(r": \|| - |: ")


class Aspect(StrEnum):
    """What is compared of a reply, each on its own."""

    HTTP_STATUS = "http-status"
    CONTENT_TYPE = "content-type"
    LINES = "lines"
    STATUS = "status"
    FUNCTION = "function"
    MESSAGE = "message"
    SEPARATOR = "separator"
    FIELDS = "fields"
    PAGE = "page"
    HEADER = "header"
    COLUMNS = "columns"
    ROW = "row"
    ROWS = "rows"
    ORDER = "order"
    EFFECT = "effect"
    INVARIANT = "invariant"


LINE_ASPECTS = (Aspect.STATUS, Aspect.FUNCTION, Aspect.MESSAGE, Aspect.SEPARATOR, Aspect.FIELDS)


@dataclass(frozen=True, slots=True)
class Shape:
    """A field whose value nobody can know beforehand, such as a clock: any text that the pattern matches in full."""

    pattern: str
    example: str

    def __str__(self) -> str:
        return f"<{self.example}>"


Value = str | Shape


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a reply. Expected lines may have `Shape`s among their fields; received ones never do."""

    status: str
    function: str
    message: str
    separator: str
    fields: tuple[Value, ...]

    def aspect(self, aspect: Aspect) -> object:
        """The part of the line that `aspect` names."""
        return getattr(self, aspect.value)

    def __str__(self) -> str:
        head = f"{self.status}: " if self.status else ""
        name = f"{self.function} " if self.function else ""
        return f"{head}{name}{self.message}{self.separator}{'|'.join(map(str, self.fields))}"


@lru_cache(maxsize=4_096)
def parse_line(text: str) -> Line:
    """Take one line apart. Text that is no reply at all comes back as fields without anything before them.

    Lines are kept for a while: templates come again with every prediction.
    """
    status = _STATUS.match(text)
    if status is None:
        return Line("", "", "", "", tuple(text.split("|")))
    rest = text[status.end() :]
    if status[1] == "VERSION":
        return Line(status[1], "", "", "", tuple(rest.split("|")))
    named = _FUNCTION.match(rest)
    if named is not None:
        rest = rest[named.end() :]
    function = named[1] if named else ""
    separator = _SEPARATOR.search(rest)
    if separator is None:
        return Line(status[1], function, rest, "", ())
    fields = tuple(rest[separator.end() :].split("|"))
    return Line(status[1], function, rest[: separator.start()], separator[0], fields)


def parse_reply(body: str) -> tuple[Line, ...]:
    """Take a whole reply apart. Lines end in a line feed; text after the last one is a line of its own."""
    lines = body.split("\n")
    if lines[-1] == "":
        lines.pop()
    return tuple(parse_line(line) for line in lines)


def matches(expected: Line, received: Line, aspect: Aspect) -> bool:
    """Whether a received line is as expected in one aspect."""
    if aspect is not Aspect.FIELDS:
        return expected.aspect(aspect) == received.aspect(aspect)
    if len(expected.fields) != len(received.fields):
        return False
    return all(_field_matches(e, str(r)) for e, r in zip(expected.fields, received.fields, strict=True))


def _field_matches(expected: Value, received: str) -> bool:
    if isinstance(expected, Shape):
        return re.fullmatch(expected.pattern, received) is not None
    return expected == received


_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def render(template: str, values: Mapping[str, Value]) -> Line:
    """Fill a template such as `ERROR: add_did DID ALREADY EXISTS: |{user}|{did_pattern}`.

    A value that contains `|` becomes several fields, as it does on the wire. Raises KeyError for an unknown name.
    """
    line = parse_line(template)
    fields: list[Value] = []
    for field in line.fields:
        fields.extend(_fill(str(field), values))
    return Line(line.status, line.function, line.message, line.separator, tuple(fields))


def _fill(template: str, values: Mapping[str, Value]) -> tuple[Value, ...]:
    filled = [values[piece] if is_name else piece for is_name, piece in _pieces(template)]
    if not any(isinstance(value, Shape) for value in filled):
        return tuple("".join(map(str, filled)).split("|"))
    pattern = "".join(value.pattern if isinstance(value, Shape) else re.escape(value) for value in filled)
    return (Shape(pattern, "".join(value.example if isinstance(value, Shape) else value for value in filled)),)


@lru_cache(maxsize=4_096)
def _pieces(template: str) -> tuple[tuple[bool, str], ...]:
    """A template taken apart into text and names of placeholders; True for a name."""
    split = _PLACEHOLDER.split(template)
    return tuple((place % 2 == 1, piece) for place, piece in enumerate(split) if piece)
