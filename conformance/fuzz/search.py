"""A search: one property that holds for every server, and how inputs to try it with are generated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from typing import Any, Protocol, cast

from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from hypothesis.strategies import SearchStrategy

from conformance.cases.expand import Ground
from conformance.cases.model import Case, Level
from conformance.contract.contract import Contract
from conformance.fuzz.names import NAMES, SUBJECT
from conformance.run.finished import Check, predicted
from conformance.run.record import Record

AT_ONCE = 8
"""Inputs of one example: they are sent at the same time, and the one that fails is made smaller alone."""


class Sending(Protocol):
    """What searches need of a run: its contract, its logins, entities and digits, and how to send."""

    contract: Contract
    ground: Ground

    @property
    def room(self) -> float:
        """How many more requests may be sent for cases."""

    def most(self, case: Case, number: int) -> int:
        """How many requests a case comes to at most, with the removal of all that it could create."""

    def once(self, cases: Sequence[tuple[Case, int]], check: Check) -> list[Record]:
        """Send cases at the same time, each with its number; `check` may fail what would have passed."""


class UnderWay(Sending, Protocol):
    """What fuzzing needs of a run besides."""

    @property
    def sent(self) -> int:
        """Requests that have left."""

    @property
    def stopped(self) -> str | None:
        """Why nothing is sent any more."""


Example = Callable[[Sequence[Case]], None]
"""Takes the inputs of one example. It raises nothing for what fails: that is made smaller by its parts."""

Generate = Callable[[Example, int, settings], None]
"""Hands examples over, decided by a seed, until there are as many as the settings say."""


@dataclass(frozen=True)
class Search:
    """One property. `weight` decides its share of the effort; `sentence` says what holds for every server."""

    name: str
    sentence: str
    generate: Generate
    check: Check = predicted
    weight: int = 1
    level: Level = Level.STANDARD

    @property
    def id(self) -> str:
        """What reports call it."""
        return f"{SUBJECT}/{self.name}"


def drawing(cases: SearchStrategy[Case]) -> Generate:
    """Examples of several inputs each, drawn by Hypothesis."""

    def generate(example: Example, number: int, how: settings) -> None:
        @seed(number)
        @how
        @given(st.lists(cases, min_size=1, max_size=AT_ONCE))
        def test(cases: list[Case]) -> None:
            example(cases)

        test()

    return generate


def walking(machine: Callable[[Example], type[RuleBasedStateMachine]]) -> Generate:
    """Examples that a state machine of Hypothesis makes step by step."""

    def generate(example: Example, number: int, how: settings) -> None:
        made: Any = seed(number)(machine(example))
        run_state_machine_as_test(made, settings=how)

    return generate


def taking(cases: Callable[[int], Iterator[Case]]) -> Generate:
    """Examples of an iterator that the seed begins."""

    def generate(example: Example, number: int, how: settings) -> None:
        begun = cases(number)
        for _ in range(how.max_examples):
            taken = list(islice(begun, AT_ONCE))
            if not taken:
                return
            example(taken)

    return generate


def search_of(id: str, run: Sending) -> Search:
    """A search made for a run, by its id. Raises KeyError for one that there is not."""
    name = id.removeprefix(f"{SUBJECT}/")
    if name not in NAMES:
        raise KeyError(id)
    make = cast("Callable[[Sending], Search]", import_module(f"conformance.fuzz.properties.{name}").search)
    return make(run)
