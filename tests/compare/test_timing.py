"""A slower server shows, and noise does not."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import pytest

from conformance.compare.timing import LEAST_REQUESTS, shifts
from conformance.compare.traces import Wait

Key = tuple[str, int]


def waits(
    seed: int, *, times: float = 1.0, usual: float = 0.006, requests: int = 1500, function: str = "add_did"
) -> Mapping[Key, Wait]:
    """Waits as servers have them: each case has a usual one, noise lengthens it, and some replies come very late."""
    by_case, noise = random.Random(0), random.Random(seed)  # noqa: S311 - made-up waits

    def one() -> float:
        late = noise.choice([1] * 50 + [20])
        return times * usual * by_case.lognormvariate(0, 0.5) * noise.lognormvariate(0, 0.6) * late

    return {(f"{function}/a/{number}", 1): Wait(function, one()) for number in range(requests)}


@pytest.mark.parametrize("usual", [0.0005, 0.006, 0.2])
def test_ten_runs_against_the_same_server_are_no_shift(usual: float) -> None:
    runs = [waits(seed, usual=usual) for seed in range(10)]
    assert [shifts(one, other) for one in runs for other in runs] == [()] * 100


@pytest.mark.parametrize("usual", [0.002, 0.006, 0.2])
def test_a_server_that_takes_three_times_as_long_is_a_shift(usual: float) -> None:
    for seed in range(10):
        (shift,) = shifts(waits(seed, usual=usual), waits(seed + 10, usual=usual, times=3.0))
        assert (shift.function, shift.requests) == ("add_did", 1500)
        assert shift.factor == pytest.approx(3, rel=0.2)
        assert shift.before.low < shift.before.median < shift.before.high


def test_a_server_that_has_grown_faster_is_a_shift_too() -> None:
    (shift,) = shifts(waits(1, times=3.0), waits(2))
    assert shift.factor == pytest.approx(1 / 3, rel=0.2)


def test_three_times_as_long_is_no_shift_where_it_is_no_millisecond() -> None:
    assert shifts(waits(1, usual=0.0002), waits(2, usual=0.0002, times=3.0)) == ()


def slowed(given: Mapping[Key, Wait], slow: Callable[[int], bool]) -> Mapping[Key, Wait]:
    numbered = enumerate(given.items())
    return {key: Wait(one.function, one.seconds * (9 if slow(n) else 1)) for n, (key, one) in numbered}


def test_a_machine_that_was_busy_for_most_of_a_run_is_no_shift() -> None:
    assert shifts(waits(1), slowed(waits(2), lambda number: number > 400)) == ()


def test_a_few_very_late_replies_are_no_shift() -> None:
    assert shifts(waits(1), slowed(waits(2), lambda number: number % 5 == 0)) == ()


def test_too_few_requests_say_nothing() -> None:
    few = LEAST_REQUESTS - 1
    assert shifts(waits(1, requests=few), waits(2, requests=few, times=9.0)) == ()


def test_functions_are_told_apart_and_the_greatest_shift_is_first() -> None:
    before = {**waits(1), **waits(2, function="copy_did"), **waits(3, function="update_did")}
    after = {**waits(4), **waits(5, function="copy_did", times=3), **waits(6, function="update_did", times=9)}
    assert [shift.function for shift in shifts(before, after)] == ["update_did", "copy_did"]


def test_only_requests_that_both_runs_sent_are_compared() -> None:
    slow = {(f"add_did/other/{number}", 1): Wait("add_did", 9.0) for number in range(1000)}
    assert shifts(waits(1), {**waits(2), **slow}) == ()
