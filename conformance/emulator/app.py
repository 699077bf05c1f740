"""The emulator as an ASGI application: raw HTTP in, the contract's answer out."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.emulator.clock import Clock
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, honest
from conformance.emulator.store import Store

PATH = "/vicidial/non_agent_api.php"

_NOT_ASCII = re.compile(rb"[\x80-\xff]")


def create_app(config: Config, clock: Clock = time.time, behaviour: Behaviour = honest) -> Starlette:
    """An emulator to be served. Its `state.store` is a `Store`, to look into and to close. Raises UsageError.

    `behaviour` decides what is answered; any but the default makes a server that is wrong on purpose.
    """
    store = Store(config, clock)
    app = Starlette(routes=[Route(PATH, Endpoint(config, store, clock, behaviour, load_contract()))])
    app.router.redirect_slashes = False
    app.state.store = store
    return app


@dataclass(frozen=True, eq=False)
class Endpoint:
    """The one endpoint, for requests of any method."""

    config: Config
    store: Store
    clock: Clock
    behaviour: Behaviour
    contract: Contract

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            request = await _request(HttpRequest(scope, receive))
        except ClientDisconnect:  # it announced more than it sent: there is nobody to answer
            return
        with self.store.turn():
            response = self.behaviour(self.contract, self.store, request, self.config, self.clock())
            self.store.apply(response.changes)
        await HttpResponse(response.body, response.status, dict(response.headers))(scope, receive, send)


async def _request(http: HttpRequest) -> Request:
    return request_of(http, await http.body())


def request_of(http: HttpRequest, body: bytes) -> Request:
    """The call of the API that an HTTP request with that body is."""
    content_type = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    query: bytes = http.scope["query_string"]
    return Request(percent_encoded(query), percent_encoded(body) if body else None, http.method, content_type)


def percent_encoded(raw: bytes) -> str:
    """Bytes off the wire as text, those outside ASCII percent-encoded, which PHP reads alike."""
    return _NOT_ASCII.sub(lambda match: b"%%%02X" % match[0][0], raw).decode("ascii")
