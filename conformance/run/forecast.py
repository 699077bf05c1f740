"""What a run is going to do to a target, before it does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.cases.expand import Ground, requests, world
from conformance.cases.model import Case, Level
from conformance.contract.load import load_contract
from conformance.contract.model import Dialect, ServerSettings
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.world import PutDid

SECONDS_A_REQUEST = 0.02
"""What a request takes where no rate is set: a guess, from a server in the same building."""

CLEANUP_REQUESTS = 2
"""For each DID created: its deletion, and the question whether it is gone."""

OTHER = "of no known function"

LOG_ROWS = 2
"""Rows that every request leaves: in the API log, and in the URL log with the full URL (observed.md section 9)."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Requests by function, DIDs created and deleted again, log rows that stay, and seconds it may take."""

    cases: int
    requests: int
    by_function: tuple[tuple[str, int], ...]
    creates: int
    log_rows: int
    seconds: float


def planned(cases: Iterable[Case], ground: Ground, level: Level) -> tuple[Case, ...]:
    """The cases that this level and this target allow."""
    return tuple(case for case in cases if case.level <= level and not ground.missing(case))


def forecast(cases: Sequence[Case], ground: Ground, rate: float | None) -> Forecast:
    """What sending these cases comes to, clean-up included, on a server of the newest build."""
    sent = [request for number, case in enumerate(cases) for request in requests(case, ground, number)]
    names = Counter(_function(request) for request in sent)
    creates = sum(_creates(case, number, ground) for number, case in enumerate(cases))
    total = len(sent) + CLEANUP_REQUESTS * creates
    names["update_did"] += CLEANUP_REQUESTS * creates
    seconds = total / rate if rate else total * SECONDS_A_REQUEST
    by_function = tuple(names.most_common())
    return Forecast(len(cases), total, by_function, creates, LOG_ROWS * total + 2 * creates, seconds)


def _creates(case: Case, number: int, ground: Ground) -> int:
    state, new = world(ground, ServerSettings()), 0
    for request in requests(case, ground, number):
        end = predict(load_contract(), state, request, Dialect.SHIPPED)
        new += sum(isinstance(change, PutDid) and change.did.did_id not in state.dids for change in end.changes)
        state = state.after(end.changes)
    return new


def _function(request: Request) -> str:
    name = request.parameters.values.get("function", b"").decode("utf-8", "replace")
    return name if name in load_contract().functions else OTHER
