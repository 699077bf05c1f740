"""A server in this process, asked without a socket: what it answers is what would have come over the wire.

A behaviour is called directly, which takes a third of the time that ASGI takes. What needs more than a body, a status
and a content type to be understood goes through ASGI and the transport that every run uses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol

from starlette.responses import Response as HttpResponse
from starlette.types import ASGIApp

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.emulator.app import percent_encoded
from conformance.emulator.config import Config
from conformance.emulator.faults.model import Fault, faulty
from conformance.emulator.respond import Behaviour, Response
from conformance.exchange import Failure, Reply
from conformance.run.accept import MAX_BODY
from conformance.run.transport import Transport
from conformance.selfcheck.memory_store import MemoryStore
from conformance.selfcheck.target import NOW, URL, clock

TIMEOUT = 10.0
"""Seconds to wait for a reply, as in a real run."""

CRASHED = Response(500, {"content-type": "text/plain; charset=utf-8"}, b"Internal Server Error")
"""What a server answers when its own code breaks."""

_UNUSUAL_HEADERS = frozenset({"location", "content-encoding", "content-length", "transfer-encoding"})
_WITHOUT_BODY = frozenset({204, 205, 304})


class Server(Protocol):
    """A server: how to ask it."""

    async def send(self, request: Request, lane: int) -> Reply | Failure:
        """The reply to one request."""
        ...


@dataclass(frozen=True)
class Direct:
    """A server that is a behaviour and a state. `replied` are responses that were given before they were asked for."""

    contract: Contract
    config: Config
    store: MemoryStore
    behaviour: Behaviour
    replied: deque[Response] = field(default_factory=deque)

    async def send(self, request: Request, lane: int) -> Reply | Failure:
        """The reply to one request, over any lane."""
        del lane
        assert request.wire is None, "a byte-level message needs a socket"
        response = self.replied.popleft() if self.replied else self.respond(as_received(request))
        if _is_plain(request, response):
            return Reply(response.status, response.headers.get("content-type", ""), _text(response.body))
        return await _through_asgi(request, response)

    def respond(self, request: Request) -> Response:
        """The response to a request as it comes off the wire."""
        try:
            response = self.behaviour(self.contract, self.store, request, self.config, NOW)
            self.store.apply(response.changes)
        except Exception:  # noqa: BLE001 - a server may break on a request; that is what a client then sees
            return CRASHED
        return response


def direct(behaviour: Behaviour, config: Config, contract: Contract) -> Direct:
    """A new server that behaves so."""
    return Direct(contract, config, MemoryStore(config), behaviour)


@asynccontextmanager
async def wrapped(fault: Fault, config: Config) -> AsyncIterator[Server]:
    """A new server with a fault that shows `around` the application; `config` has been fitted to it already."""
    app = faulty(replace(fault, config=lambda config: config), config, clock)
    with closing(app.state.store):
        async with Transport(URL, 1, TIMEOUT, app=app) as transport:
            yield transport


@lru_cache(maxsize=20_000)
def as_received(request: Request) -> Request:
    """A request as the emulator reads it off the wire. Kept, for every server gets the same ones."""
    body = _on_the_wire(request.form) or None
    return Request(_on_the_wire(request.query), body, request.method, request.content_type if body else "")


def _on_the_wire(text: str | None) -> str:
    return percent_encoded((text or "").encode("utf-8", "surrogatepass"))


def _is_plain(request: Request, response: Response) -> bool:
    """Whether a client sees just status, content type and body of this response."""
    return (
        request.method != "HEAD"
        and response.status >= 200
        and response.status not in _WITHOUT_BODY
        and len(response.body) <= MAX_BODY
        and _UNUSUAL_HEADERS.isdisjoint(name.lower() for name in response.headers)
    )


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


async def _through_asgi(request: Request, response: Response) -> Reply | Failure:
    answer: ASGIApp = HttpResponse(response.body, response.status, dict(response.headers))
    async with Transport(URL, 1, TIMEOUT, app=answer) as transport:
        return await transport.send(request, 0)
