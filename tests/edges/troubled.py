"""Servers on a port that meet some requests with trouble: the emulator with something between it and the network."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, honest
from conformance.emulator.server import running
from conformance.emulator.store import Store
from tests.support.rows import dids_after

Answer = Callable[[ASGIApp, Scope, Receive, Send], Awaitable[None]]


@dataclass
class Troubled:
    """An emulator. `meet` says which answer the nth request gets, counted from 0, by its query; None: the usual one."""

    inner: ASGIApp
    meet: Callable[[int, str], Answer | None]
    asked: int = 0
    late: list[asyncio.Task[None]] = field(default_factory=list)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        with self._counting:
            number, self.asked = self.asked, self.asked + 1
        answer = self.meet(number, scope["query_string"].decode("latin-1"))
        await (answer or usual)(self.inner, scope, receive, send)


async def usual(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """What the emulator answers."""
    await app(scope, receive, send)


async def _carried_out(app: ASGIApp, scope: Scope, receive: Receive) -> list[Message]:
    said: list[Message] = []

    async def kept(message: Message) -> None:
        said.append(message)

    await app(scope, receive, kept)
    return said


async def lost(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """The work is done, and the connection breaks off in the middle of the reply."""
    await _carried_out(app, scope, receive)
    await reset(app, scope, receive, send)


async def reset(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Nothing is done, and the connection breaks off."""
    del app, scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100000")]})
    raise ConnectionError("as asked")


def late(seconds: float) -> Answer:
    """Nothing comes for so long; then the work is done, whether anybody still waits or not."""

    async def answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        said = await asyncio.shield(asyncio.ensure_future(_after(seconds, app, scope, receive)))
        for message in said:
            await send(message)

    return answer


async def _after(seconds: float, app: ASGIApp, scope: Scope, receive: Receive) -> list[Message]:
    await asyncio.sleep(seconds)
    return await _carried_out(app, scope, receive)


def saying(status: int, body: bytes = b"", headers: Sequence[tuple[bytes, bytes]] = (), *, does: bool) -> Answer:
    """A reply of one's own; `does` is whether the work is done as well."""

    async def answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if does:
            await _carried_out(app, scope, receive)
        await send({"type": "http.response.start", "status": status, "headers": [*headers]})
        await send({"type": "http.response.body", "body": body})

    return answer


def gateway(seconds: float) -> Answer:
    """A gateway gives up at once with 504; the server behind it does the work later."""

    async def answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.ensure_future(_after(seconds, app, scope, receive))
        _pending.add(task)
        task.add_done_callback(_pending.discard)
        await saying(504, b"Gateway Time-out", does=False)(app, scope, receive, send)

    return answer


_pending: set[asyncio.Future[list[Message]]] = set()


@dataclass(frozen=True)
class Server:
    """A troubled server under way."""

    url: str
    store: Store
    trouble: Troubled

    @property
    def rows(self) -> list[str]:
        """The DIDs there."""
        return sorted(str(dict(row)["did_pattern"]) for row in dids_after(self.store))

    @property
    def ours(self) -> list[str]:
        """The DIDs there that runs made."""
        return [pattern for pattern in self.rows if pattern.lstrip(" +").startswith("999")]


@contextmanager
def troubled(
    meet: Callable[[int, str], Answer | None], config: Config | None = None, behaviour: Behaviour = honest
) -> Iterator[Server]:
    config = config or Config()
    logging.getLogger("uvicorn.error").disabled = True  # connections break off as they are asked to
    app = create_app(config, behaviour=behaviour)
    trouble = Troubled(app, meet)
    outer = Starlette()
    outer.router.default = trouble
    outer.state.store = app.state.store
    with closing(app.state.store), running(config, app=outer) as url:
        yield Server(url, app.state.store, trouble)
