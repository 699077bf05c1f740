"""What holds for every reply, whatever was asked: judged without a prediction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from conformance.contract.reply import parse_reply
from conformance.contract.request import Request
from conformance.contract.wire import calls_api, is_trace, passwords
from conformance.exchange import Reply

SERVER_ERROR = "server-error"
EMPTY = "empty"
PASSWORD = "password"  # noqa: S105 - the name of an invariant
SQL = "sql"
PHP = "php"
UNPARSED = "unparsed"

_SEVERITY = "(Warning|Notice|Fatal error|Parse error|Deprecated)"
_PHP = re.compile(rf"<b>{_SEVERITY}</b>:|PHP {_SEVERITY}:|Stack trace:|#0 /|Uncaught [A-Za-z]+Error")
_SQL = re.compile(
    r"\b(SELECT .+ from |(INSERT (INTO|IGNORE)|UPDATE \w+ SET|DELETE FROM|You have an error in your SQL)\b)",
    re.IGNORECASE,
)
_NOT_SUPPORTED = frozenset({501, 505})
"""Statuses with which a web server may refuse a method or a version that it does not know (RFC 9110)."""

_STATUS_WORDS = frozenset({"SUCCESS", "ERROR", "NOTICE", "VERSION"})


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that a reply breaks: its name, and what was seen."""

    name: str
    seen: str


def violations(request: Request, reply: Reply) -> tuple[Violation, ...]:
    """The invariants that a reply breaks: no 5xx, no empty body, no PHP message, no SQL, no password, parses."""
    found = []
    if reply.status >= 500 and not (request.wire is not None and reply.status in _NOT_SUPPORTED):
        found.append(Violation(SERVER_ERROR, f"HTTP {reply.status}"))
    from_api = _is_from_api(request, reply)
    if from_api and reply.body == "" and not request.is_head:
        found.append(Violation(EMPTY, "an empty body"))
    for name, pattern in ((PHP, _PHP), (SQL, _SQL)):
        match = pattern.search(reply.body)
        if match and not _is_echo(match[0], request):
            found.append(Violation(name, match[0]))
    if _password_in(request, reply):
        found.append(Violation(PASSWORD, "the password that was sent"))
    if from_api and reply.body and not any(line.status in _STATUS_WORDS for line in parse_reply(reply.body)):
        found.append(Violation(UNPARSED, "no line that begins with SUCCESS, ERROR, NOTICE or VERSION"))
    return tuple(found)


def shows_php(text: str) -> bool:
    """Whether a text has a message of PHP's own."""
    return _PHP.search(text) is not None


def _is_from_api(request: Request, reply: Reply) -> bool:
    """Whether the API itself must have answered: a byte-level message may be refused before it gets there."""
    return request.wire is None or (reply.status == 200 and calls_api(request.wire))


def _is_echo(seen: str, request: Request) -> bool:
    """Whether the text came with the request: a value that is refused comes back, sanitised."""
    return len(_bare(seen)) > 1 and any(_bare(seen) in _bare(value) for value in _sent(request))


def _sent(request: Request) -> Iterator[str]:
    if request.wire is not None:
        yield from (request.wire, unquote(request.wire))
    yield from (value.decode("utf-8", "replace") for value in request.parameters.values.values())


def _bare(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.lower())


def _password_in(request: Request, reply: Reply) -> bool:
    if request.wire is not None:
        return not is_trace(request.wire) and any(_stands_in(text, reply) for text in passwords(request.wire))
    values = request.parameters.values
    password = values.get("pass", b"").decode("utf-8", "replace")
    others = [value.decode("utf-8", "replace") for name, value in values.items() if name != "pass"]
    return not any(password in other for other in others) and _stands_in(password, reply)


def _stands_in(password: str, reply: Reply) -> bool:
    if len(password) < 2:
        return False
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(password)}(?![0-9A-Za-z])", reply.body) is not None
