"""Whatever adds, copies, updates, deletions and duplicates came before, each call is answered as their sum predicts."""

from __future__ import annotations

from conformance.outcomes import Searched
from conformance.suite.cases import search


@search("sequences")
def test_sequences(searched: Searched) -> None:
    """No generated input shows otherwise."""
    searched.check()
