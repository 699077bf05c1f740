"""The emulator on a port: in a thread beside its caller, or as the program itself."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from conformance.emulator.app import PATH, create_app
from conformance.emulator.config import Config
from conformance.errors import HarnessError, UsageError

START_SECONDS = 10.0
"""How long a server may take to start, and to stop."""

LAST_PORT = 65535

_POLL_SECONDS = 0.002


@contextmanager
def running(config: Config, host: str = "127.0.0.1", port: int = 0, app: ASGIApp | None = None) -> Iterator[str]:
    """Serve in a thread and give the API's URL; port 0 is any free one. Raises UsageError for a port in use.

    `app` is served in place of a new one, and stays open afterwards.
    """
    listener = _listen(host, port)
    with closing(listener), _application(config, app) as application:
        server = _server(application)
        thread = threading.Thread(target=server.run, args=([listener],), name="emulator", daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield _url(listener)
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)


def serve(config: Config, host: str, port: int, announce: Callable[[str], None], app: ASGIApp | None = None) -> None:
    """Serve until interrupted. `announce` gets the API's URL once it listens. Raises UsageError for a port in use.

    `app` is served in place of a new one, and stays open afterwards.
    """
    with closing(_listen(host, port)) as listener, _application(config, app) as application:
        announce(_url(listener))
        with suppress(KeyboardInterrupt):
            _server(application).run([listener])


@contextmanager
def _application(config: Config, given: ASGIApp | None) -> Iterator[ASGIApp]:
    if given is not None:
        yield given
        return
    app = create_app(config)
    with closing(app.state.store):
        yield app


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= LAST_PORT:
        raise UsageError(f"cannot listen on {host} port {port}: ports end at {LAST_PORT}")
    try:
        host.encode("idna")
    except UnicodeError as error:
        raise UsageError(f"cannot listen on {host}: is no host: give an address such as 127.0.0.1") from error
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = str(error.strerror).partition(" (while attempting")[0]
        raise UsageError(f"cannot listen on {host} port {port}: {reason}") from error
    # asyncio does this only for sockets made with an explicit protocol; without it every reply waits 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _is_trouble(record: logging.LogRecord) -> bool:
    """Whether a line of the log tells of more than that a reply was cut off, as happens to a slow one at the stop."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _server(app: ASGIApp) -> uvicorn.Server:
    logging.getLogger("uvicorn.error").addFilter(_is_trouble)
    settings = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        log_level="error",
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(settings)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise HarnessError("the emulator's server did not start")
        time.sleep(_POLL_SECONDS)


def _url(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}"
