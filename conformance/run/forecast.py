"""What a run is going to do to a target, before it does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from conformance.cases.expand import Ground, request, requests, world
from conformance.cases.make import needs_of
from conformance.cases.model import Case, Level
from conformance.cases.recipes import Recipes
from conformance.cases.rows import asked_about, removal
from conformance.contract.contract import Contract
from conformance.contract.kind import Kind
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.world import Put, RowName
from conformance.run.guard import Forbidden, Guard
from conformance.run.preflight import SENTINEL
from conformance.run.removable import proof, to_prove, unsupplied

A_REPLY = 0.02
"""Seconds that a reply takes where none has come yet: a guess, from a server in the same building."""

OUR_OWN = 0.0025
"""Seconds that a request takes of this program's time: what it does with many at once it still does one by one."""

OTHER = "of no known function"

LOG_ROWS = 2
"""Rows that every request leaves: in the API log, and in the URL log with the full URL (observed.md section 9)."""

_SETTINGS = ServerSettings()


@dataclass(frozen=True, slots=True)
class Sent:
    """What a case sends, then what removes the DIDs that it may leave, and how many DIDs it creates."""

    requests: tuple[Request, ...]
    cleanup: tuple[Request, ...] = ()
    creates: int = 0


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast requests go: at most `rate` a second, `reply` seconds for each, `at_once` of them under way."""

    rate: float | None = None
    reply: float = A_REPLY
    at_once: int = 1

    def seconds(self, requests: float) -> float:
        """How long so many requests take."""
        return requests * max(1 / self.rate if self.rate else 0.0, self.reply / self.at_once, OUR_OWN)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Requests by function, clean-up included; DIDs created and deleted again; log rows that stay."""

    cases: int
    requests: int
    by_function: tuple[tuple[str, int], ...]
    creates: int
    log_rows: int


def planned(cases: Iterable[Case], ground: Ground, level: Level) -> tuple[Case, ...]:
    """The cases that this level and this target allow."""
    return tuple(case for case in cases if case.level <= level and not ground.missing(case))


def forecast(
    contract: Contract, every: Sequence[Sent], around: Sequence[Request] = (), proofs: Sequence[Sent] = ()
) -> Forecast:
    """What sending these cases comes to, with the requests before and after and the proofs that rows can be removed."""
    sent = [*around, *(request for one in (*proofs, *every) for request in (*one.requests, *one.cleanup))]
    names = Counter(_function(contract, request) for request in sent)
    creates = sum(one.creates for one in (*proofs, *every))
    return Forecast(len(every), len(sent), tuple(names.most_common()), creates, LOG_ROWS * len(sent) + 2 * creates)


def foreseen(contract: Contract, case: Case, number: int, ground: Ground, level: Level) -> Sent:
    """What a case with that number sends to a server of the newest build."""
    return _foreseen(contract, requests(case, ground, number), ground, level)


def foreseen_proofs(
    contract: Contract, cases: Iterable[Case], ground: Ground, level: Level
) -> Iterator[tuple[str, Sent]]:
    """The kinds of which these cases make rows, and what it takes to show that each can be removed."""
    recipes = Recipes(contract)
    for name in dict.fromkeys(name for case in cases for name in to_prove(recipes, case)):
        steps = proof(contract, contract.kinds[name], ground)
        if unsupplied(ground, needs_of(steps)) is None:
            sent = tuple(request(step, ground, SENTINEL) for step in steps)
            yield name, _foreseen(contract, sent, ground, level)


def _foreseen(contract: Contract, sent: tuple[Request, ...], ground: Ground, level: Level) -> Sent:
    guard = Guard(contract, ground, level, (_SETTINGS,))
    state, new, may_exist = world(contract, ground, _SETTINGS), 0, dict[RowName, None]()
    for one in sent:
        may_exist.update(dict.fromkeys(_could_create(one, guard)))
        end = predict(contract, state, one, Dialect.SHIPPED)
        new += sum(isinstance(c, Put) and c.row.number not in state.held.get(c.row.kind, {}) for c in end.changes)
        state = state.after(end.changes)
        for kind, row in asked_about(contract, one):
            if _says_missing(end, kind):
                may_exist.pop(row, None)
    cleanup = tuple(request(step, ground, 0) for row in may_exist for step in removal(contract, row))
    return Sent(sent, cleanup, new)


def _could_create(request: Request, guard: Guard) -> frozenset[RowName]:
    try:
        return guard.rule(request)
    except Forbidden:
        return frozenset()


def _says_missing(end: Outcome | Unspecified, kind: Kind) -> bool:
    """Whether the reply is that there is no such row: then there is nothing to remove."""
    assert kind.ask is not None
    sign = kind.ask.function, kind.ask.reply
    return isinstance(end, Outcome) and any((a.function, a.name) == sign for a in end.answers)


def _function(contract: Contract, request: Request) -> str:
    name = request.parameters.values.get("function", b"").decode("utf-8", "replace")
    return name if name in contract.functions else OTHER
