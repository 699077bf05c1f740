"""Byte-level messages: the bytes go out as they are, over a connection of their own, and one reply is read."""

from __future__ import annotations

import asyncio
import io
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPResponse
from socket import socket
from typing import cast

from conformance.exchange import Trouble
from conformance.run.accept import MAX_BODY, Unacceptable, too_large

PATIENCE = 1.0
"""Seconds until the first byte of a reply. A message that announces more than it sends gets none, ever."""

MAX_HEAD = 100_000
"""Bytes that the lines before a body may have."""

_CLOSING = 1.0  # seconds; an aborted connection is closed at once

_AT_ONCE = 65_536


@dataclass(frozen=True, slots=True)
class Peer:
    """Where to connect to; `context` None is no TLS."""

    host: str
    port: int
    context: ssl.SSLContext | None


@dataclass(frozen=True, slots=True)
class Received:
    """One reply, its body unpacked from chunks and nothing else."""

    status: int
    headers: Message
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        value = self.headers.get(name)
        return None if value is None else str(value)


async def exchange(peer: Peer, message: bytes, *, is_head: bool, connect: float) -> Received:
    """Send a message and read one reply. `connect` is in seconds.

    Raises Unacceptable where no reply or none that can be taken comes, OSError where there is no connection.
    """
    reader, writer = await _connected(peer, connect)
    try:
        writer.write(message)  # whether it is all taken or not: a server may answer before it has read everything
        return await _reply(reader, is_head)
    finally:
        writer.transport.abort()
        with suppress(OSError):
            async with asyncio.timeout(_CLOSING):
                await writer.wait_closed()


async def _connected(peer: Peer, seconds: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.open_connection(peer.host, peer.port, ssl=peer.context)
    except TimeoutError:
        said = "no connection in time: check host and port, and the firewalls between, or raise --timeout"
        raise Unacceptable(Trouble.CONNECT, said) from None


async def _reply(reader: asyncio.StreamReader, is_head: bool) -> Received:
    data = bytearray()
    while True:
        chunk = await _chunk(reader, None if data else PATIENCE)
        data += chunk
        if not b"HTTP/".startswith(data[:5]):
            raise Unacceptable(Trouble.PROTOCOL, "what came back does not begin as an HTTP reply does")
        if len(data) > MAX_HEAD + MAX_BODY:
            raise too_large()
        reply = _parsed(bytes(data), is_head, ended=not chunk)
        if reply is not None:
            return reply
        if not chunk:
            raise Unacceptable(Trouble.PROTOCOL, "the connection ended without a whole HTTP reply")


async def _chunk(reader: asyncio.StreamReader, seconds: float | None) -> bytes:
    """The next bytes; none where the connection has ended, in whatever way."""
    try:
        async with asyncio.timeout(seconds):
            return await reader.read(_AT_ONCE)
    except TimeoutError:
        raise Unacceptable(Trouble.TIMEOUT, f"no reply to a byte-level message within {seconds:g} s") from None
    except OSError:
        return b""


def _parsed(data: bytes, is_head: bool, *, ended: bool) -> Received | None:
    """The reply in these bytes; None if it is not whole, or no reply."""
    if b"\r\n\r\n" not in data and b"\n\n" not in data:
        return None
    response = HTTPResponse(cast("socket", _Held(data)), method="HEAD" if is_head else "GET")
    try:
        response.begin()
        if response.length is None and not response.chunked and not ended:
            return None
        body = response.read()
    except (HTTPException, ValueError):
        return None
    if len(body) > MAX_BODY:
        raise too_large()
    return Received(response.status, response.headers, body)


class _Held:
    """Bytes where http.client wants a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        """All that was received."""
        del mode
        return io.BytesIO(self._data)
