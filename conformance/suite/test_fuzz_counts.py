"""copy_did's counts add up to its lines, and its lines come in the order of its entries."""

from __future__ import annotations

from conformance.outcomes import Searched
from conformance.suite.cases import search


@search("counts")
def test_counts(searched: Searched) -> None:
    """No generated input shows otherwise."""
    searched.check()
