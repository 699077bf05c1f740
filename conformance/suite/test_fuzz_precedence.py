"""Of several faults in one request, the one that is checked first is the one that is answered."""

from __future__ import annotations

from conformance.outcomes import Searched
from conformance.suite.cases import search


@search("precedence")
def test_precedence(searched: Searched) -> None:
    """No generated input shows otherwise."""
    searched.check()
