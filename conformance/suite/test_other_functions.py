"""What holds whatever the function: login, source and function name; and the access checks of all other functions."""

from __future__ import annotations

from conformance.cases.model import Case
from conformance.outcomes import Outcome
from conformance.suite.cases import cases_of_other_functions


@cases_of_other_functions()
def test_other_functions(case: Case, outcome: Outcome) -> None:
    """The server's replies to the case are what they should be."""
    outcome.check(case)
