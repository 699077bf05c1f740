"""Reports of older versions, as this one would have written them."""

from __future__ import annotations

from msgspec.structs import replace

from conformance.contract.model import Contract
from conformance.report.model import SCHEMA_VERSION, CaseResult, Report
from conformance.report.settle import settled
from conformance.verdict.form import conforming
from conformance.verdict.model import Deviates

OLDEST_SCHEMA = 1
"""There, what differs in form alone is a deviation like any other, and the documented form leaves no trace."""


def modern(report: Report, contract: Contract) -> Report:
    """The same run, with what differs in form alone said once."""
    outcome = settled((_parted(result, contract.forms) for result in report.results), contract)
    deviations = tuple(seen for seen in report.deviations if seen.id not in contract.forms)
    return replace(report, schema=SCHEMA_VERSION, results=outcome.results, deviations=deviations, form=outcome.form)


def _parted(result: CaseResult, forms: frozenset[str]) -> CaseResult:
    if not isinstance(result.verdict, Deviates):
        return result
    return replace(result, verdict=conforming(result.verdict.ids, result.verdict.differences, forms))
