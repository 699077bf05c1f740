"""Any request gets the predicted reply: the shipped one, or wherever documentation speaks the documented one."""

from __future__ import annotations

from conformance.cases.strategies import inputs
from conformance.fuzz.search import Search, Sending, drawing


def search(run: Sending) -> Search:
    """Calls of all three functions with any fields; prediction and invariants judge them, as they judge every input."""
    del run
    return Search("replies", __doc__, drawing(inputs()), weight=10)
