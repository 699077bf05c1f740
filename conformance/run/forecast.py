"""What a run is going to do to a target, before it does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.cases.expand import Ground, request, requests, world
from conformance.cases.model import Case, Level
from conformance.contract.load import load_contract
from conformance.contract.model import Dialect, ServerSettings
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.sanitise import as_text
from conformance.contract.world import PutDid
from conformance.run.cleanup import deletion, question
from conformance.run.guard import Forbidden, Guard

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


def forecast(every: Sequence[Sent], around: Sequence[Request] = ()) -> Forecast:
    """What sending these cases comes to, with the requests before the first of them and after the last."""
    sent = [*around, *(request for one in every for request in (*one.requests, *one.cleanup))]
    names = Counter(map(_function, sent))
    creates = sum(one.creates for one in every)
    return Forecast(len(every), len(sent), tuple(names.most_common()), creates, LOG_ROWS * len(sent) + 2 * creates)


def foreseen(case: Case, number: int, ground: Ground, level: Level) -> Sent:
    """What a case with that number sends to a server of the newest build."""
    guard = Guard(load_contract(), ground, level, (_SETTINGS,))
    state, new, may_exist = world(ground, _SETTINGS), 0, dict[str, None]()
    sent = requests(case, ground, number)
    for one in sent:
        may_exist.update(dict.fromkeys(_could_create(one, guard)))
        end = predict(load_contract(), state, one, Dialect.SHIPPED)
        new += sum(isinstance(change, PutDid) and change.did.did_id not in state.dids for change in end.changes)
        state = state.after(end.changes)
        if _says_missing(end):
            may_exist.pop(as_text(one.parameters.values.get("did_pattern", b"")), None)
    cleanup = tuple(request(step(did), ground, 0) for did in may_exist for step in (deletion, question))
    return Sent(sent, cleanup, new)


def _could_create(request: Request, guard: Guard) -> frozenset[str]:
    try:
        return guard.rule(request) if _function(request) != "update_did" else frozenset()
    except Forbidden:
        return frozenset()


def _says_missing(end: Outcome | Unspecified) -> bool:
    """Whether the reply is update_did's that a DID does not exist: then there is nothing to remove."""
    return isinstance(end, Outcome) and any((a.function, a.name) == ("update_did", "missing") for a in end.answers)


def _function(request: Request) -> str:
    name = request.parameters.values.get("function", b"").decode("utf-8", "replace")
    return name if name in load_contract().functions else OTHER
