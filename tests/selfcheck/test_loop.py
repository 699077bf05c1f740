"""The event loop in which nobody waits."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from conformance.selfcheck.loop import waited


def test_a_pause_takes_no_time() -> None:
    began = time.monotonic()
    assert waited(asyncio.sleep(3600, "done")) == "done"
    assert time.monotonic() - began < 5


def test_a_pause_longer_than_the_patience_is_a_timeout() -> None:
    async def impatient() -> None:
        async with asyncio.timeout(10):
            await asyncio.sleep(11)

    with pytest.raises(TimeoutError):
        waited(impatient())


def test_of_two_pauses_the_shorter_ends_first() -> None:
    ended: list[str] = []

    async def pause(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        ended.append(name)

    async def both() -> None:
        await asyncio.gather(pause("long", 20), pause("short", 10))

    waited(both())
    assert ended == ["short", "long"]


def test_a_generator_that_nobody_read_to_its_end_is_closed() -> None:
    closed: list[bool] = []

    async def endless() -> AsyncIterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.append(True)

    async def one() -> int:
        async for number in endless():
            return number
        return 0

    assert (waited(one()), closed) == (1, [True])
