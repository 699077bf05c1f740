"""Signals: the first is raised, while something ends it is counted, and the second one hurries."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from conformance.run.interrupts import came, ending, loading, tell, watched


@pytest.fixture(autouse=True)
def _listening() -> Iterator[None]:
    """As at a terminal: where tests are started in the background, SIGINT is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def sent(*numbers: signal.Signals) -> None:
    for number in numbers:
        signal.raise_signal(number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_any_of_the_three_is_an_interruption(number: signal.Signals) -> None:
    with watched(), pytest.raises(KeyboardInterrupt):
        sent(number)


def test_what_was_told_before_keeps_no_later_signal_from_being_raised() -> None:
    tell()
    with watched(), pytest.raises(KeyboardInterrupt):
        sent(signal.SIGTERM)


def test_while_something_ends_the_first_is_counted_and_the_second_hurries() -> None:
    hurried: list[int] = []
    with watched(), ending(lambda: hurried.append(came())):
        sent(signal.SIGTERM)
        assert hurried == []
        sent(signal.SIGINT, signal.SIGHUP)
    assert hurried == [2, 3]


def test_where_two_came_before_it_hurries_at_once() -> None:
    hurried: list[int] = []
    with watched():
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                sent(signal.SIGTERM)
        with ending(lambda: hurried.append(1)):
            assert hurried == [1]


def test_once_something_is_left_no_signal_keeps_that_from_being_told() -> None:
    with watched():
        with ending(lambda: None):
            tell()
        sent(signal.SIGINT, signal.SIGTERM)
    assert came() == 2


def test_what_was_to_be_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with watched():
            sent(signal.SIGHUP)
        assert came() == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_handlers_are_given_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with watched(), watched():
        pass
    assert before == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]


def test_a_signal_that_comes_while_modules_are_loaded_is_raised_afterwards() -> None:
    done = []

    def load() -> None:
        with loading():
            signal.raise_signal(signal.SIGINT)
            done.append("loaded")

    with watched(), pytest.raises(KeyboardInterrupt):
        load()
    assert (done, came()) == (["loaded"], 1)


def test_without_a_signal_loading_raises_nothing() -> None:
    with watched(), loading():
        pass
