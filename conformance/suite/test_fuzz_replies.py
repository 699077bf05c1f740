"""Any request gets the predicted reply: the shipped one, or wherever documentation speaks the documented one."""

from __future__ import annotations

from conformance.outcomes import Searched
from conformance.suite.cases import search


@search("replies")
def test_replies(searched: Searched) -> None:
    """No generated input shows otherwise."""
    searched.check()
