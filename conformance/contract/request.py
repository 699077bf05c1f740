"""A request as it goes over the wire, and how PHP reads its parameters (observed.md section 7)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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
        form, query = self._form, parse(self.query)
        return Parameters(
            {name: form.values[name] for name in form.values.keys() - query.arrays} | dict(query.values),
            (form.arrays - query.values.keys()) | query.arrays,
        )

    @cached_property
    def _form(self) -> Parameters:
        readable = self.form if self.content_type == FORM_TYPE and self.method == "POST" else None
        return parse(readable or "")

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

    @cached_property
    def every_value(self) -> Mapping[str, frozenset[bytes]]:
        """By name, all values that some server could read as the parameter's: see the function `every_value`.

        Names are read as PHP does, and as those do that end a name at its first bracket.
        """
        texts = [self.query] if self.sends_json else [self.query, self.form or ""]
        found: dict[str, set[bytes]] = {}
        for key, _, value in (pair.partition("=") for text in texts for pair in text.split("&")):
            for name in _readings(decode(key).decode("latin-1")):
                found.setdefault(name, set()).add(decode(value))
        for name, sent in _json_values(self):
            found.setdefault(name, set()).add(sent)
        return {name: frozenset(values) for name, values in found.items()}

    @cached_property
    def logged_url(self) -> str:
        """What a server puts into its log of URLs: the query as it came, and each value of the form, decoded."""
        return self.query + "".join(f"&{name}={value.decode('latin-1')}" for name, value in self._form.values.items())

    @property
    def encoded_on_the_way(self) -> Request | None:
        """The same request as a browser or a gateway passes it on that encodes apostrophes and backslashes in a URL.

        None where there is nothing for it to encode.
        """
        query = self.query.replace("'", "%27").replace("\\", "%5C")
        return replace(self, query=query) if query != self.query else None


def parse(text: str) -> Parameters:
    """Read `a=1&b=2` as PHP does: last value wins, `+` is a space, broken percent signs stay, `a[]` makes an array."""
    values: dict[str, bytes] = {}
    arrays: set[str] = set()
    for pair in text.split("&"):
        encoded, _, value = pair.partition("=")
        name, is_array = php_name(decode(encoded).decode("latin-1"))
        if is_array:
            arrays.add(name)
            values.pop(name, None)
        elif name:
            arrays.discard(name)
            values[name] = decode(value)
    return Parameters(values, frozenset(arrays))


_ARRAY = re.compile(r"([^\[]+)\[.*\]", re.DOTALL)


def php_name(sent: str) -> tuple[str, bool]:
    """A parameter's name as PHP reads it, and whether it is an array's; no name is empty (observed.md section 7).

    Spaces before a name and what follows a zero byte are dropped; a dot, a space and a bracket left open become `_`.
    """
    name = sent.lstrip(" ").partition("\0")[0]
    array = _ARRAY.match(name)
    return re.sub(r"[ .\[]", "_", array[1] if array else name), array is not None


def every_value(request: Request, name: str) -> frozenset[bytes]:
    """All values that some server could read as the parameter's, in query, form or JSON, whichever it prefers."""
    return request.every_value.get(name, frozenset())


def _readings(sent: str) -> set[str]:
    return {php_name(sent)[0], php_name(sent.partition("[")[0])[0]}


def _json_values(request: Request) -> Iterator[tuple[str, bytes]]:
    if not request.sends_json:
        return
    try:
        told = json.loads(request.form or "")
    except (ValueError, RecursionError):
        return
    if isinstance(told, dict):
        yield from ((name, str(value).encode("utf-8", "surrogatepass")) for name, value in told.items())


def decode(text: str) -> bytes:
    """Undo form encoding: `+` is a space, `%XX` a byte, anything else itself."""
    return unquote_to_bytes(text.replace("+", " "))


def encode(text: str) -> str:
    """Form-encode a value as a careful client does: UTF-8, `+` as `%2B`, a space as `+`."""
    return quote_plus(text, safe="")
