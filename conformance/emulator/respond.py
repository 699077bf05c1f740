"""How the emulator answers one request: what the contract predicts, printed in the emulator's dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from conformance.contract.call import Call, Step, read
from conformance.contract.checks import check
from conformance.contract.contract import Contract
from conformance.contract.outcome import Answer, Outcome, Unspecified
from conformance.contract.predict import harmless, predict
from conformance.contract.reply import Shape
from conformance.contract.request import Request
from conformance.contract.settings import Dialect
from conformance.contract.world import Change, LoginFailed, LoginSucceeded, State
from conformance.emulator.clock import known_values
from conformance.emulator.config import Config

HTML: Mapping[str, str] = {"content-type": "text/html; charset=utf-8"}
PLAIN: Mapping[str, str] = {"content-type": "text/plain; charset=utf-8"}

WITHOUT_LOGIN = frozenset({"version", "login-incorrect", "locked"})
"""The replies of those who have not logged in."""


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back over the wire, and what changes in the emulator's state before it does."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    changes: tuple[Change, ...] = ()


class Behaviour(Protocol):
    """A way to answer. `now` is in seconds since 1970."""

    def __call__(self, contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        """The response to one request."""
        ...


def honest(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """Answer as the contract says; where it knows no reply, with HTTP 501, which no VICIdial sends."""
    return _answering.get()(contract, state, request, config, now)


@contextmanager
def answering(behaviour: Behaviour) -> Iterator[None]:
    """Let another do the honest answering meanwhile: one that remembers answers of `work_out`."""
    before = _answering.set(behaviour)
    try:
        yield
    finally:
        _answering.reset(before)


def work_out(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """The honest answer, as a prediction makes it."""
    if request.method == "POST" and request.content_type == "multipart/form-data":
        return _not_known("what a server makes of a multipart form was never recorded")
    reading, outcome = _outcome(contract, state, request, config.dialect)
    if isinstance(outcome, Unspecified):
        return _not_known(outcome.why, _checked_login(contract, state, request, reading))
    if outcome.table is not None and outcome.table.is_open:
        why = "a value in this table depends on what it does not have, such as the clock or other rows"
        return _not_known(why, _checked_login(contract, state, request, reading))
    login: tuple[Change, ...] = ()
    if not any(isinstance(change, LoginFailed | LoginSucceeded) for change in outcome.changes):
        shown = outcome.answers[0] if outcome.answers else None
        login = _shown_login(shown) if shown else _checked_login(contract, state, request, reading)
    known = known_values(state.settings.build, now) if _leaves_open(outcome) else {}
    lines = [_printed(answer, contract, config.dialect, known) for answer in outcome.answers]
    lines += outcome.table.lines(config.dialect) if outcome.table else ()
    body = "".join(f"{line}\n" for line in lines)
    return Response(outcome.status, HTML, body.encode(), (*outcome.changes, *login))


_answering: ContextVar[Behaviour] = ContextVar("_answering", default=work_out)


def _not_known(why: str, changes: tuple[Change, ...] = ()) -> Response:
    return Response(501, PLAIN, f"The emulator does not know this reply: {why}\n".encode(), changes)


def _outcome(
    contract: Contract, state: State, request: Request, dialect: Dialect
) -> tuple[Dialect, Outcome | Unspecified]:
    """The outcome and whose rules it follows: those of servers where the documented dialect is silent.

    What the invariants forbid is a fault of servers, and no rule: the documented dialect never does it.
    """
    if dialect is Dialect.SHIPPED:
        return dialect, predict(contract, state, request, dialect)
    outcome = harmless(contract, state, request, dialect)
    if isinstance(outcome, Unspecified):
        return Dialect.SHIPPED, harmless(contract, state, request, Dialect.SHIPPED)
    return dialect, outcome


def _shown_login(first: Answer) -> tuple[Change, ...]:
    """The good login that a first line shows. The contract names only logins that end a row of failures."""
    user = first.values.get("user")
    return () if first.name in WITHOUT_LOGIN or user is None else (LoginSucceeded(str(user)),)


def _checked_login(contract: Contract, state: State, request: Request, reading: Dialect) -> tuple[Change, ...]:
    """The same for a request without a line to show it."""
    step: Step = read(contract, state, request, reading)
    for name in ("version", "login"):
        step = check(name, step) if isinstance(step, Call) else step
    return (LoginSucceeded(step.caller.name),) if isinstance(step, Call) else ()


def _leaves_open(outcome: Outcome) -> bool:
    return any(isinstance(value, Shape) for answer in outcome.answers for value in answer.values.values())


def _printed(answer: Answer, contract: Contract, dialect: Dialect, known: Mapping[str, str]) -> str:
    """The line in that dialect, or in the other where its form is unknown."""
    lines = (answer.line(contract, printed, known) for printed in (dialect, Dialect.SHIPPED, Dialect.DOCUMENTED))
    return str(next(line for line in lines if line is not None))
