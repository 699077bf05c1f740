"""Reading the folder of a run for a comparison. The one module of the comparison that touches the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conformance.cases.catalogue import catalogue
from conformance.compare.cases import ANSWERED
from conformance.compare.normal import normal
from conformance.compare.traces import Given, traced
from conformance.contract.load import load_contract
from conformance.report.read import check_folder, load_report
from conformance.report.text import visible
from conformance.run.exchanges import read_exchanges
from conformance.run.folder import EXCHANGES
from conformance.run.record import ExchangeLine


def load(folder: Path) -> Given:
    """Read a report folder. Raises UsageError, which names the file and the reason."""
    check_folder(folder)
    report = load_report(folder)
    path = folder / EXCHANGES
    if not path.exists():
        return Given(visible(str(folder)), report, None)
    contract = load_contract()
    cases = catalogue(contract)
    reported = frozenset(result.id for result in report.results)
    traces = traced(exchanges(path), reported, normal(report, contract, cases))
    answered = {result.id for result in report.with_kind(*ANSWERED) if result.requests}
    lost = answered.intersection(case.id for case in cases) - traces.replies.keys()
    return Given(visible(str(folder)), report, traces, frozenset(lost))


def exchanges(path: Path) -> Iterator[ExchangeLine]:
    """The lines of an exchanges.jsonl. Raises UsageError for one that is none."""
    return (line for _, line in read_exchanges(path))
