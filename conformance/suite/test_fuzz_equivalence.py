"""GET and POST, the order of parameters, %2B and %2b, and a parameter nobody knows make no difference."""

from __future__ import annotations

from conformance.outcomes import Searched
from conformance.suite.cases import search


@search("equivalence")
def test_equivalence(searched: Searched) -> None:
    """No generated input shows otherwise."""
    searched.check()
