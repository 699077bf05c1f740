"""Runs -> what differs between them. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from conformance.compare.cases import ANSWERED, change, described
from conformance.compare.client_effect import Replies
from conformance.compare.model import (
    CaseChange,
    CaseRow,
    ChangeKind,
    Comparison,
    DeviationChange,
    EffectTally,
    Fact,
    Pair,
    RunCell,
    Side,
)
from conformance.compare.timing import shifts
from conformance.compare.traces import GivenRun
from conformance.contract.contract import Contract
from conformance.report.model import CaseResult, DeviationSeen, Report
from conformance.upgrade.compare import stored_unseen
from conformance.upgrade.effect import ClientEffect
from conformance.verdict.model import Blocked, Deviates, VerdictKind

FACTS: dict[str, Callable[[Report], str]] = {
    "suite": lambda report: report.suite,
    "server": lambda report: report.target.version.partition("|DATE:")[0],
    "build": lambda report: report.target.build,
    "settings": lambda report: " or ".join(report.target.settings),
    "form": lambda report: report.form.name if report.form else "",
    "level": lambda report: report.level,
    "expect": lambda report: report.expect,
    "roles": lambda report: ", ".join(report.target.roles),
    "entities": lambda report: ", ".join(report.target.entities),
}
"""What is said of runs where it is not the same for all."""

_CONFORMING = (ChangeKind.DEVIATES, ChangeKind.NO_DEVIATION, ChangeKind.REPLY)
"""The changes of cases that may conform in both runs."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def compare(contract: Contract, given: Sequence[GivenRun], fail_on: Iterable[ClientEffect] = ()) -> Comparison:
    """Two or more runs beside each other: every later one beside the first. `fail_on` is what no client may feel."""
    first, *others = given
    pairs = tuple(_pair(contract, first, other, number) for number, other in enumerate(others, 1))
    return Comparison(
        sides=tuple(map(_side, given)),
        facts=tuple(_facts([one.report for one in given])),
        pairs=pairs,
        rows=_rows(given, pairs),
        fail_on=tuple(fail_on),
    )


def _side(given: GivenRun) -> Side:
    report = given.report
    return Side(
        name=given.name,
        url=report.target.url,
        build=report.target.build,
        started=report.started,
        answer=report.answer,
        cases=len(report.results),
        requests=report.requests,
        has_replies=given.traces is not None,
        notes=tuple(_notes(given)),
    )


def _notes(given: GivenRun) -> Iterable[str]:
    report = given.report
    unreported, errors = report.unreported, report.counts[VerdictKind.ERROR]
    missing, of = unreported + errors, f"of {report.expected} cases"
    if report.ended and missing:
        yield f"ended early after {report.expected - missing} {of}: {report.ended}, so {missing} were not compared"
    elif report.ended:
        yield f"ended early: {report.ended}"
    else:
        if unreported:
            yield f"not compared: {unreported} {of} were never reported"
        if errors:
            yield f"not compared: {errors} {of} ended in an error"
    if given.traces is None:
        yield "has no exchanges.jsonl, so its replies and waits were not compared, only its verdicts"
    elif given.lost:
        yield f"exchanges.jsonl has nothing of {len(given.lost)} {of}, so only their verdicts were compared"


def _gaps(before: GivenRun, after: GivenRun, changes: Iterable[CaseChange]) -> Iterable[str]:
    for given in (before, after):
        yield from (f"{given.name}: {note}" for note in _notes(given))
    blocked = sum(case.change is ChangeKind.NO_ANSWER and isinstance(case.after, Blocked) for case in changes)
    if blocked:
        of = f"of {after.report.expected} cases"
        yield f"{after.name}: not compared: {blocked} {of} were blocked by others that failed"


def _facts(reports: Sequence[Report]) -> Iterable[Fact]:
    for name, told in FACTS.items():
        values = tuple(told(report) for report in reports)
        if len(set(values)) > 1:
            yield Fact(name=name, values=values)


def _pair(contract: Contract, before: GivenRun, after: GivenRun, place: int) -> Pair:
    same_judge = all(FACTS[name](before.report) == FACTS[name](after.report) for name in ("suite", "expect"))
    old, new = ({result.id: result for result in given.report.results} for given in (before, after))
    broken_off = bool(before.report.unreported), bool(after.report.unreported)
    found: dict[str, ChangeKind] = {}
    changes = []
    for id in dict.fromkeys((*old, *new)):
        results, replies = (old.get(id), new.get(id)), (before.replies(id), after.replies(id))
        found[id] = change(*results, replies, same_judge=same_judge, broken_off=broken_off)
        if found[id] is not ChangeKind.NONE:
            told = described(found[id], *results, replies)
            changes.append(msgspec.structs.replace(told, curl=_curl(told, before, after)))
    changes.sort(key=lambda case: case.danger)
    same = [id for id, one in found.items() if one is ChangeKind.NONE]
    explained = {id for id in same if {old[id].kind, new[id].kind} <= {VerdictKind.PASS, VerdictKind.DEVIATION}}
    waits = [given.traces.waits if given.traces else {} for given in (before, after)]
    return Pair(
        before=0,
        after=place,
        cases=max(len(found), before.report.expected, after.report.expected),
        gaps=tuple(dict.fromkeys(_gaps(before, after, changes))),
        has_replies=None not in (before.traces, after.traces),
        changes=tuple(changes),
        same=sum(old[id].kind in ANSWERED for id in same),
        unanswered=sum(old[id].kind not in ANSWERED for id in same),
        functions=_tallies(changes, lambda case: case.function),
        fields=_tallies(changes, lambda case: case.field),
        deviations=_deviations(before.report, after.report, found),
        shifts=shifts(*waits),
        unseen=stored_unseen(contract, explained, (before.report.target.build, after.report.target.build)),
    )


def _curl(case: CaseChange, before: GivenRun, after: GivenRun) -> str | None:
    """The request that shows the change, as the later run sent it, if it did."""
    return (after.curl(case.id, case.step) or before.curl(case.id, case.step)) if case.step else None


def _tallies(changes: Iterable[CaseChange], name: Callable[[CaseChange], str]) -> tuple[EffectTally, ...]:
    """What a client feels, by that name, those of the most dangerous first."""
    counts: dict[str, Counter[ClientEffect]] = {}
    for case in changes:
        if case.effect:
            counts.setdefault(name(case), Counter())[case.effect] += 1
    order = sorted(counts, key=lambda one: ([-counts[one][effect] for effect in ClientEffect], one))
    return tuple(EffectTally(name=one, counts=dict(counts[one])) for one in order)


def _deviations(before: Report, after: Report, found: Mapping[str, ChangeKind]) -> tuple[DeviationChange, ...]:
    """The deviations that not the same cases show, those of the most cases first. A fail says nothing of them.

    Replies that are the same show the same deviations, however much was known of the server by then.
    """
    changed = {id for id, one in found.items() if one in _CONFORMING}
    same = {id for id, one in found.items() if one is ChangeKind.NONE}
    old, new, *alike = (_showing(report, ids) for ids in (changed, same) for report in (before, after))
    listed = {seen.id: seen for report in (before, after) for seen in report.deviations}
    made = []
    for id in sorted(listed):
        both = len(alike[0][id] | alike[1][id])
        if old[id] != new[id]:
            made.append(_deviation(listed[id], both + len(old[id]), both + len(new[id])))
    return tuple(sorted(made, key=lambda deviation: -abs(deviation.after - deviation.before)))


def _deviation(seen: DeviationSeen, before: int, after: int) -> DeviationChange:
    return DeviationChange(
        id=seen.id, title=seen.title, severity=seen.severity, effect=seen.effect, before=before, after=after
    )


def _showing(report: Report, ids: Collection[str]) -> Mapping[str, set[str]]:
    """The cases that showed each deviation, of those with these ids."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for result in report.results:
        if result.id in ids and isinstance(result.verdict, Deviates):
            for id in result.verdict.ids:
                found[id].add(result.id)
    return found


def _rows(given: Sequence[GivenRun], pairs: Sequence[Pair]) -> tuple[CaseRow, ...]:
    changes: dict[str, CaseChange] = {}
    for case in (case for pair in pairs for case in pair.changes):
        changes[case.id] = min(changes.get(case.id, case), case, key=lambda one: one.danger)
    results = [{result.id: result for result in one.report.results} for one in given]
    ids = dict.fromkeys(id for known in results for id in known)
    rows = (_row(id, _cells(id, given, results), changes.get(id)) for id in ids)
    return tuple(sorted(rows, key=lambda row: row.danger))


def _row(id: str, cells: tuple[RunCell, ...], found: CaseChange | None) -> CaseRow:
    if found is None:
        return CaseRow(id=id, cells=cells, change=ChangeKind.NONE)
    return CaseRow(id=id, cells=cells, change=found.change, effect=found.effect)


def _cells(id: str, given: Sequence[GivenRun], results: Sequence[dict[str, CaseResult]]) -> tuple[RunCell, ...]:
    letters: dict[Replies, str] = {}
    return tuple(_cell(known.get(id), one.replies(id), letters) for one, known in zip(given, results, strict=True))


def _cell(result: CaseResult | None, replies: Replies, letters: dict[Replies, str]) -> RunCell:
    if result is None:
        return RunCell(kind=None)
    letter = letters.setdefault(replies, _LETTERS[len(letters) % len(_LETTERS)]) if replies else ""
    return RunCell(kind=result.kind, replies=letter, is_flaky=result.is_flaky)
