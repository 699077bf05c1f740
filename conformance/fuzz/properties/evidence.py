"""What replies show by themselves, without a prediction: for the checks of properties."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.cases.model import Case, Purpose
from conformance.contract.reply import Aspect
from conformance.exchange import Exchange, Reply
from conformance.verdict.model import Difference


def body(exchange: Exchange) -> str:
    """The text of a reply; checks are asked only when every request has one."""
    assert isinstance(exchange.result, Reply)
    return exchange.result.body


def succeeded(exchange: Exchange) -> bool:
    """Whether a reply says that something was done, whatever its HTTP status."""
    return "SUCCESS" in body(exchange) or "HAS BEEN" in body(exchange)


def refused(exchange: Exchange) -> bool:
    """Whether a reply says that nothing was done, and says it by HTTP 200: after a 5xx nobody knows."""
    assert isinstance(exchange.result, Reply)
    return exchange.result.status == 200 and not succeeded(exchange)


def around(case: Case) -> Iterator[tuple[int, int, int]]:
    """Each request with the question before it and the same question after it, by their numbers counted from 0."""
    for number in range(1, len(case.steps) - 1):
        before, act, after = case.steps[number - 1 : number + 2]
        if act.purpose is Purpose.ACT and before.purpose is Purpose.EFFECT and before == after:
            yield number - 1, number, number + 1


def effect(number: int, wanted: str, exchange: Exchange) -> Difference:
    """A difference in what a request has brought about; `number` counts from 0."""
    got = body(exchange).rstrip("\n")
    return Difference(
        step=number + 1, line=0, aspect=Aspect.EFFECT.value, documented=wanted.rstrip("\n"), shipped=None, got=got
    )
