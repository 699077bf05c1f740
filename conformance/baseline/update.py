"""A baseline made of the report of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.baseline.differs import differs
from conformance.baseline.model import TODO, KnownFail
from conformance.compare.normal import Normal
from conformance.report.model import CaseResult, Report
from conformance.run.record import ExchangeLine
from conformance.verdict.model import Kind

_ANSWERED = frozenset({Kind.PASS, Kind.DEVIATION, Kind.FAIL})


@dataclass(frozen=True, slots=True)
class Update:
    """The entries that a baseline is to have, and what becomes of each case by it, by id.

    `kept` are entries that stay for want of an answer, `flaky` fails that did not repeat and are not taken in.
    """

    entries: Mapping[str, KnownFail]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]
    flaky: tuple[str, ...]


def updated(
    report: Report, lines: Mapping[str, Iterable[ExchangeLine]], normal: Normal, before: Mapping[str, KnownFail]
) -> Update:
    """The fails of a report as entries: a reason stays with its case, and an entry whose case was not answered stays.

    Raises KeyError if a fail's exchanges are not among these.
    """
    fails = [r for r in report.with_kind(Kind.FAIL) if r.id in normal.cases]
    answered = {r.id for r in report.with_kind(*_ANSWERED)}
    kept = {id: entry for id, entry in before.items() if id not in answered}
    found = {r.id: _entry(r, lines[r.id], normal, before) for r in fails if not r.is_flaky}
    entries = {**kept, **found}
    return Update(
        entries=entries,
        added=tuple(sorted(entries.keys() - before.keys())),
        changed=tuple(sorted(id for id in found.keys() & before.keys() if found[id] != before[id])),
        removed=tuple(sorted(before.keys() - entries.keys())),
        kept=tuple(sorted(kept)),
        flaky=tuple(sorted(r.id for r in fails if r.is_flaky)),
    )


def _entry(
    result: CaseResult, lines: Iterable[ExchangeLine], normal: Normal, before: Mapping[str, KnownFail]
) -> KnownFail:
    reason = before[result.id].reason if result.id in before else TODO
    return KnownFail(reason, differs(result, lines, normal))
