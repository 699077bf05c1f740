"""The exchanges of one run, as far as a comparison needs them: a stream of lines goes in, no body comes out whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from conformance.cases.model import Purpose
from conformance.compare.client_effect import Replies, Said, said
from conformance.compare.normal import Normal
from conformance.contract.request import FORM_TYPE, Request
from conformance.contract.sanitise import as_text
from conformance.report.curl import curl_line
from conformance.report.model import Report
from conformance.run.record import ExchangeLine
from conformance.run.redact import MASK

_COMPARED = frozenset(purpose.value for purpose in Purpose)


class Wait(NamedTuple):
    """How long the reply to a call of one function took, in seconds."""

    function: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Traces:
    """Each case's replies; and by case and step, in the order sent, the wait for each and what asked for it."""

    replies: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    waits: Mapping[tuple[str, int], Wait] = field(default_factory=dict)
    requests: Mapping[tuple[str, int], Request] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """One of the runs to compare. `traces` is None where the folder has no exchanges.

    `lost` are the cases that were answered, and of which the exchanges have nothing all the same.
    """

    name: str
    report: Report
    traces: Traces | None
    lost: frozenset[str] = frozenset()

    def replies(self, case: str) -> Replies:
        """That case's replies; None where they were not kept."""
        if self.traces is None or case in self.lost:
            return None
        return self.traces.replies.get(case, ())

    def curl(self, case: str, step: int) -> str | None:
        """A line that repeats that request, with `$VICIDIAL_PASS` for the password; None where it was not kept."""
        request = self.traces.requests.get((case, step)) if self.traces else None
        return curl_line(request, self.report.target.url, [MASK]) if request else None


def traced(lines: Iterable[ExchangeLine], cases: Collection[str], normal: Normal) -> Traces:
    """The first tries of these cases, without what cleaned up after them.

    A folder that was used again holds the lines of every run; the last ones count.
    """
    replies: dict[str, list[Said]] = {}
    waits: dict[tuple[str, int], Wait] = {}
    requests: dict[tuple[str, int], Request] = {}
    for line in lines:
        if line.attempt != 1 or line.purpose not in _COMPARED or line.case not in cases:
            continue
        if line.step == 1:
            for step in range(len(replies.get(line.case, ()))):
                waits.pop((line.case, step + 1), None)
                requests.pop((line.case, step + 1), None)
            replies[line.case] = []
        replies.setdefault(line.case, []).append(said(line, normal))
        requests[line.case, line.step] = _request(line)
        if line.status is not None and line.wire is None:
            waits[line.case, line.step] = Wait(_function(line), line.elapsed)
    return Traces({case: tuple(told) for case, told in replies.items()}, waits, requests)


def _request(line: ExchangeLine) -> Request:
    """What was sent; of its content type nothing was kept, but a form does not begin with a brace."""
    kind = "application/json" if (line.form or "").startswith("{") else FORM_TYPE
    return Request(line.query, line.form, line.method or "GET", kind, line.wire)


def _function(line: ExchangeLine) -> str:
    """What the request called, or what its case is about if that was no function's name."""
    sent = Request(line.query, line.form, line.method).parameters.values
    return as_text(sent.get("function", b"")) or line.case.split("/")[0]
