"""Cases as pytest parameters: the id in the test's name, the level as a marker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case
from conformance.contract.load import load_contract
from conformance.fuzz.names import SUBJECT

FUNCTIONS_WITH_A_FILE = ("add_did", "copy_did", "update_did")

Test = Callable[..., None]


def cases_of(function: str) -> Callable[[Test], Test]:
    """Parametrize a test with `case` over the cases whose id begins with `function/`."""
    return _parametrize([case for case in catalogue(load_contract()) if case.function == function])


def cases_of_other_functions() -> Callable[[Test], Test]:
    """Parametrize a test with `case` over the cases of functions that have no test file of their own."""
    return _parametrize([case for case in catalogue(load_contract()) if case.function not in FUNCTIONS_WITH_A_FILE])


def search(name: str) -> Callable[[Test], Test]:
    """Parametrize a test with the id of a search of the fuzzer."""
    return pytest.mark.parametrize("search", [pytest.param(f"{SUBJECT}/{name}", id=f"{SUBJECT}/{name}")])


def _parametrize(cases: list[Case]) -> Callable[[Test], Test]:
    params: list[Any] = [
        pytest.param(case, id=case.id, marks=getattr(pytest.mark, f"level_{case.level.value}")) for case in cases
    ]
    return pytest.mark.parametrize("case", params)
