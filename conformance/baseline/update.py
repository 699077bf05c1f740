"""A baseline made of the report of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from conformance.baseline.model import TODO, KnownCause
from conformance.report.causes import Cause, causes_of
from conformance.report.model import Report
from conformance.verdict.model import VerdictKind

_ANSWERED = frozenset({VerdictKind.PASS, VerdictKind.DEVIATION, VerdictKind.FAIL})


@dataclass(frozen=True, slots=True)
class Update:
    """The entries that a baseline is to have, and what becomes of each cause by it, by id.

    `kept` are entries of which cases stay for want of an answer, `flaky` cases that did not repeat: not taken in.
    """

    entries: Mapping[str, KnownCause]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]
    flaky: tuple[str, ...]


def updated(report: Report, cases: Collection[str], before: Mapping[str, KnownCause]) -> Update:
    """The causes of a report as entries: a reason stays with its cause, and a case that was not answered stays.

    `cases` are those of the catalogue: findings are not taken in.
    """
    fails = [result for result in report.with_kind(VerdictKind.FAIL) if result.id in cases]
    lasting = [result for result in fails if not result.is_flaky]
    answered = {result.id for result in report.with_kind(*_ANSWERED)}
    kept = {id: replace(entry, cases=left) for id, entry in before.items() if (left := entry.cases - answered)}
    found = {cause.id: _entry(cause, before) for cause in causes_of(lasting, report.expect)}
    entries = {**kept, **{id: _joined(entry, kept.get(id)) for id, entry in found.items()}}
    return Update(
        entries=entries,
        added=tuple(sorted(entries.keys() - before.keys())),
        changed=tuple(sorted(id for id in entries.keys() & before.keys() if entries[id] != before[id])),
        removed=tuple(sorted(before.keys() - entries.keys())),
        kept=tuple(sorted(kept)),
        flaky=tuple(sorted(result.id for result in fails if result.is_flaky)),
    )


def _entry(cause: Cause, before: Mapping[str, KnownCause]) -> KnownCause:
    cases = frozenset(cause.cases)
    return KnownCause(_reason(cause.id, cases, before), cause.says, frozenset(cause.symptoms), cases)


def _reason(id: str, cases: frozenset[str], before: Mapping[str, KnownCause]) -> str:
    """The reason that the cause has, or else that of the entry with the most of its cases."""
    if id in before:
        return before[id].reason
    near = max(sorted(before.items()), key=lambda pair: len(pair[1].cases & cases), default=None)
    return near[1].reason if near and near[1].cases & cases else TODO


def _joined(entry: KnownCause, kept: KnownCause | None) -> KnownCause:
    """An entry, with what is kept of the same cause."""
    return replace(entry, differs=entry.differs | kept.differs, cases=entry.cases | kept.cases) if kept else entry
