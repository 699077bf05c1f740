"""The program for tests of the documentation: its servers are reached under the names that the documentation has.

`python -m tests.docs.reaching PORTS WORD...`, where PORTS is JSON such as `{"443": 41234, "8080": 41235}`: whoever
connects to one of these ports gets to the other one, on this machine. Requests leave as fast as they are answered.
"""

from __future__ import annotations

import json
import socket
import sys
from asyncio.base_events import BaseEventLoop
from typing import Any

from conformance import options

HOSTS = ("dialer.example", "old.example", "new.example")


def redirect(ports: dict[str, int]) -> None:
    """Send this process's connections elsewhere."""
    connect, look_up = BaseEventLoop.create_connection, socket.getaddrinfo

    async def elsewhere(loop: Any, factory: Any, host: Any = None, port: Any = None, **how: Any) -> Any:
        return await connect(loop, factory, "127.0.0.1", ports.get(str(port), port), **how)

    def known(host: Any, *given: Any, **how: Any) -> Any:
        return look_up("127.0.0.1" if host in (*HOSTS, *(name.encode() for name in HOSTS)) else host, *given, **how)

    BaseEventLoop.create_connection = elsewhere  # type: ignore[assignment]
    socket.getaddrinfo = known
    options.RATE = 10_000.0


if __name__ == "__main__":
    redirect(json.loads(sys.argv[1]))
    sys.argv[:3] = [sys.argv[2]]
    if sys.argv[0] == "pytest":
        import pytest

        sys.exit(pytest.main(["-p", "no:cacheprovider", *sys.argv[1:]]))
    from conformance.start import main

    main()
