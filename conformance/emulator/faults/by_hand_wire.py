"""What a server may do to its reply on the way, which a right client does not see; and what it may not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conformance.emulator.faults.model import Fault, FaultKind

PAUSE_SECONDS = 0.05

Passing = Callable[[Message, Send], Awaitable[None]]
"""How one message of a reply is passed on."""

Header = tuple[bytes, bytes]


class OnTheWay:
    """An application whose messages pass through somebody's hands."""

    def __init__(self, app: ASGIApp, passing: Passing) -> None:
        self._app, self._passing = app, passing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def passed(message: Message) -> None:
            await self._passing(message, send)

        await self._app(scope, receive, passed)


def _around(passing: Passing) -> Callable[[ASGIApp], ASGIApp]:
    return lambda app: OnTheWay(app, passing)


async def _in_pieces(message: Message, send: Send) -> None:
    body: bytes = message.get("body", b"")
    if message["type"] != "http.response.body" or len(body) < 2:
        await send(message)
        return
    middle = len(body) // 2
    await send({"type": "http.response.body", "body": body[:middle], "more_body": True})
    await send({**message, "body": body[middle:]})


async def _byte_by_byte(message: Message, send: Send) -> None:
    body: bytes = message.get("body", b"")
    if message["type"] != "http.response.body":
        await send(message)
        return
    for byte in body:
        await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
    await send({**message, "body": b""})


async def _slowly(message: Message, send: Send) -> None:
    await asyncio.sleep(PAUSE_SECONDS)
    await send(message)


def _headers(change: Callable[[list[Header]], list[Header]]) -> Passing:
    async def passing(message: Message, send: Send) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": change(list(message["headers"]))}
        await send(message)

    return passing


def _with(name: bytes, value: bytes) -> Passing:
    return _headers(lambda headers: [*headers, (name, value)])


def _without(name: bytes) -> Passing:
    return _headers(lambda headers: [header for header in headers if header[0] != name])


def _fault(rule: str, title: str, passing: Passing, hidden: str | None = None) -> Fault:
    return Fault(f"by-hand/wire/{rule}", title, FaultKind.BY_HAND, around=_around(passing), hidden=hidden)


FAULTS = (
    _fault("two-pieces", "A reply comes in two pieces, cut inside a line", _in_pieces, "HTTP may cut a body anywhere"),
    _fault("byte-by-byte", "A reply comes byte by byte", _byte_by_byte, "HTTP may cut a body anywhere"),
    _fault("slow", f"A reply comes {PAUSE_SECONDS} s late", _slowly, "no reply has to come within such a time"),
    _fault("chunked", "A reply does not say how long it is", _without(b"content-length"), "HTTP has chunks for that"),
    _fault("cookie", "A reply sets a cookie", _with(b"set-cookie", b"PHPSESSID=1"), "nothing is said about cookies"),
    _fault("header", "A reply names what serves it", _with(b"server", b"Apache"), "nothing is said about that header"),
    _fault("closes", "The connection is closed after each reply", _with(b"connection", b"close"), "HTTP allows it"),
    _fault("no-content-type", "A reply has no content type", _without(b"content-type")),
    _fault("says-gzip", "A reply is said to be compressed, and is not", _with(b"content-encoding", b"gzip")),
)
