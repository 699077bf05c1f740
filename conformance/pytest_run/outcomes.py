"""What becomes of a case or a search, in pytest's terms."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from conformance.cases.model import Case
from conformance.crash import Crash
from conformance.fuzz.names import IDS
from conformance.report.model import CaseResult
from conformance.report.view import note
from conformance.run.record import Record
from conformance.verdict.model import Blocked, Error, Fail, NotTested, VerdictKind

STATUSES: Mapping[VerdictKind, tuple[str, str, str]] = {
    VerdictKind.PASS: ("passed", ".", "PASS"),
    VerdictKind.DEVIATION: ("deviation", "d", "DEVIATION"),
    VerdictKind.FAIL: ("failed", "F", "FAIL"),
    VerdictKind.NOT_TESTED: ("not tested", "n", "NOT TESTED"),
    VerdictKind.BLOCKED: ("blocked", "b", "BLOCKED"),
    VerdictKind.ERROR: ("error", "E", "ERROR"),
}
KNOWN = ("known", "k", "KNOWN FAIL")
"""The same for a fail that the baseline accepts."""


class CaseOutcome:
    """The verdict on one case, for its test to turn into pytest's terms."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def check(self, case: Case) -> None:
        """Pass, fail or skip as the verdict says."""
        assert self.record.result.id == case.id
        match self.record.result.verdict:
            case Fail() if self.record.result.known is not None:
                pytest.skip(f"known: {self.record.result.known}")
            case Fail():
                pytest.fail(describe(self.record), pytrace=False)
            case NotTested() as verdict:
                pytest.skip(_not_tested(verdict))
            case Blocked(by=by):
                pytest.skip(f"blocked: {by} failed")


def _not_tested(verdict: NotTested) -> str:
    return f"not tested: needs {verdict.missing}; {verdict.setting} supplies it"


def describe(record: Record) -> str:
    """A failed case in lines for a person: what is wrong, expected and got, and how to repeat it."""
    verdict = record.result.verdict
    assert isinstance(verdict, Fail)
    lines = [f"{record.result.title} [{record.result.clause}]", note(record.result)]
    for d in (d for d in verdict.differences if d.deviation is None):
        lines += [f"  request {d.step}, {d.aspect}:", f"    documented: {d.documented}", f"    shipped:    {d.shipped}"]
        lines += [f"    got:        {d.got[:500]}"]
    return "\n".join([*lines, *(f"  {call.curl}" for call in record.result.calls)])


class Searched:
    """What a search has found, for its test to turn into pytest's terms."""

    def __init__(self, records: tuple[Record, ...]) -> None:
        self.records = records

    def check(self) -> None:
        """Pass, fail with every finding, or skip if the effort did not reach this search."""
        found = [describe(record) for record in self.records if isinstance(record.result.verdict, Fail)]
        if found:
            pytest.fail("\n\n".join(found), pytrace=False)
        for record in self.records:
            if isinstance(record.result.verdict, NotTested):
                pytest.skip(_not_tested(record.result.verdict))


def crashed(case: Case, crash: Crash) -> Record:
    """The record of a case that we could not finish."""
    result = CaseResult(
        id=case.id,
        title=case.title,
        clause=case.clause,
        level=case.level.value,
        verdict=Error(reason=str(crash)),
        requests=0,
        elapsed=0.0,
    )
    return Record(result=result, exchanges=())


def case_of(item: pytest.Item) -> Case | None:
    """The case of a test, if it is one of the suite's."""
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec is not None else None
    return case if isinstance(case, Case) else None


def id_of(item: pytest.Item) -> str | None:
    """The id of the case or search that a test is about, if it is one of the suite's."""
    case = case_of(item)
    if case is not None:
        return case.id
    callspec = getattr(item, "callspec", None)
    id = callspec.params.get("search") if callspec is not None else None
    return id if id in IDS else None


def records_of(report: pytest.TestReport) -> tuple[Record, ...]:
    """The records that a test's report carries: one of a case, or one for each finding of a search."""
    _, given = getattr(report, "conformance", (None, ()))
    return msgspec.convert(given, tuple[Record, ...])
