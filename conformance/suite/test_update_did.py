"""update_did changes or deletes one DID."""

from __future__ import annotations

from conformance.cases.model import Case
from conformance.outcomes import Outcome
from conformance.suite.cases import cases_of


@cases_of("update_did")
def test_update_did(case: Case, outcome: Outcome) -> None:
    """The server's replies to the case are what they should be."""
    outcome.check(case)
