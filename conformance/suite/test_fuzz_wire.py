"""Whatever bytes arrive, the server lives on, sends no 5xx, and shows no password, PHP message, SQL or stack trace."""

from __future__ import annotations

from conformance.outcomes import Searched
from conformance.suite.cases import search


@search("wire")
def test_wire(searched: Searched) -> None:
    """No generated input shows otherwise."""
    searched.check()
