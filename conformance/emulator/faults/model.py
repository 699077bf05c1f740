"""A fault: one way in which a server can be wrong, ready to be served."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from conformance.emulator.app import create_app
from conformance.emulator.clock import Clock
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, honest


class FaultKind(StrEnum):
    """What about a server a fault changes. All but the last two are generated from the contract."""

    LIMIT = "limit"
    VALUES = "values"
    CHECK = "check"
    ORDER = "order"
    REPLY = "reply"
    SANITISING = "sanitising"
    DEFAULT = "default"
    PERMISSION = "permission"
    BUILD = "build"
    ROWS = "rows"
    BY_HAND = "by-hand"
    SUBTLE = "subtle"


def _honest() -> Behaviour:
    return honest


def _same(config: Config) -> Config:
    return config


@dataclass(frozen=True)
class Fault:
    """One fault. `id` is permanent: `kind/what/how`; `title` says in one sentence what such a server does.

    `make` gives the behaviour of one server, with a memory of its own if it needs one. `around` wraps the application,
    for what no reply's text can show: headers, chunks, pauses. `config` is what server shows the fault.
    `hidden` says why no reply and no effect that the API shows can differ; such a fault counts as not killed.
    """

    id: str
    title: str
    kind: FaultKind
    make: Callable[[], Behaviour] = _honest
    around: Callable[[ASGIApp], ASGIApp] | None = None
    config: Callable[[Config], Config] = _same
    hidden: str | None = None


def faulty(fault: Fault, config: Config | None = None, clock: Clock = time.time) -> Starlette:
    """An emulator with that fault, as `create_app` gives it; close its `state.store`."""
    app = create_app(fault.config(config or Config()), clock, fault.make())
    if fault.around is not None:
        app.user_middleware.append(Middleware(fault.around))
    return app
