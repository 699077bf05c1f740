"""What a case sends, and what is answered by the documentation and by the builds of servers, from `predict` alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from conformance.cases.expand import request, world
from conformance.cases.model import Case, Step
from conformance.cases.sample import predicted_text, sample
from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Build, Dialect, ServerSettings, SqlMode
from conformance.contract.world import World
from conformance.upgrade.compare import deviations

_OTHER = (ServerSettings(sql_mode=SqlMode.STRICT), ServerSettings(non_latin=True))
"""Settings under which a server of the newest build may show further deviations."""

_ANY = "(any reply that breaks no invariant, or none)"


@dataclass(frozen=True, slots=True)
class Shipped:
    """What servers answer from one build on."""

    since: Build
    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server answers, the world it met the request in, and the deviations that this shows."""

    state: World
    text: str
    deviations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: as it goes out, as documented, as shipped by build, and the deviations that the newest can show."""

    step: Step
    request: Request
    documented: str
    shipped: tuple[Shipped, ...]
    deviations: frozenset[str]


def sent(case: Case, contract: Contract, number: int) -> tuple[Sent, ...]:
    """Every request of a case with its predicted replies; the documented ones are those for the newest build."""
    requests = tuple(request(step, sample(), number) for step in case.steps)
    builds = [build for build in turning_builds() if case.since is None or build >= case.since] or [NEWEST_BUILD]
    each = {build: tuple(_shipped(contract, requests, ServerSettings(build))) for build in builds}
    newest = [each[builds[-1]], *(tuple(_shipped(contract, requests, settings)) for settings in _OTHER)]
    return tuple(
        Sent(
            step,
            asked,
            _documented(contract, asked, newest[0][i]),
            _spans({build: answers[i].text for build, answers in each.items()}),
            frozenset[str]().union(*(answers[i].deviations for answers in newest)),
        )
        for i, (step, asked) in enumerate(zip(case.steps, requests, strict=True))
    )


@cache
def turning_builds() -> tuple[Build, ...]:
    """The described builds at which anything can change, the oldest first."""
    contract = load_contract()
    texts = {function.since for function in contract.functions.values()}
    texts |= {deviation.since for deviation in contract.deviations.values()}
    texts |= {deviation.until for deviation in contract.deviations.values() if deviation.until}
    for function in contract.functions.values():
        texts.update(p.since for p in function.parameters)
        texts.update(build for p in function.parameters for build in p.kept_before)
    builds = {OLDEST_BUILD, NEWEST_BUILD, *map(Build.parse, texts)}
    return tuple(sorted(build for build in builds if OLDEST_BUILD <= build <= NEWEST_BUILD))


def _shipped(contract: Contract, requests: tuple[Request, ...], settings: ServerSettings) -> Iterator[Answered]:
    state = world(contract, sample(), settings)
    for asked in requests:
        if asked.wire is not None:
            yield Answered(state, _ANY, frozenset())
            continue
        end = predict(contract, state, asked, Dialect.SHIPPED)
        yield Answered(state, predicted_text(contract, end, Dialect.SHIPPED), deviations(contract, end))
        state = state.after(end.changes)


def _documented(contract: Contract, asked: Request, answered: Answered) -> str:
    """What is documented of a request, in the world that a server met it in."""
    if asked.wire is not None:
        return "(nothing is documented of such a message)"
    end = predict(contract, answered.state, asked, Dialect.DOCUMENTED)
    return predicted_text(contract, end, Dialect.DOCUMENTED)


def _spans(texts: dict[Build, str]) -> tuple[Shipped, ...]:
    """One entry for each build that answers otherwise than the one before; its own name is no difference."""
    found: list[Shipped] = []
    before = None
    for build, text in texts.items():
        plain = text.replace(str(build), "BUILD")
        if plain != before:
            found.append(Shipped(build, text))
        before = plain
    return tuple(found)
