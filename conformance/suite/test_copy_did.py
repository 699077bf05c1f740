"""copy_did copies one DID onto each new number."""

from __future__ import annotations

from conformance.cases.model import Case
from conformance.outcomes import Outcome
from conformance.suite.cases import cases_of


@cases_of("copy_did")
def test_copy_did(case: Case, outcome: Outcome) -> None:
    """The server's replies to the case are what they should be."""
    outcome.check(case)
