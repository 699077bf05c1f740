"""One request as a faulty server sees it, and what it may pretend to itself before it answers honestly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote_from_bytes, unquote_plus

from conformance.contract.call import Call, read
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.world import Change, Drop, Put, Row, State, User
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, Response, honest

DID = "did"
"""The kind that most faults are about."""

_RAW = "'"
"""An apostrophe decides, if it is not encoded; so it stays as it was."""


@dataclass(frozen=True)
class SeenState:
    """A state seen otherwise: users, and the rows of one kind, as somebody makes of them.

    `exact` is how the names of that kind are compared; names of the kinds `exactly` are never compared otherwise.
    """

    real: State
    as_user: Callable[[str, User | None], User | None] = lambda _, user: user
    as_found: Callable[[str, Row | None], Row | None] = lambda _, row: row
    of: str = DID
    exact: bool | None = None
    exactly: frozenset[str] = frozenset()
    as_settings: Callable[[ServerSettings], ServerSettings] = lambda settings: settings

    @property
    def settings(self) -> ServerSettings:
        """The server's settings."""
        return self.as_settings(self.real.settings)

    def next_number(self, kind: str) -> int | None:
        """The number of the next row of that kind."""
        return self.real.next_number(kind)

    def unknown_number(self, kind: str) -> int:
        """A negative number."""
        return self.real.unknown_number(kind)

    def user(self, name: str) -> User | None:
        """The user of that name, as this view has it."""
        return self.as_user(name, self.real.user(name))

    def find(self, kind: str, key: tuple[str, ...], *, exact: bool, wanted: bool = True) -> Row | None:
        """The row with that key, as this view has it; `exact` of the view itself counts, if it has one."""
        if kind != self.of:
            return self.real.find(kind, key, exact=exact or kind in self.exactly, wanted=wanted)
        compared = exact if self.exact is None else self.exact
        return self.as_found("|".join(key), self.real.find(kind, key, exact=compared, wanted=wanted))

    def rows(self, kind: str) -> Iterable[Row]:
        """The rows of that kind."""
        return self.real.rows(kind)

    def knows_all(self, kind: str, *, own: bool = False) -> bool:
        """Whether those are all that there are."""
        return self.real.knows_all(kind, own=own)


@dataclass(frozen=True)
class Asked:
    """One request with all that a behaviour is given."""

    contract: Contract
    state: State
    request: Request
    config: Config
    now: float

    def honestly(self) -> Response:
        """What an honest server answers to this."""
        return honest(self.contract, self.state, self.request, self.config, self.now)

    def seeing(self, **view: Any) -> Asked:
        """The same request, asked of a state that is seen otherwise; the fields of View by name."""
        return replace(self, state=replace(SeenState(self.state), **view))

    def sent(self, name: str) -> str:
        """A parameter as it was sent, decoded once; empty if it was not."""
        return self.request.parameters.values.get(name, b"").decode("utf-8", "replace")

    def value(self, name: str) -> str:
        """A parameter as servers see it, sanitised; empty if it was not sent."""
        call = read(self.contract, self.state, self.request, Dialect.SHIPPED)
        return call.value(name) if isinstance(call, Call) else ""

    @property
    def calls(self) -> str:
        """The name of the function asked for, as servers see it."""
        return self.value("function")

    @property
    def caller(self) -> User | None:
        """The user whose name was sent, if there is one."""
        return self.state.user(self.value("user"))

    def saying(self, values: Mapping[str, str | bytes]) -> Asked:
        """The same request with other values; what it has already is left as it was written."""
        new = {name: value.encode() if isinstance(value, str) else value for name, value in values.items()}
        old = self.request.parameters.values
        other = {name: value for name, value in new.items() if old.get(name) != value}
        return self.of(replace(self.request, query=_rewritten(self.request.query, other))) if other else self

    def without(self, *names: str) -> Asked:
        """The same request without some of its parameters."""
        form = self.request.form
        left = form and "&".join(pair for pair in form.split("&") if _name(pair) not in names)
        return self.of(replace(self.request, query=_rewritten(self.request.query, {}, names), form=left))

    def of(self, request: Request) -> Asked:
        """Another request in its place."""
        return replace(self, request=request)


def _name(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0], "latin-1")


def _rewritten(query: str, values: Mapping[str, bytes], dropped: Iterable[str] = ()) -> str:
    """A query with these values at its end, in place of their old ones."""
    gone = {*values, *dropped}
    pairs = query.split("&")
    kept = [pair for pair in pairs if _name(pair) not in gone]
    apostrophes = {_name(pair) for pair in pairs if "'" in pair}
    new = (f"{name}={quote_from_bytes(v, _RAW if name in apostrophes else '')}" for name, v in values.items())
    return "&".join([*kept, *new])


Answering = Callable[[Asked], Response]
"""How a faulty server answers."""


def behaving(answer: Answering) -> Behaviour:
    """A behaviour that answers so."""

    def behaviour(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        return answer(Asked(contract, state, request, config, now))

    return behaviour


def did(name: str, number: int = 0) -> Row:
    """A DID of which nothing is known but its name."""
    return Row(DID, number, (name,))


def without_rows(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes that are about logins: what is left when nothing is stored."""
    return tuple(change for change in changes if not isinstance(change, Put | Drop))
