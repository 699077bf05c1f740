"""A request that came in and the reply to it, as people may read them: no password in either."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import unquote_plus

from conformance.contract.request import FORM_TYPE, Request, decode, every_value
from conformance.emulator.app import PATH
from conformance.report.text import visible
from conformance.run.redact import MASK, Redactor

NO_REPLY = 0
"""The status of a request that got none."""

_DEPTH = 5
"""How often a name may have been percent-encoded, one over the other, and is still recognised."""


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request and its reply. Where a password was, in any encoding, there is `***`.

    `parameters` is what PHP makes of what was sent, `sent` the parameters as they came over the wire.
    """

    at: datetime
    method: str
    path: str
    parameters: Mapping[str, str]
    sent: str
    status: int
    reply: str

    @property
    def function(self) -> str:
        """The function that was called; empty where none was named."""
        return self.parameters.get("function", "")

    def __str__(self) -> str:
        """One line: when, what, how it was asked and what was answered."""
        what = self.function or "-" if self.path == PATH else self.path
        first = self.reply.partition("\n")[0]
        answer = f"{self.status} {first}".rstrip() if self.status != NO_REPLY else "no reply"
        line = f"{self.at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + f"Z {self.method} {what} {self.sent or '-'} {answer}"
        return visible(line, limit=len(line))


@dataclass(frozen=True)
class Witness:
    """Makes of requests what is seen of them.

    `passwords` are those that are known beforehand; what is sent as one is another.
    """

    passwords: frozenset[str]

    def __call__(self, path: str, request: Request, status: int, body: bytes, at: float) -> SeenRequest:
        """What is to be kept of one exchange. `at` is in seconds since 1970."""
        redact = _redactor(self.passwords | _sent_passwords(request))
        values = request.parameters.values.items()
        return SeenRequest(
            at=datetime.fromtimestamp(at, UTC),
            method=request.method,
            path=redact(_masked(path)),
            parameters={redact(name): MASK if _is_secret(name) else redact(_text(value)) for name, value in values},
            sent=redact("&".join(filter(None, [_masked(request.query), _body(request)]))),
            status=status,
            reply=redact(_text(body)),
        )


@lru_cache(maxsize=64)
def _redactor(passwords: frozenset[str]) -> Redactor:
    return Redactor(passwords)


def _sent_passwords(request: Request) -> frozenset[str]:
    """What was sent as a password, by any name that says so."""
    pairs = (pair.partition("=") for pair in f"{request.query}&{request.form or ''}".split("&"))
    named = {decode(value) for name, _, value in pairs if _is_secret(name)}
    return frozenset(_text(value) for value in named | every_value(request, "pass"))


def _masked(text: str) -> str:
    """Parameters as they were sent, without the values of those that hold a password."""
    pairs = (pair.partition("=") for pair in text.split("&"))
    return "&".join(f"{name}{sign}{MASK if sign and _is_secret(name) else value}" for name, sign, value in pairs)


def _body(request: Request) -> str:
    """The body, if it is a form; of any other only how long it is: nothing says where in it a password stands."""
    if request.form is None:
        return ""
    if request.content_type == FORM_TYPE:
        return _masked(request.form)
    return f"({len(request.form)} bytes of {request.content_type or 'no type'})"


def _is_secret(name: str) -> bool:
    """Whether a parameter's name, however it is encoded, says that its value is a password."""
    for _ in range(_DEPTH):
        name = unquote_plus(name)
    return re.search(r"pass|pwd|secret", name, re.IGNORECASE) is not None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")
