"""Emulators for tests: one like the recorded server, and one that prints what is documented."""

from collections.abc import Iterator

import pytest

from conformance.contract.settings import Dialect
from conformance.emulator.config import Config
from tests.emulator.asgi import Emulator, FakeClock, emulator


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def shipped(clock: FakeClock) -> Iterator[Emulator]:
    with emulator(clock=clock) as it:
        yield it


@pytest.fixture
def documented(clock: FakeClock) -> Iterator[Emulator]:
    with emulator(Config(dialect=Dialect.DOCUMENTED), clock) as it:
        yield it
