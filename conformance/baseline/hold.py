"""A run held against a baseline: which fails are known, which are others, and which entries have to go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from conformance.baseline.differs import differs
from conformance.baseline.file import read_baseline
from conformance.baseline.model import Baseline, Differs
from conformance.cases.catalogue import catalogue
from conformance.compare.normal import Normal
from conformance.contract.load import load_contract
from conformance.report.model import BaselineUse, Report
from conformance.report.view import DID_NOT_REPEAT
from conformance.run.record import Record
from conformance.run.run import Plan
from conformance.verdict.model import Kind

_PASSED = frozenset({Kind.PASS, Kind.DEVIATION})
_MOST = 5


@dataclass(frozen=True, slots=True)
class Held:
    """The cases of one run, held against a baseline."""

    baseline: Baseline
    normal: Normal

    def marked(self, record: Record) -> Record:
        """The record, its fail marked as known or as another one; all else as it is."""
        entry = self.baseline.entries.get(record.result.id)
        if entry is None or record.result.kind is not Kind.FAIL:
            return record
        unlike = _unlike(entry.differs, differs(record.result, record.exchanges, self.normal))
        if not unlike and record.result.is_flaky:
            unlike = f"it {DID_NOT_REPEAT}, and a known fail is one that does"
        marks = {"unlike": unlike} if unlike else {"known": entry.reason}
        return msgspec.structs.replace(record, result=msgspec.structs.replace(record.result, **marks))

    def told(self, report: Report) -> Report:
        """The report, with what it makes of the baseline."""
        kinds = {result.id: result.kind for result in report.results}
        entries = self.baseline.entries
        use = BaselineUse(
            file=str(self.baseline.file),
            stale=tuple(id for id in sorted(entries) if kinds.get(id) in _PASSED),
            not_run=tuple(id for id in sorted(entries) if kinds.get(id) not in {*_PASSED, Kind.FAIL}),
            unreasoned=tuple(id for id in sorted(entries) if not entries[id].is_reasoned),
        )
        return msgspec.structs.replace(report, baseline=use)


def known_fails(file: Path) -> Baseline:
    """The baseline in a file. Raises UsageError for any mistake in it."""
    return read_baseline(file, [case.id for case in catalogue(load_contract())])


def hold(baseline: Baseline, plan: Plan) -> Held:
    """What holds a run against a baseline."""
    contract = load_contract()
    cases = {case.id: case for case in catalogue(contract)}
    host = urlsplit(plan.target.url).hostname or "\0"
    return Held(baseline, Normal(contract, cases, int(plan.run), host))


def _unlike(known: frozenset[Differs], got: frozenset[Differs]) -> str:
    """What only one of the two has, in words; nothing if they are the same."""
    parts = {"now": got - known, "no longer": known - got}
    return "; ".join(f"{word} {_listed(some)}" for word, some in parts.items() if some)


def _listed(some: Iterable[Differs]) -> str:
    every = sorted(some)
    more = f" and {len(every) - _MOST} more" if len(every) > _MOST else ""
    return ", ".join(map(str, every[:_MOST])) + more
