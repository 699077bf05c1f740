"""Whatever Schemathesis makes of the OpenAPI documents gets the predicted reply: status words, not HTTP statuses."""

from __future__ import annotations

from conformance.outcomes import Searched
from conformance.suite.cases import search


@search("schemas")
def test_schemas(searched: Searched) -> None:
    """No generated input shows otherwise."""
    searched.check()
