"""add_did creates one DID, or says exactly why not."""

from __future__ import annotations

from conformance.cases.model import Case
from conformance.outcomes import Outcome
from conformance.suite.cases import cases_of


@cases_of("add_did")
def test_add_did(case: Case, outcome: Outcome) -> None:
    """The server's replies to the case are what they should be."""
    outcome.check(case)
