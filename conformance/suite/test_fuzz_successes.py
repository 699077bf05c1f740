"""A success is visible: what was added or copied is there when it is asked for, what was deleted is not."""

from __future__ import annotations

from conformance.outcomes import Searched
from conformance.suite.cases import search


@search("successes")
def test_successes(searched: Searched) -> None:
    """No generated input shows otherwise."""
    searched.check()
