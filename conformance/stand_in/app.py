"""The emulator as an ASGI application that is watched, slow, broken in one way, and reset on demand."""

from __future__ import annotations

import asyncio
import difflib
import ipaddress
import time
from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.app import request_of
from conformance.emulator.config import Config
from conformance.emulator.faults.model import Fault, FaultKind, faulty
from conformance.emulator.respond import Response
from conformance.emulator.store import Store
from conformance.errors import UsageError
from conformance.stand_in.latency import Latency
from conformance.stand_in.seen import NO_REPLY, SeenRequest, Witness

RESET = "/emulator/reset"
"""The path that a POST resets the emulator at. The API of no VICIdial is there."""

NONE = Fault("none", "Answers as it should", FaultKind.BY_HAND)

Watch = Callable[[SeenRequest], None]


def fault_named(option: str, id: str) -> Fault:
    """The fault with that id. Raises UsageError, which names the option and ids that are like it."""
    from conformance.emulator.faults.catalogue import faults  # noqa: PLC0415 - half a second, and seldom wanted

    found = {fault.id: fault for fault in faults()}
    if id in found:
        return found[id]
    near = difflib.get_close_matches(id, found, 3) or [known for known in found if id and id in known][:3]
    hint = f"did you mean {' or '.join(near)} ?" if near else "`vicidial-conformance emulator --faults` lists them"
    raise UsageError(f"{option} {id}: there is no such fault: {hint}")


class StandIn:
    """An emulator to be served. Close it in the end. Raises UsageError for a state file that cannot be used."""

    def __init__(
        self, config: Config, fault: Fault = NONE, latency: Latency | None = None, watch: Watch = lambda _: None
    ) -> None:
        self.config = fault.config(config)
        self._behaviour = _Behaviour(fault)
        self._app = faulty(replace(fault, make=lambda: self._behaviour), config)
        self._latency = latency or Latency()
        self._watch = watch
        self._witness = Witness(frozenset(user.password for user in self.config.users.values()))
        self.store.mark_start()

    @property
    def store(self) -> Store:
        """The DIDs and the counters of logins."""
        store: Store = self._app.state.store
        return store

    def reset(self) -> None:
        """Put everything back as it was at the start."""
        with self.store.turn():
            self.store.reset()
            self._behaviour.renew()

    def close(self) -> None:
        """Give the state file back."""
        self.store.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"] == RESET:
            await self._answer_reset(scope)(scope, receive, send)
        else:
            await self._exchange(scope, receive, send)

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the emulator answer in its own time, and tell of it before the end of the reply leaves."""
        heard = _Heard(scope, receive, send, self._tell)
        try:
            await asyncio.sleep(self._latency.draw())
            await self._app(scope, heard.receive, heard.send)
        finally:
            heard.tell()

    def _tell(self, heard: _Heard) -> None:
        request = request_of(HttpRequest(heard.scope), bytes(heard.asked))
        path = heard.scope["path"]
        self._watch(self._witness(path, request, heard.status, bytes(heard.answered), heard.at))

    def _answer_reset(self, scope: Scope) -> PlainTextResponse:
        if scope["method"] != "POST":
            return PlainTextResponse("Reset the emulator with POST.\n", 405, {"allow": "POST"})
        if not _is_here(scope):
            return PlainTextResponse("Only this machine may reset the emulator.\n", 403)
        self.reset()
        return PlainTextResponse("The emulator is as it was at its start.\n")


class _Behaviour:
    """A fault's behaviour, with a memory that can be emptied."""

    def __init__(self, fault: Fault) -> None:
        self._make = fault.make
        self._answer = fault.make()

    def renew(self) -> None:
        self._answer = self._make()

    def __call__(self, contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        return self._answer(contract, state, request, config, now)


class _Heard:
    """What passes in one exchange, told once."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, tell: Callable[[_Heard], None]) -> None:
        self.scope = scope
        self.at = time.time()
        self.status = NO_REPLY
        self.asked, self.answered = bytearray(), bytearray()
        self._receive, self._send, self._tell = receive, send, tell
        self._is_told = False

    async def receive(self) -> Message:
        """The next part of the request."""
        message = await self._receive()
        self.asked += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        """Pass on a part of the reply."""
        self.status = message.get("status", self.status)
        self.answered += message.get("body", b"")
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.tell()
        await self._send(message)

    def tell(self) -> None:
        """Tell of the exchange, unless that is done."""
        if not self._is_told:
            self._is_told = True
            self._tell(self)


def _is_here(scope: Scope) -> bool:
    """Whether a request comes from the machine that the emulator runs on."""
    host, _ = scope.get("client") or ("", 0)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
