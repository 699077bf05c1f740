"""The pytest plugin: the options of a run, which do nothing unless a target is named; then `session` takes over.

And an emulator for tests of clients, which starts when a test asks for it.

Kept light on purpose: every pytest run in an environment that has this package imports it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.defaults import CONCURRENCY, SETTLING, TIMEOUT
from conformance.errors import ConformanceError

if TYPE_CHECKING:
    from conformance.stand_in.fixture import Emulators, VicidialEmulator

EMULATOR = "vicidial_emulator"
LEVELS = ("probe", "standard", "full")
EXPECTATIONS = ("either", "documented", "shipped")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run, all of them harmless without a target."""
    add = parser.getgroup("target", "conformance of a VICIdial Non-Agent API").addoption
    add("--target-url", metavar="URL", help="test this server; needs a user and VICIDIAL_PASS, or --target-file")
    add("--target-file", metavar="FILE.toml", type=Path, help="test the server described here, with roles and entities")
    add("--target-user", metavar="USER", help="log in as this API user; the password comes from VICIDIAL_PASS")
    add("--target-password-file", metavar="FILE", type=Path, help="read the user's password from this file")
    add("--target-build", metavar="BUILD", help="take the server for this build, whatever it says")
    add(
        "--target-case",
        metavar="GLOB",
        action="append",
        default=[],
        help="only cases whose id matches or begins so",
    )
    add("--target-level", choices=LEVELS, help="how far to go (default: probe, or standard with --target-allow-writes)")
    add("--target-allow-writes", action="store_true", help="let the target be written to")
    add("--target-expect", choices=EXPECTATIONS, default=EXPECTATIONS[0], help="what counts (default: %(default)s)")
    add("--target-concurrency", metavar="N", type=int, default=CONCURRENCY, help="cases in flight (%(default)s)")
    add("--target-timeout", metavar="SECONDS", type=float, default=TIMEOUT, help="patience for one reply (%(default)g)")
    add(
        "--target-settling",
        metavar="SECONDS",
        type=float,
        default=SETTLING,
        help="until silence is a no (%(default)g)",
    )
    add("--target-rate", metavar="N", type=float, help="at most so many requests a second (10); 0: no limit")
    add("--target-login-failures", metavar="N", type=int, default=0, help="logins of a real user that may fail, 0 to 3")
    add("--target-baseline", metavar="FILE.toml", type=Path, help="known fails, which do not break the build")
    add("--target-mask-users", action="store_true", help="keep user names out of the reports")
    add("--target-fuzz", metavar="REQUESTS", type=int, help="send generated requests as well, so many at most")
    add("--target-fuzz-time", metavar="SECONDS", type=float, help="send generated requests for so long instead")
    add("--target-fuzz-seed", metavar="N", type=int, default=0, help="what is generated (%(default)s)")
    add("--target-report", metavar="DIR", type=Path, help="write here instead of reports/<host>-<time>/")
    add("--target-ca-file", metavar="FILE", type=Path, help="trust the certificates in this file")
    add("--target-insecure", action="store_true", help="trust any certificate")


def pytest_configure(config: pytest.Config) -> None:
    """Name the suite's markers, and begin a session if there is a target."""
    for level in LEVELS:
        config.addinivalue_line("markers", f"level_{level}: a case of that level (see docs/levels.md)")
    config.addinivalue_line(
        "markers", f"{EMULATOR}(build=, dialect=, ...): what its emulator is (see docs/emulator.md)"
    )
    if config.getoption("--target-url") or config.getoption("--target-file"):
        from conformance.session import begin  # noqa: PLC0415 - heavy, and not needed without a target

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
