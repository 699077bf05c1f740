import pytest

from conformance.selfcheck.checker import Checker
from tests.selfcheck.own import SMALL


@pytest.fixture(scope="session")
def checker() -> Checker:
    """One for all tests: the fault-free server is judged once."""
    made = Checker(SMALL)
    made.honest(made.base)
    return made
