"""A run held against a baseline: which fails are known, which are others, and which entries have to go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from conformance.baseline.file import read_baseline
from conformance.baseline.model import Baseline, KnownCause
from conformance.cases.catalogue import catalogue
from conformance.contract.contract import Contract
from conformance.report.model import BaselineUse, Report
from conformance.report.symptoms import Symptom, symptoms
from conformance.report.view import DID_NOT_REPEAT
from conformance.run.plan import Plan
from conformance.run.record import Record
from conformance.verdict.model import VerdictKind

_PASSED = frozenset({VerdictKind.PASS, VerdictKind.DEVIATION})
_MOST = 5


@dataclass(frozen=True, slots=True)
class Held:
    """The cases of one run, held against a baseline. `expect` is what counts as conforming."""

    baseline: Baseline
    expect: str

    def marked(self, record: Record) -> Record:
        """The record, its fail marked as known or as another one; all else as it is."""
        entries = list(self.baseline.of(record.result.id))
        if not entries or record.result.kind is not VerdictKind.FAIL:
            return record
        unlike = _unlike(entries, symptoms(record.result, self.expect))
        if not unlike and record.result.is_flaky:
            unlike = f"it {DID_NOT_REPEAT}, and a known fail is one that does"
        reason = "; ".join(dict.fromkeys(entry.reason for entry in entries))
        marks = {"unlike": unlike} if unlike else {"known": reason}
        return msgspec.structs.replace(record, result=msgspec.structs.replace(record.result, **marks))

    def told(self, report: Report) -> Report:
        """The report, with what it makes of the baseline."""
        kinds = {result.id: result.kind for result in report.results}
        entries, cases = self.baseline.entries, sorted(self.baseline.cases)
        use = BaselineUse(
            file=str(self.baseline.file),
            stale=tuple(id for id in cases if kinds.get(id) in _PASSED),
            not_run=tuple(id for id in cases if kinds.get(id) not in {*_PASSED, VerdictKind.FAIL}),
            unreasoned=tuple(id for id in sorted(entries) if not entries[id].is_reasoned),
        )
        return msgspec.structs.replace(report, baseline=use)


def known_fails(contract: Contract, file: Path) -> Baseline:
    """The baseline in a file. Raises UsageError for any mistake in it."""
    return read_baseline(file, [case.id for case in catalogue(contract)])


def hold(baseline: Baseline, plan: Plan) -> Held:
    """What holds a run against a baseline."""
    return Held(baseline, plan.expect.value)


def _unlike(known: Iterable[KnownCause], shown: frozenset[Symptom]) -> str:
    """What is shown and not known, and what is known and not shown at all, in words; nothing if it is all the same."""
    every = frozenset[Symptom]().union(*(entry.differs for entry in known))
    gone = frozenset[Symptom]().union(*(entry.differs for entry in known if not entry.differs & shown))
    parts = {"now": shown - every, "no longer": gone}
    return "; ".join(f"{word} {_listed(some)}" for word, some in parts.items() if some)


def _listed(some: Iterable[Symptom]) -> str:
    every = sorted(some)
    more = f" and {len(every) - _MOST} more" if len(every) > _MOST else ""
    return ", ".join(map(str, every[:_MOST])) + more
