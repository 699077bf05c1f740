"""A request as it goes over the wire, and how PHP reads its parameters (observed.md section 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote_plus, unquote_to_bytes

FORM_TYPE = "application/x-www-form-urlencoded"

_HEAD = re.compile(r"\s*HEAD\s")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a PHP script finds in its request: the last value of each name, as bytes, and the names sent as `name[]`."""

    values: Mapping[str, bytes] = field(default_factory=dict)
    arrays: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Request:
    """One call of the API. `query` and `form` are percent-encoded already, sent as they are; `form` None is no body.

    `wire` is a byte-level message: it goes out in place of what the other fields say (see `contract/wire.py`).
    """

    query: str = ""
    form: str | None = None
    method: str = "GET"
    content_type: str = FORM_TYPE
    wire: str | None = None

    @cached_property
    def parameters(self) -> Parameters:
        """The parameters as PHP reads them: a name in the query wins over the same name in the form."""
        readable = self.form if self.content_type == FORM_TYPE and self.method == "POST" else None
        form, query = parse(readable or ""), parse(self.query)
        return Parameters(
            {**form.values, **query.values},
            (form.arrays - query.values.keys()) | query.arrays,
        )

    @property
    def sends_json(self) -> bool:
        """Whether the body is announced as something other than a form."""
        return self.form is not None and self.content_type != FORM_TYPE

    @property
    def is_head(self) -> bool:
        """Whether the reply has no body, whatever it announces."""
        if self.wire is None:
            return self.method == "HEAD"
        return _HEAD.match(self.wire) is not None

    @property
    def has_raw_apostrophe(self) -> bool:
        """Whether the URL has an apostrophe that is not percent-encoded."""
        return "'" in self.query


def parse(text: str) -> Parameters:
    """Read `a=1&b=2` as PHP does: last value wins, `+` is a space, broken percent signs stay, `a[]` makes an array."""
    values: dict[str, bytes] = {}
    arrays: set[str] = set()
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if not name:
            continue
        decoded = decode(name).decode("latin-1")
        key, bracket, _ = decoded.partition("[")
        if bracket:
            arrays.add(key)
            values.pop(key, None)
        else:
            arrays.discard(key)
            values[key] = decode(value)
    return Parameters(values, frozenset(arrays))


def decode(text: str) -> bytes:
    """Undo form encoding: `+` is a space, `%XX` a byte, anything else itself."""
    return unquote_to_bytes(text.replace("+", " "))


def encode(text: str) -> str:
    """Form-encode a value as a careful client does: UTF-8, `+` as `%2B`, a space as `+`."""
    return quote_plus(text, safe="")
