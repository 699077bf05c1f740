"""What is kept of a case: a result for the report, and its exchanges, a line each.

Redacted is what was sent, what came back, and what quotes either. Ids, titles, aspects and the like are ours: a
password may be the same word as one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from conformance.exchange import Exchange, Failure, Reply
from conformance.report.exchanges import ExchangeLine
from conformance.report.model import CaseCall, CaseResult
from conformance.run.finished import Finished
from conformance.verdict.judge import failed
from conformance.verdict.model import Deviates, Difference, Error, Fail, Pass, Verdict, VerdictKind, kind

Redact = Callable[[str], str]
Curl = Callable[[Exchange], str]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is kept of one case."""

    result: CaseResult
    exchanges: tuple[ExchangeLine, ...]


def record(finished: Finished, redact: Redact, curl: Curl) -> Record:
    """What to keep of a finished case, without any password."""
    case = finished.case
    kept = finished.exchanges if kind(finished.verdict) in (VerdictKind.FAIL, VerdictKind.ERROR) else ()
    every = (*finished.exchanges, *finished.cleanup)
    result = CaseResult(
        id=case.id,
        title=case.title,
        clause=case.clause,
        level=case.level.value,
        verdict=_verdict(finished.verdict, redact),
        requests=len(every),
        elapsed=sum(exchange.result.elapsed for exchange in every),
        calls=tuple(
            _call(exchange, step.purpose.value, redact, curl) for exchange, step in zip(kept, case.steps, strict=False)
        ),
        exclusive=case.exclusive,
        repeated=finished.repeated,
        as_documented=finished.as_documented,
    )
    attempts = enumerate((finished, *finished.further), 1)
    lines = tuple(line for number, attempt in attempts for line in _lines(attempt, number, redact))
    return Record(result=result, exchanges=lines)


def _verdict(verdict: Verdict, redact: Redact) -> Verdict:
    match verdict:
        case Fail():
            return failed(_differences(verdict.differences, redact))
        case Pass():
            return Pass(_differences(verdict.form, redact))
        case Deviates():
            form = _differences(verdict.form, redact)
            return replace(verdict, differences=_differences(verdict.differences, redact), form=form)
        case Error():
            return Error(reason=redact(verdict.reason))
        case _:
            return verdict


def _differences(differences: Iterable[Difference], redact: Redact) -> tuple[Difference, ...]:
    def told(text: str | None) -> str | None:
        return None if text is None else redact(text)

    return tuple(
        replace(d, documented=told(d.documented), shipped=told(d.shipped), got=redact(d.got)) for d in differences
    )


def _call(exchange: Exchange, purpose: str, redact: Redact, curl: Curl) -> CaseCall:
    result, told = exchange.result, redact(curl(exchange))
    call = CaseCall(curl=told, status=None, body="", elapsed=result.elapsed, purpose=purpose)
    if isinstance(result, Failure):
        return replace(call, trouble=_trouble(result, redact))
    return replace(call, status=result.status, body=redact(result.body))


def _trouble(failure: Failure, redact: Redact) -> str:
    return f"{failure.trouble}: {redact(failure.message)}"


def _lines(finished: Finished, attempt: int, redact: Redact) -> Iterator[ExchangeLine]:
    purposes = [step.purpose.value for step in finished.case.steps]
    yield from _numbered(finished.case.id, finished.exchanges, purposes, attempt, redact)
    yield from _numbered(finished.case.id, finished.cleanup, ["cleanup"] * len(finished.cleanup), attempt, redact)


def _numbered(
    case: str, exchanges: Sequence[Exchange], purposes: Sequence[str], attempt: int, redact: Redact
) -> Iterator[ExchangeLine]:
    for step, (exchange, purpose) in enumerate(zip(exchanges, purposes, strict=False), 1):
        yield line(case, step, purpose, exchange, attempt, redact)


def line(
    case: str, step: int, purpose: str, exchange: Exchange, attempt: int = 1, redact: Redact = str
) -> ExchangeLine:
    """One exchange as exchanges.jsonl has it."""
    request, result = exchange.request, exchange.result
    reply = result if isinstance(result, Reply) else None
    return ExchangeLine(
        case=case,
        step=step,
        purpose=purpose,
        method=request.method if request.wire is None else "",
        query=redact(request.query),
        form=None if request.form is None else redact(request.form),
        status=reply.status if reply else None,
        content_type=redact(reply.content_type) if reply else None,
        body=redact(reply.body) if reply else None,
        elapsed=result.elapsed,
        trouble=None if isinstance(result, Reply) else _trouble(result, redact),
        wire=None if request.wire is None else redact(request.wire),
        attempt=attempt,
    )
