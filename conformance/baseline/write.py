"""Writing a baseline from the folder of a run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from conformance.baseline.edit import rewritten
from conformance.baseline.file import read_baseline
from conformance.baseline.model import Baseline
from conformance.baseline.update import Update, updated
from conformance.cases.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.errors import UsageError
from conformance.report.files import write_whole
from conformance.report.json_file import load_report
from conformance.report.model import Report
from conformance.report.text import visible
from conformance.verdict.model import VerdictKind


def write_baseline(folder: Path, file: Path, *, incomplete: bool = False) -> Update:
    """Write the fails of a run to a baseline, which may be there already. Gives what became of its entries.

    Raises UsageError for a folder that is no report, for a report that says less than a whole run does unless
    `incomplete` ones are wanted, and for a baseline that cannot be read or written.
    """
    report = load_report(folder)
    missing = "" if incomplete else next(_missing(report), "")
    if missing:
        told = f"{folder}: {missing}: run again, or add --incomplete to take what it has"
        raise UsageError(visible(told))
    ids = [case.id for case in catalogue(load_contract())]
    if not {result.id for result in report.results} & set(ids):
        why = report.broken_off or "a baseline holds cases, and no findings of `fuzz`"
        raise UsageError(visible(f"{folder}: has no case: {why}"))
    before = read_baseline(file, ids, earlier=True) if os.path.lexists(file) else Baseline(file)
    made = updated(report, ids, before.entries)
    lost = sorted(id for id, entry in made.entries.items() if not entry.differs)
    if lost:
        told = f"{file}: has a table for each case, as earlier versions wrote it, and {folder} no verdict on {lost[0]}"
        raise UsageError(visible(f"{told}: give a report that has one on each, or remove that table"))
    write_whole(file, rewritten(before, made.entries, ids).encode())
    return made


def _missing(report: Report) -> Iterator[str]:
    errors, unreported = report.counts[VerdictKind.ERROR], report.expected - len(report.results)
    if report.ended:
        yield f"the run ended early ({report.ended})"
    if unreported:
        yield f"{unreported} of {report.expected} cases were never reported"
    if errors:
        yield f"{errors} of {len(report.results)} cases ended in an error"
