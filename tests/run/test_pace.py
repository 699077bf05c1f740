"""How fast requests leave, by a clock that only moves when it is told to."""

from __future__ import annotations

import asyncio

import pytest

from conformance.exchange import Failure, Reply, Trouble
from conformance.run.pace import TROUBLES_IN_A_ROW, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def paced(rate: float | None = None) -> tuple[Pace, Clock]:
    clock = Clock()
    return Pace(rate, sleep=clock.sleep, clock=clock), clock


def reply(elapsed: float = 0.01) -> Reply:
    return Reply(200, "", "", elapsed)


BROKEN = Failure(Trouble.PROTOCOL, "the connection broke off")


def turns(pace: Pace, count: int) -> None:
    async def take() -> None:
        for _ in range(count):
            await pace.turn()

    asyncio.run(take())


def test_without_a_rate_nobody_waits() -> None:
    pace, clock = paced()
    turns(pace, 20)
    assert clock.slept == []


def test_a_rate_spaces_requests_evenly() -> None:
    pace, clock = paced(rate=4)
    turns(pace, 5)
    assert clock.slept == pytest.approx([0.25] * 4)


def test_a_rate_spaces_requests_of_several_lanes_too() -> None:
    pace, clock = paced(rate=10)

    async def all_at_once() -> None:
        await asyncio.gather(*(pace.turn() for _ in range(5)))

    asyncio.run(all_at_once())
    assert clock.now >= 100.399


def test_time_that_passed_unused_is_not_made_up_for() -> None:
    pace, clock = paced(rate=4)
    turns(pace, 1)
    clock.now += 10
    turns(pace, 3)
    assert clock.slept == pytest.approx([0.25, 0.25])


def test_five_failures_in_a_row_stop_the_run() -> None:
    pace, _ = paced()
    for _ in range(TROUBLES_IN_A_ROW):
        assert pace.stopped is None
        pace.saw(BROKEN)
    assert pace.stopped == "5 requests in a row got no reply, the last one: the connection broke off"


def test_a_reply_begins_the_row_anew() -> None:
    pace, _ = paced()
    for result in [*[BROKEN] * 4, reply(), *[BROKEN] * 4]:
        pace.saw(result)
    assert pace.stopped is None


@pytest.mark.parametrize("trouble", [Trouble.REFUSED_BY_US, Trouble.TOO_LARGE, Trouble.REDIRECT])
def test_a_failure_that_is_no_silence_does_not_count(trouble: Trouble) -> None:
    pace, _ = paced()
    for _ in range(20):
        pace.saw(Failure(trouble, "x"))
    assert pace.stopped is None


def test_the_first_reason_to_stop_is_the_one_that_is_told() -> None:
    pace, _ = paced()
    for n in range(9):
        pace.saw(Failure(Trouble.TIMEOUT, f"failure {n}"))
    assert pace.stopped is not None
    assert pace.stopped.endswith("failure 4")


def test_replies_several_times_slower_than_usual_make_it_wait() -> None:
    pace, clock = paced()
    for elapsed in [0.05] * 40 + [0.5] * 8:
        pace.saw(reply(elapsed))
    turns(pace, 1)
    assert clock.slept == [0.5]


def test_it_goes_on_as_before_when_replies_are_quick_again() -> None:
    pace, clock = paced()
    for elapsed in [0.05] * 40 + [0.5] * 8 + [0.05] * 8:
        pace.saw(reply(elapsed))
    turns(pace, 1)
    assert clock.slept == []


@pytest.mark.parametrize(
    "waits", [[0.05] * 10 + [0.5] * 8, [0.05] * 40 + [0.15] * 8, [0.001] * 40 + [0.05] * 8, [2.0] * 100]
)
def test_few_replies_or_quick_or_always_slow_ones_are_no_reason_to_wait(waits: list[float]) -> None:
    pace, _ = paced()
    for elapsed in waits:
        pace.saw(reply(elapsed))
    assert not pace.slow
