"""What judging a run again comes to: the new report, and which verdicts are others now."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from conformance.report.model import CaseResult, Report
from conformance.verdict.model import Deviates, Fail, Verdict, kind

NAME = "rejudged.json"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Under what a run was judged: the version of the suite, --expect, and the build."""

    suite: str
    expect: str
    build: str


class ChangedVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """A case whose verdict is another one now, each verdict in words."""

    case: str
    was: str
    now: str


class Rejudged(msgspec.Struct, frozen=True, kw_only=True):
    """rejudged.json: which run was judged again, how it was judged before and now, and every verdict that changed."""

    report: str
    was: Judged
    now: Judged
    cases: int
    changed: tuple[ChangedVerdict, ...]


def rejudged(name: str, before: Report, after: Report) -> Rejudged:
    """What has become of the run in the folder of that name."""
    was = {result.id: result for result in before.results}
    return Rejudged(
        report=name,
        was=_judged(before),
        now=_judged(after),
        cases=len(after.results),
        changed=tuple(_changed((was[result.id], result) for result in after.results)),
    )


def _judged(report: Report) -> Judged:
    return Judged(suite=report.suite, expect=report.expect, build=report.target.build)


def _changed(pairs: Iterable[tuple[CaseResult, CaseResult]]) -> Iterable[ChangedVerdict]:
    for before, after in pairs:
        was, now = in_words(before.verdict), in_words(after.verdict)
        if was != now:
            yield ChangedVerdict(case=after.id, was=was, now=now)


def in_words(verdict: Verdict) -> str:
    """A verdict with what tells it from others of its kind: deviations, or where nothing explains a reply."""
    match verdict:
        case Deviates(ids=ids):
            return f"deviation ({', '.join(ids)})"
        case Fail():
            return f"fail ({', '.join(f'request {step}: {aspect}' for step, aspect in sorted(verdict.ways))})"
        case _:
            return kind(verdict).value
