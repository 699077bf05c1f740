"""The emulators of a pytest session, for tests of clients."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from inspect import signature
from types import TracebackType
from typing import Any, TypeVar

from conformance.builds import NEWEST_PHP, described_build, described_php
from conformance.contract.load import load_contract
from conformance.contract.settings import NEWEST_BUILD, Dialect, ServerSettings, SqlMode
from conformance.contract.world import Column
from conformance.emulator.config import Config
from conformance.emulator.server import running
from conformance.errors import UsageError
from conformance.stand_in.app import NONE, StandIn, fault_named
from conformance.stand_in.latency import Latency
from conformance.stand_in.seen import SeenRequest

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, eq=False)
class VicidialEmulator:
    """A running emulator, seen from the test of a client. `user` may do everything with DIDs."""

    url: str
    user: str
    password: str = field(repr=False)
    _app: StandIn = field(repr=False)
    _seen: list[SeenRequest] = field(repr=False)

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """What has come in since the test began, or since the reset. A request is there before its reply is."""
        return tuple(self._seen)

    @property
    def dids(self) -> tuple[Mapping[str, Column], ...]:
        """The rows of the DID table by did_id, but for the DID `default`, which the API does not show."""
        return tuple(self._app.store.table(load_contract().kinds["did"]))

    def reset(self) -> None:
        """Put everything back as it was at the start, and forget the requests."""
        self._app.reset()
        self._seen.clear()


@dataclass
class Emulators:
    """Emulators that run until the session ends, one for each way of being that is asked for."""

    _running: dict[str, VicidialEmulator] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Emulators:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def give(self, **asked: Any) -> VicidialEmulator:
        """The emulator that is so, as new. Raises UsageError for what none can be."""
        known = signature(_made).parameters
        for name in asked.keys() - known.keys():
            raise UsageError(f"{name}: an emulator has no such setting: there are {', '.join(known)}")
        key = repr(sorted(asked.items()))
        if key not in self._running:
            self._running[key] = self._started(_made(**asked))
        found = self._running[key]
        found.reset()
        return found

    def _started(self, made: tuple[StandIn, list[SeenRequest]]) -> VicidialEmulator:
        app, seen = made
        self._stack.callback(app.close)
        url = self._stack.enter_context(running(app.config, app=app))
        user = next(iter(app.config.users.values()))
        return VicidialEmulator(url, user.name, user.password, app, seen)


def _made(
    *,
    dialect: str = Dialect.SHIPPED,
    build: str = str(NEWEST_BUILD),
    sql_mode: str = SqlMode.LEGACY,
    non_latin: bool = False,
    php: str | float = NEWEST_PHP,
    latency: str | float = 0,
    fault: str | None = None,
) -> tuple[StandIn, list[SeenRequest]]:
    """An emulator that is so, and the list that it notes requests in."""
    settings = ServerSettings(
        described_build("build", str(build)),
        _one_of(SqlMode, "sql_mode", sql_mode),
        non_latin,
        described_php("php", str(php)),
    )
    config = Config(_one_of(Dialect, "dialect", dialect), settings)
    seen: list[SeenRequest] = []
    wrong = NONE if fault is None else fault_named("fault", str(fault))
    return StandIn(config, wrong, Latency.parse("latency", str(latency)), seen.append), seen


def _one_of(kind: type[_Choice], name: str, value: str) -> _Choice:
    try:
        return kind(value)
    except ValueError:
        raise UsageError(f"{name} {value}: there are {', '.join(kind)}") from None
