"""An emulator asked in process: bytes in, bytes out, with nothing in between that could mend them."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.types import Message, Scope

from conformance.contract.request import Request
from conformance.emulator.app import PATH, create_app
from conformance.emulator.clock import Clock
from conformance.emulator.config import Config
from conformance.emulator.store import Store
from conformance.exchange import Reply
from tests.support.rows import dids_after

RECORDED_AT = 1795287974.0
"""A moment of the recordings: 2026-11-21 19:06:14 UTC."""


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: float = RECORDED_AT) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def goes_on(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True)
class Emulator:
    """An application, its store, and the loop it runs in."""

    app: Starlette
    loop: asyncio.Runner

    @property
    def store(self) -> Store:
        store = self.app.state.store
        assert isinstance(store, Store)
        return store

    def ask(self, request: Request, path: str = PATH) -> Reply:
        """The reply to one request, sent exactly as it is written."""
        body = (request.form or "").encode("latin-1")
        headers = [(b"content-type", request.content_type.encode())] if request.form is not None else []
        scope: Scope = {
            "type": "http",
            "method": request.method,
            "path": path,
            "query_string": request.query.encode("latin-1"),
            "headers": headers,
        }
        sent: list[Message] = []
        self.loop.run(_exchange(self.app, scope, body, sent))
        content_type = dict(sent[0]["headers"])[b"content-type"].decode()
        return Reply(sent[0]["status"], content_type, b"".join(m.get("body", b"") for m in sent[1:]).decode())

    def call(self, function: str, *, user: str = "6666", password: str = "1234", **fields: str) -> str:
        """The body that answers a well-formed call."""
        common = {"source": "test", "user": user, "pass": password, "function": function}
        return self.ask(Request(urlencode({**common, **fields}))).body

    def columns(self, pattern: str) -> dict[str, str | int | None]:
        """The stored row of a DID; fails if there is none."""
        return next(dict(row) for row in dids_after(self.store) if row["did_pattern"] == pattern)


@contextmanager
def emulator(config: Config | None = None, clock: Clock | None = None) -> Iterator[Emulator]:
    """An emulator that is closed in the end."""
    app = create_app(config or Config(), clock or FakeClock())
    with closing(app.state.store), asyncio.Runner() as loop:
        yield Emulator(app, loop)


async def _exchange(app: Starlette, scope: Scope, body: bytes, sent: list[Message]) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
