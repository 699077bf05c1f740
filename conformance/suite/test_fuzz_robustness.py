"""No reply carries a password, a PHP message, SQL or a stack trace, and none is a 5xx, however a request is sent."""

from __future__ import annotations

from conformance.outcomes import Searched
from conformance.suite.cases import search


@search("robustness")
def test_robustness(searched: Searched) -> None:
    """No generated input shows otherwise."""
    searched.check()
