"""What the writers show: a report sorted and grouped for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.contract.deviation import Severity
from conformance.report.model import BaselineUse, CaseCall, CaseResult, DeviationSeen, Report
from conformance.verdict.model import (
    Blocked,
    Deviates,
    Difference,
    Error,
    Expect,
    Fail,
    NotTested,
    VerdictKind,
    in_form,
)

UNSPECIFIED = "(unspecified)"
DID_NOT_REPEAT = "did not repeat when tried again"
FUZZED = "fuzz"
"""The first part of the id of a finding, in place of a function."""

_IDS = 5
_REMOVE = "take what passes out by hand, or with `baseline write`, of"
_SETTINGS = 3

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
    def counts(self) -> dict[VerdictKind, int]:
        """How many cases ended in each verdict that occurs."""
        return {kind: n for kind in VerdictKind if (n := sum(r.kind is kind for r in self.results))}

    @property
    def troubled(self) -> bool:
        """Whether a case failed or ended in an error."""
        return any(r.kind in {VerdictKind.FAIL, VerdictKind.ERROR} for r in self.results)


def function_of(result: CaseResult) -> str:
    """The API function that a case is about: the first part of its id."""
    return result.id.split("/")[0]


def by_function(report: Report) -> tuple[FunctionResults, ...]:
    """The results by API function, both in alphabetical order."""
    names = sorted({function_of(r) for r in report.results})
    ordered = sorted(report.results, key=lambda r: r.id)
    return tuple(FunctionResults(name, tuple(r for r in ordered if function_of(r) == name)) for name in names)


def baseline(report: Report) -> tuple[str, ...]:
    """What there is to say about the baseline of a run, a sentence each; nothing if it had none."""
    use = report.baseline
    if use is None:
        return ()
    gone = [f"{_ids(use.stale)} pass{'es' * (len(use.stale) == 1)} now: {_REMOVE} {use.file}"] if use.stale else []
    unlike: dict[str, list[str]] = {}
    for result in report.fails:
        unlike.setdefault(result.unlike or "", []).append(result.id)
    other = (
        f"{_ids(ids)} fail{'s' * (len(ids) == 1)} otherwise than {use.file} says: {how}"
        for how, ids in unlike.items()
        if how
    )
    return (*gone, *other, *_unreasoned(use), *_held(report, use))


def known(report: Report) -> tuple[tuple[str, tuple[CaseResult, ...]], ...]:
    """The fails that the baseline accepts, by the reason, those of the most cases first."""
    reasons: dict[str, list[CaseResult]] = {}
    for result in report.known:
        reasons.setdefault(str(result.known), []).append(result)
    return tuple(
        (why, tuple(cases)) for why, cases in sorted(reasons.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    )


def _unreasoned(use: BaselineUse) -> Iterable[str]:
    if use.unreasoned:
        yield f"no reason is written in {use.file} for {_ids(use.unreasoned)}"


def _ids(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _IDS} more" if len(ids) > _IDS else ""
    return f"{', '.join(ids[:_IDS])}{more}"


def _held(report: Report, use: BaselineUse) -> Iterable[str]:
    not_run = f"; {len(use.not_run)} of its cases not run" if use.not_run else ""
    yield f"{len(report.known)} failed as {use.file} says{not_run}"


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


def unlocking(report: Report) -> str:
    """What would allow the cases that were not tested, and how many of them; the first few settings by name."""
    found = gaps(report)
    named, others = found[:_SETTINGS], found[_SETTINGS:]
    parts = [f"{gap.setting} ({len(gap.cases):,} case{'s' * (len(gap.cases) != 1)})" for gap in named]
    cases = sum(len(gap.cases) for gap in others)
    parts += [f"{len(others)} more setting{'s' * (len(others) != 1)} ({cases:,} cases)"] if others else []
    return ", ".join(parts)


def form(report: Report) -> tuple[str, ...]:
    """In which form the server prints, a sentence; nothing if no reply tells."""
    return (f"the server {report.form}",) if report.form else ()


def fuzzed(report: Report) -> str:
    """What fuzzing has covered, and by how many of its searches; empty if nothing was fuzzed."""
    searches = report.searches
    return f"{report.fuzzed}, by {sum(searches.values())} of {len(searches)} searches" if report.fuzzed else ""


def deviations(report: Report) -> tuple[DeviationSeen, ...]:
    """The deviations seen, dangerous ones first, then those of the most cases."""
    return tuple(sorted(report.deviations, key=lambda d: (_WORST_FIRST.get(d.severity, 9), -d.cases, d.id)))


def showing(report: Report, deviation: str) -> tuple[CaseResult, ...]:
    """The cases that showed a deviation."""
    return tuple(r for r in report.results if isinstance(r.verdict, Deviates) and deviation in r.verdict.ids)


def as_documented(report: Report, deviation: str) -> tuple[CaseResult, ...]:
    """The cases in which the server printed the documented form of what it prints as servers do in others."""
    return tuple(r for r in report.results if any(one.deviation == deviation for one in r.as_documented))


def example(cases: Iterable[CaseResult], deviation: str) -> Difference | None:
    """The first difference that a deviation explains, also one in form alone."""
    found = (d for case in cases for d in (*case.differences, *in_form(case.verdict)) if d.deviation == deviation)
    return next(found, None)


def note(result: CaseResult) -> str:
    """What there is to say about a verdict, in one sentence; empty for a pass."""
    match result.verdict:
        case Fail(summary=text) | Error(reason=text):
            known = f"known: {result.known}; " if result.known is not None else ""
            return f"{DID_NOT_REPEAT}; {text}" if result.is_flaky else f"{known}{text}"
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


def wanted(difference: Difference, expect: str) -> dict[str, str | None]:
    """What could have come instead, by the name of its form: one form where only one counts or both are the same."""
    forms = {Expect.DOCUMENTED: difference.documented, Expect.SHIPPED: difference.shipped}
    known = {form.value: text for form, text in forms.items() if text is not None}
    if expect in known:
        return {expect: known[expect]}
    if len(set(known.values())) < 2:
        return {"expected": next(iter(known.values()), None)}
    return dict(known)


def unexplained(result: CaseResult) -> tuple[Difference, ...]:
    """The differences that no deviation explains: those that made a case fail."""
    return tuple(d for d in result.differences if d.deviation is None)


def explained(result: CaseResult) -> tuple[Difference, ...]:
    """The differences that a listed deviation explains."""
    return tuple(d for d in result.differences if d.deviation is not None)


def by_place(differences: Iterable[Difference]) -> tuple[tuple[str, Difference], ...]:
    """Differences that say the same told once, with all their places."""
    found: dict[tuple[str | None, ...], list[Difference]] = {}
    for d in differences:
        found.setdefault((d.aspect, d.documented, d.got, d.deviation), []).append(d)
    return tuple(("; ".join(_where(d) for d in alike) + f": {alike[0].aspect}", alike[0]) for alike in found.values())


PURPOSES = {"setup": "set-up", "act": "act", "effect": "effect"}
"""Why a request was sent, in words: to prepare, to be judged, to see what that one did."""


def request(call: CaseCall, number: int) -> str:
    """A request of a case by its number, and why it was sent."""
    purpose = PURPOSES.get(call.purpose)
    return f"request {number}, {purpose}" if purpose else f"request {number}"


def place(difference: Difference) -> str:
    """Where a difference is, such as `request 1, line 2: fields`."""
    return f"{_where(difference)}: {difference.aspect}"


def _where(difference: Difference) -> str:
    line = f", line {difference.line}" if difference.line else ""
    return f"request {difference.step}{line}"
