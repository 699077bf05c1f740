"""A recorded run -> its report under another expectation, another build, or the contract of this version."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from conformance import __version__
from conformance.cases.model import Case
from conformance.cases.select import wanted
from conformance.contract.contract import Contract
from conformance.contract.settings import Build, ServerSettings
from conformance.errors import UsageError
from conformance.exchange import Exchange
from conformance.rejudge.recorded import Recorded
from conformance.rejudge.restore import Restored, restored
from conformance.report.curl import curl_line
from conformance.report.model import BaselineUse, CaseResult, Report, TestedTarget
from conformance.report.settle import deviations_seen, settled
from conformance.report.text import visible
from conformance.run.engine import worlds
from conformance.run.finished import Finished, not_known, stops
from conformance.run.known import known_build, told_build
from conformance.run.record import record
from conformance.verdict.judge import judge
from conformance.verdict.model import Blocked, Error, Expect, Fail, NotTested, Verdict, VerdictKind

JUDGED = frozenset({VerdictKind.PASS, VerdictKind.DEVIATION, VerdictKind.FAIL})
"""What was judged, and so is judged again; errors, blocked and not-tested cases stay as they were."""

GONE = NotTested(missing="the case is none of this version's", setting="the version of the suite that ran it")


@dataclass(frozen=True, slots=True)
class Terms:
    """How to judge. None is as the run was judged; `only` are globs of case ids."""

    expect: Expect | None = None
    build: Build | None = None
    only: Collection[str] = ()


def rejudge(recorded: Recorded, terms: Terms, contract: Contract, cases: Iterable[Case]) -> Report:
    """The report of a run judged again. Raises UsageError for a folder that is damaged, and where no case matches."""
    report = recorded.report
    chosen = [result for result in report.results if wanted(result.id, terms.only)]
    if not chosen:
        raise UsageError(visible(_no_case(report, terms)))
    build = _build(report, terms)
    rejudging = _Rejudging(
        recorded,
        contract,
        {case.id: (number, case) for number, case in enumerate(cases)},
        terms.expect or Expect(report.expect),
        recorded.possible(build),
    )
    others = (result for result in report.results if not wanted(result.id, terms.only))
    outcome = settled(rejudging.results(chosen), contract, beside=others)
    results = outcome.results
    return replace(
        report,
        suite=__version__,
        expect=rejudging.expect.value,
        target=_target(report, build, rejudging.possible, terms),
        expected=len(results) + report.unreported if terms.only else report.expected,
        requests=sum(result.requests for result in results) if terms.only else report.requests,
        results=results,
        deviations=deviations_seen(results, contract),
        form=outcome.form,
        baseline=_baseline(report, results),
    )


def _no_case(report: Report, terms: Terms) -> str:
    why = f" ({report.broken_off})" if report.broken_off else ""
    if terms.only:
        return f"--only {' '.join(terms.only)}: matches no case of that report{why}"
    return f"that report has no case: there is nothing to judge again{why}"


def _build(report: Report, terms: Terms) -> Build:
    told = Build.parse(report.target.build) if report.target.build else told_build(report.target.version)
    build = terms.build or told
    if build is None:
        raise UsageError("the report does not say which build was tested: give it with --build")
    return build


def _target(report: Report, build: Build, possible: Iterable[ServerSettings], terms: Terms) -> TestedTarget:
    note = known_build(terms.build, report.target.version).note if terms.build else report.target.note
    return replace(report.target, build=str(build), settings=tuple(sorted(map(str, possible))), note=note)


def _baseline(report: Report, results: Iterable[CaseResult]) -> BaselineUse | None:
    """The baseline's entries that have to go: those whose case passes now."""
    if report.baseline is None:
        return None
    listed = {*report.stale, *(known.id for known in report.known)}
    passing = (result.id for result in results if result.kind in (VerdictKind.PASS, VerdictKind.DEVIATION))
    return replace(report.baseline, stale=tuple(id for id in passing if id in listed))


@dataclass
class _Rejudging:
    """One run, judged case by case in the order of its report. `possible` only ever shrinks, as in a run."""

    recorded: Recorded
    contract: Contract
    cases: Mapping[str, tuple[int, Case]]
    expect: Expect
    possible: frozenset[ServerSettings]
    _verdicts: dict[str, Verdict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._redact = self.recorded.known.redactor()
        self._before = {result.id: result.verdict for result in self.recorded.report.results}

    def results(self, chosen: Iterable[CaseResult]) -> Iterable[CaseResult]:
        """The new result of each."""
        for was in chosen:
            now = self._result(was) if was.kind in JUDGED else was
            self._verdicts[was.id] = now.verdict
            yield now

    def _result(self, was: CaseResult) -> CaseResult:
        if was.id not in self.cases:
            return replace(was, verdict=GONE, calls=(), repeated=None, known=None, unlike=None)
        number, case = self.cases[was.id]
        lines = self.recorded.lines(was)
        run = f"{self.recorded.report.seed:06d}"
        untested = self._untested(case) or restored(case, number, lines, self.recorded.known, run)
        finished = self._judged(case, untested) if isinstance(untested, Restored) else Finished(case, untested)
        now = record(finished, self._redact, self._curl).result
        now = replace(now, requests=was.requests, elapsed=was.elapsed)
        if not _same(was.verdict, now.verdict):
            return now
        return replace(now, repeated=was.repeated, known=was.known, unlike=was.unlike)

    def _untested(self, case: Case) -> NotTested | Blocked | None:
        """Why a case cannot be judged now although it was: its build, or a case before it that is worse than it was."""
        for name in case.depends:
            if self._stops(name, self._verdicts) and not self._stops(name, self._before):
                return Blocked(by=name)
        return not_known(case, self.possible)

    def _stops(self, name: str, verdicts: Mapping[str, Verdict]) -> bool:
        known = name in verdicts and name in self.cases
        return known and stops(Finished(self.cases[name][1], verdicts[name]))

    def _judged(self, case: Case, given: Restored) -> Finished:
        met = worlds(case, given.ground, self.contract, self.possible)
        judgement = judge(self.contract, met, given.exchanges, self.expect)
        if not isinstance(judgement.verdict, Error | Fail):
            self.possible &= judgement.settings
        return Finished(case, judgement.verdict, given.exchanges, as_documented=judgement.as_documented)

    def _curl(self, exchange: Exchange) -> str:
        return curl_line(exchange.request, self.recorded.report.target.url, self.recorded.known.passwords)


def _same(was: Verdict, now: Verdict) -> bool:
    """Whether a case fails now as it failed then."""
    return isinstance(was, Fail) and isinstance(now, Fail) and was.ways == now.ways
