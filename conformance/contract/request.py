"""A request as it goes over the wire, and how PHP reads its parameters (observed.md section 7)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
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


def every_value(request: Request, name: str) -> frozenset[bytes]:
    """All values that some server could read as the parameter's, in query, form or JSON, whichever it prefers.

    Names are read as PHP does: without spaces before them and what follows `[` or a zero byte, `_` for `.` and spaces.
    """
    texts = [request.query] if request.sends_json else [request.query, request.form or ""]
    pairs = [pair.partition("=") for text in texts for pair in text.split("&")]
    found = {decode(value) for key, _, value in pairs if _php_name(decode(key).decode("latin-1")) == name}
    return frozenset(found | set(_json_values(request, name)))


_ENDS_NAME = re.compile(r"[\[\0].*", re.DOTALL)


def _php_name(name: str) -> str:
    return _ENDS_NAME.sub("", name.lstrip(" ")).replace(".", "_").replace(" ", "_")


def _json_values(request: Request, name: str) -> Iterator[bytes]:
    if not request.sends_json:
        return
    try:
        told = json.loads(request.form or "")
    except (ValueError, RecursionError):
        return
    if isinstance(told, dict) and name in told:
        yield str(told[name]).encode("utf-8", "surrogatepass")


def decode(text: str) -> bytes:
    """Undo form encoding: `+` is a space, `%XX` a byte, anything else itself."""
    return unquote_to_bytes(text.replace("+", " "))


def encode(text: str) -> str:
    """Form-encode a value as a careful client does: UTF-8, `+` as `%2B`, a space as `+`."""
    return quote_plus(text, safe="")
