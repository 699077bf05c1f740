"""A refused request changes nothing: whatever is asked answers as it did before."""

from __future__ import annotations

from conformance.outcomes import Searched
from conformance.suite.cases import search


@search("refusals")
def test_refusals(searched: Searched) -> None:
    """No generated input shows otherwise."""
    searched.check()
