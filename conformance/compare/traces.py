"""The folder of a run, read as far as a comparison needs it: a stream of lines goes in, no body comes out whole.

The one module of the comparison that touches the disk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Purpose
from conformance.compare.cases import ANSWERED
from conformance.compare.client_effect import Replies, Said, said
from conformance.compare.normal import Normal, normal
from conformance.contract.contract import Contract
from conformance.contract.request import FORM_TYPE, Request
from conformance.contract.sanitise import as_text
from conformance.report.curl import curl_line
from conformance.report.exchanges import ExchangeLine, read_exchanges
from conformance.report.json_file import check_folder, load_report
from conformance.report.model import Report
from conformance.report.text import visible
from conformance.run.folder import EXCHANGES
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
class GivenRun:
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


def load(contract: Contract, folder: Path) -> GivenRun:
    """Read a report folder. Raises UsageError, which names the file and the reason."""
    check_folder(folder)
    report = load_report(folder)
    path = folder / EXCHANGES
    if not path.exists():
        return GivenRun(visible(str(folder)), report, None)
    cases = catalogue(contract)
    reported = frozenset(result.id for result in report.results)
    traces = traced(exchanges(path), reported, normal(report, contract, cases))
    answered = {result.id for result in report.with_kind(*ANSWERED) if result.requests}
    lost = answered.intersection(case.id for case in cases) - traces.replies.keys()
    return GivenRun(visible(str(folder)), report, traces, frozenset(lost))


def exchanges(path: Path) -> Iterator[ExchangeLine]:
    """The lines of an exchanges.jsonl. Raises UsageError for one that is none."""
    return (line for _, line in read_exchanges(path))
