"""The pytest plugin: the options of a run, which do nothing unless a target is named; then `session` takes over.

And an emulator for tests of clients, which starts when a test asks for it.

Kept light on purpose: every pytest run in an environment that has this package imports it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from conformance.errors import ConformanceError
from conformance.pytest_run.options import LEVELS, OPTIONS

if TYPE_CHECKING:
    from conformance.stand_in.fixture import Emulators, VicidialEmulator

EMULATOR = "vicidial_emulator"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    group = parser.getgroup("target", "conformance of a VICIdial Non-Agent API")
    for flag, (_, settings) in OPTIONS.items():
        group.addoption(flag, **settings)


def pytest_configure(config: pytest.Config) -> None:
    """Name the suite's markers, and begin a session if there is a target."""
    for level in LEVELS:
        config.addinivalue_line("markers", f"level_{level}: a case of that level (see docs/levels.md)")
    config.addinivalue_line(
        "markers", f"{EMULATOR}(build=, dialect=, ...): what its emulator is (see docs/emulator.md)"
    )
    if config.getoption("--target-url") or config.getoption("--target-file"):
        from conformance.pytest_run.begin import begin  # noqa: PLC0415 - heavy, and not needed without a target

        begin(config)


@pytest.fixture(scope="session")
def _vicidial_emulators() -> Iterator[Emulators]:
    """The emulators of this session: one for each way of being that tests ask for."""
    from conformance.stand_in.fixture import Emulators  # noqa: PLC0415 - heavy, and most tests have no client

    with Emulators() as emulators:
        yield emulators


@pytest.fixture
def vicidial_emulator(request: pytest.FixtureRequest, _vicidial_emulators: Emulators) -> VicidialEmulator:
    """A VICIdial DID API in memory, as new: `url`, `user`, `password`, `reset()`, and `requests` and `dids` to look at.

    The mark `vicidial_emulator` says what server it is, in the words of `vicidial-conformance emulator`.
    """
    mark = request.node.get_closest_marker(EMULATOR)
    if mark and mark.args:
        pytest.fail(f"the mark {EMULATOR} takes settings by name, such as build='2.14-137'", pytrace=False)
    try:
        return _vicidial_emulators.give(**(mark.kwargs if mark else {}))
    except ConformanceError as error:
        pytest.fail(f"the mark {EMULATOR}: {error}", pytrace=False)
