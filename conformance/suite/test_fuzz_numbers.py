"""did_id grows and is never reused, and a deletion names the one that the copy was given."""

from __future__ import annotations

from conformance.outcomes import Searched
from conformance.suite.cases import search


@search("numbers")
def test_numbers(searched: Searched) -> None:
    """No generated input shows otherwise."""
    searched.check()
