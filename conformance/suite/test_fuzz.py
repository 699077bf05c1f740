"""Every search of the fuzzer as a test, in the order in which they are run: the id in the test's name."""

from __future__ import annotations

import pytest

from conformance.fuzz.names import IDS
from conformance.pytest_run.outcomes import Searched


@pytest.mark.parametrize("search", IDS, ids=IDS)
def test_search(searched: Searched) -> None:
    """No generated input shows what the search looks for."""
    searched.check()
