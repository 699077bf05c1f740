"""The fixture that the suite's tests ask for."""

from __future__ import annotations

import pytest

from conformance.cases.model import Case
from conformance.pytest_run.outcomes import CaseOutcome, Searched
from conformance.pytest_run.session import Session


@pytest.fixture
def outcome(request: pytest.FixtureRequest, case: Case) -> CaseOutcome:
    """What became of the case. An error of ours or of the network shows as an error of this fixture."""
    return _session(request).outcome(case, request.node)


@pytest.fixture
def searched(request: pytest.FixtureRequest, search: str) -> Searched:
    """What a search of the fuzzer has found."""
    return _session(request).searched(search, request.node)


def _session(request: pytest.FixtureRequest) -> Session:
    session = request.config.pluginmanager.get_plugin(Session.NAME)
    if session is None:
        pytest.skip("no target: give --target-url URL or --target-file FILE.toml")
    assert isinstance(session, Session)
    return session
