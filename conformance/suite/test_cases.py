"""Every case of the catalogue as a test: the id in the test's name, the level as a marker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case
from conformance.contract.load import load_contract
from conformance.pytest_run.outcomes import CaseOutcome


def _params() -> Iterator[Any]:
    """The cases, function by function."""
    for case in sorted(catalogue(load_contract()), key=lambda case: case.function):
        yield pytest.param(case, id=case.id, marks=getattr(pytest.mark, f"level_{case.level.value}"))


@pytest.mark.parametrize("case", list(_params()))
def test_case(case: Case, outcome: CaseOutcome) -> None:
    """The server's replies to the case are what they should be."""
    outcome.check(case)
