"""What the writers show: a report sorted and grouped for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from conformance.contract.model import Severity
from conformance.report.model import CaseResult, DeviationSeen, Report
from conformance.verdict.model import Blocked, Deviates, Difference, Error, Expect, Fail, Kind, NotTested

UNSPECIFIED = "(unspecified)"

_WORST_FIRST = {severity.value: rank for rank, severity in enumerate(reversed(Severity))}


@dataclass(frozen=True, slots=True)
class Gap:
    """The cases that one missing setting kept from being run, and what it would have supplied."""

    setting: str
    missing: tuple[str, ...]
    cases: tuple[CaseResult, ...]


@dataclass(frozen=True, slots=True)
class FunctionResults:
    """The results of one API function."""

    name: str
    results: tuple[CaseResult, ...]

    @property
    def counts(self) -> dict[Kind, int]:
        """How many cases ended in each verdict that occurs."""
        return {kind: n for kind in Kind if (n := sum(r.kind is kind for r in self.results))}

    @property
    def troubled(self) -> bool:
        """Whether a case failed or ended in an error."""
        return any(r.kind in {Kind.FAIL, Kind.ERROR} for r in self.results)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text, split where it leaves another one: alike, different, alike."""

    before: str
    changed: str
    after: str


def function_of(result: CaseResult) -> str:
    """The API function that a case is about: the first part of its id."""
    return result.id.split("/")[0]


def by_function(report: Report) -> tuple[FunctionResults, ...]:
    """The results by API function, both in alphabetical order."""
    names = sorted({function_of(r) for r in report.results})
    ordered = sorted(report.results, key=lambda r: r.id)
    return tuple(FunctionResults(name, tuple(r for r in ordered if function_of(r) == name)) for name in names)


def troubles(report: Report) -> tuple[CaseResult, ...]:
    """The failures, then the errors."""
    return report.with_kind(Kind.FAIL) + report.with_kind(Kind.ERROR)


def gaps(report: Report) -> tuple[Gap, ...]:
    """What was not tested, grouped by the setting that would allow it, the most cases first."""
    waiting: dict[str, list[CaseResult]] = {}
    for result in report.results:
        if isinstance(result.verdict, NotTested):
            waiting.setdefault(result.verdict.setting, []).append(result)
    found = [Gap(setting, _missing(cases), tuple(cases)) for setting, cases in waiting.items()]
    return tuple(sorted(found, key=lambda gap: (-len(gap.cases), gap.setting)))


def _missing(cases: Iterable[CaseResult]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.verdict.missing for c in cases if isinstance(c.verdict, NotTested)))


def deviations(report: Report) -> tuple[DeviationSeen, ...]:
    """The deviations seen, dangerous ones first, then those of the most cases."""
    return tuple(sorted(report.deviations, key=lambda d: (_WORST_FIRST.get(d.severity, 9), -d.cases, d.id)))


def showing(report: Report, deviation: str) -> tuple[CaseResult, ...]:
    """The cases that showed a deviation."""
    return tuple(r for r in report.results if isinstance(r.verdict, Deviates) and deviation in r.verdict.ids)


def example(cases: Iterable[CaseResult], deviation: str) -> Difference | None:
    """The first difference that a deviation explains."""
    found = (d for case in cases for d in case.differences if d.deviation == deviation)
    return next(found, None)


def note(result: CaseResult) -> str:
    """What there is to say about a verdict, in one sentence; empty for a pass."""
    match result.verdict:
        case Fail(summary=text) | Error(reason=text):
            return text
        case NotTested(missing=missing, setting=setting):
            return f"{missing}; needs {setting}"
        case Blocked(by=by):
            return f"{by} failed"
        case Deviates(ids=ids):
            return ", ".join(ids)
        case _:
            return ""


def expected(difference: Difference, expect: str) -> str:
    """What should have come: as documented, or as shipped where that is wanted or the documentation is silent."""
    wanted = (difference.documented, difference.shipped)
    first, second = reversed(wanted) if expect == Expect.SHIPPED else wanted
    if first is not None:
        return first
    return UNSPECIFIED if second is None else second


def unexplained(result: CaseResult) -> tuple[Difference, ...]:
    """The differences that no deviation explains: those that made a case fail."""
    return tuple(d for d in result.differences if d.deviation is None)


def place(difference: Difference) -> str:
    """Where a difference is, such as `request 1, line 2: fields`."""
    line = f", line {difference.line}" if difference.line else ""
    return f"request {difference.step}{line}: {difference.aspect}"


def pieces(text: str, other: str) -> Pieces:
    """Split `text` where it leaves `other`; nothing is marked where the two have no end in common."""
    start = _common(text, other)
    end = _common(text[start:][::-1], other[start:][::-1])
    if not start + end:
        return Pieces(text, "", "")
    return Pieces(text[:start], text[start : len(text) - end], text[len(text) - end :])


def _common(text: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False)))
