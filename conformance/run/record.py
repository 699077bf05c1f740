"""What is kept of a case: a result for the report, and its exchanges, a line each. All of it redacted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from conformance.exchange import Exchange, Failure, Reply
from conformance.report.model import Call, CaseResult
from conformance.run.engine import Finished
from conformance.verdict.model import Kind, kind

Redact = Callable[[str], str]
Curl = Callable[[Exchange], str]
T = TypeVar("T")


class ExchangeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of exchanges.jsonl. `purpose` is setup, act, effect or cleanup; `elapsed` is in seconds.

    `wire` is a byte-level message, each character a byte; then `method` and `query` are empty. `attempt` is 1, or more
    where a case that failed is tried again.
    """

    case: str
    step: int
    purpose: str
    method: str
    query: str
    form: str | None
    status: int | None
    content_type: str | None
    body: str | None
    elapsed: float
    trouble: str | None
    wire: str | None = None
    attempt: int = 1


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is kept of one case."""

    result: CaseResult
    exchanges: tuple[ExchangeLine, ...]


def record(finished: Finished, redact: Redact, curl: Curl) -> Record:
    """What to keep of a finished case, without any password."""
    case = finished.case
    kept = finished.exchanges if kind(finished.verdict) in (Kind.FAIL, Kind.ERROR) else ()
    every = (*finished.exchanges, *finished.cleanup)
    result = CaseResult(
        id=case.id,
        title=case.title,
        clause=case.clause,
        level=case.level.value,
        verdict=finished.verdict,
        requests=len(every),
        elapsed=sum(exchange.result.elapsed for exchange in every),
        calls=tuple(_call(exchange, curl) for exchange in kept),
        exclusive=case.exclusive,
        repeated=finished.repeated,
    )
    attempts = enumerate((finished, *finished.further), 1)
    lines = tuple(line for number, attempt in attempts for line in _lines(attempt, number))
    return redacted(Record(result=result, exchanges=lines), redact)


def redacted(value: T, redact: Redact) -> T:
    """The same value with every string in it redacted."""
    plain = _walk(msgspec.to_builtins(value), redact)
    return msgspec.convert(plain, type(value))


def _walk(value: object, redact: Redact) -> object:
    match value:
        case str():
            return redact(value)
        case dict():
            return {key: _walk(item, redact) for key, item in value.items()}
        case list() | tuple():
            return [_walk(item, redact) for item in value]
        case _:
            return value


def _call(exchange: Exchange, curl: Curl) -> Call:
    result = exchange.result
    if isinstance(result, Failure):
        return Call(
            curl=curl(exchange),
            status=None,
            body="",
            elapsed=result.elapsed,
            trouble=f"{result.trouble}: {result.message}",
        )
    return Call(curl=curl(exchange), status=result.status, body=result.body, elapsed=result.elapsed)


def _lines(finished: Finished, attempt: int) -> Iterator[ExchangeLine]:
    purposes = [step.purpose.value for step in finished.case.steps]
    yield from _numbered(finished.case.id, finished.exchanges, purposes, attempt)
    yield from _numbered(finished.case.id, finished.cleanup, ["cleanup"] * len(finished.cleanup), attempt)


def _numbered(
    case: str, exchanges: Sequence[Exchange], purposes: Sequence[str], attempt: int
) -> Iterator[ExchangeLine]:
    for step, (exchange, purpose) in enumerate(zip(exchanges, purposes, strict=False), 1):
        yield line(case, step, purpose, exchange, attempt)


def line(case: str, step: int, purpose: str, exchange: Exchange, attempt: int = 1) -> ExchangeLine:
    """One exchange as exchanges.jsonl has it."""
    request, result = exchange.request, exchange.result
    reply = result if isinstance(result, Reply) else None
    return ExchangeLine(
        case=case,
        step=step,
        purpose=purpose,
        method=request.method if request.wire is None else "",
        query=request.query,
        form=request.form,
        status=reply.status if reply else None,
        content_type=reply.content_type if reply else None,
        body=reply.body if reply else None,
        elapsed=result.elapsed,
        trouble=None if isinstance(result, Reply) else f"{result.trouble}: {result.message}",
        wire=request.wire,
        attempt=attempt,
    )
