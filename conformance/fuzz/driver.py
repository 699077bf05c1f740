"""Generates inputs with Hypothesis, sends several at the same time, shrinks what fails and tries it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Protocol

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import FlakyFailure, FlakyStrategyDefinition
from hypothesis.strategies import SearchStrategy

from conformance.cases.model import Case, Purpose, Step
from conformance.contract.reply import parse_reply
from conformance.fuzz.keys import first_difference, is_known, key_of, origin
from conformance.fuzz.model import Finding, Key, Tally
from conformance.run.record import Record

AT_ONCE = 8
"""Inputs of one example: they are sent at the same time, and shrink to the one that fails."""

SHRINKING = 800
"""Requests that making failing inputs smaller may take in one search, on top of the budget."""

REQUESTS_AN_EXAMPLE = 20
LEAST_EXAMPLES = 5

NUMBERS = 9000
"""DID numbers that inputs take in turn."""


class Sending(Protocol):
    """What the driver needs of a run."""

    @property
    def sent(self) -> int:
        """Requests that have left."""

    @property
    def stopped(self) -> str | None:
        """Why nothing is sent any more."""

    def once(self, cases: Sequence[tuple[Case, int]]) -> list[Record]:
        """Send cases at the same time, each with its number."""


class FoundError(AssertionError):
    """An input failed. There is a subclass for each origin, so that Hypothesis shrinks different defects apart."""

    def __init__(self, case: Case, number: int, record: Record) -> None:
        super().__init__(record.result.id)
        self.case, self.number, self.record = case, number, record


class Enough(BaseException):
    """The budget of a search is spent. No Exception, which Hypothesis would take for a finding."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how: `budget` in requests, `seed` decides everything that is drawn, `database` keeps examples."""

    budget: int
    seed: int
    database: Path


@dataclass
class Fuzzer:
    """One fuzzing of one target. `watch` is told after every search.

    Inputs that were fine are not sent again within a search: making a failing example smaller repeats most of it.
    """

    run: Sending
    inputs: SearchStrategy[Case]
    plan: Plan
    watch: Callable[[Tally, int], None]
    tally: Tally = field(default_factory=Tally)
    findings: dict[Key, Finding] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)
    _classes: dict[tuple[str, str], type[FoundError]] = field(default_factory=dict)
    _start: int = 0
    _failed_at: int | None = None
    _fine: set[tuple[Step, ...]] = field(default_factory=set)
    _smallest: dict[tuple[str, str], FoundError] = field(default_factory=dict)

    def __call__(self) -> tuple[Finding, ...]:
        """Fuzz until the budget is spent. Every finding has been tried a second time."""
        self._start = self.run.sent
        for round_ in count():
            if self._spent or self.run.stopped:
                break
            before = self.tally.inputs
            self._round(self.plan.seed + round_)
            if self.tally.inputs == before:
                break
        return tuple(self.findings.values())

    @property
    def _spent(self) -> bool:
        return self.run.sent - self._start >= self.plan.budget

    @property
    def _finished(self) -> bool:
        """Whether a search is to end: while it makes inputs smaller it has a budget of its own."""
        if self._failed_at is None:
            return self._spent
        return self.run.sent - self._failed_at >= SHRINKING

    def _examples(self) -> int:
        """About as many examples as the rest of the budget allows; a search stops early if it is too many."""
        left = self.plan.budget - (self.run.sent - self._start)
        return max(LEAST_EXAMPLES, left // REQUESTS_AN_EXAMPLE)

    def _round(self, number: int) -> None:
        for found in self._search(number):
            self._confirm(found)
        self.watch(self.tally, len(self.findings))

    def _search(self, number: int) -> tuple[FoundError, ...]:
        """One search by Hypothesis: the smallest inputs for each defect that is not known yet."""
        self._failed_at = None
        self._fine.clear()
        self._smallest.clear()

        @seed(number)
        @settings(
            max_examples=self._examples(),
            database=DirectoryBasedExampleDatabase(self.plan.database),
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )
        @given(st.lists(self.inputs, min_size=1, max_size=AT_ONCE))
        def search(cases: list[Case]) -> None:
            self._example(cases)

        try:
            search()
        except (FlakyFailure, FlakyStrategyDefinition) as flaky:
            return tuple(_found_in(flaky))
        except BaseExceptionGroup as group:
            return tuple(_found_in(group))
        except FoundError as found:
            return (found,)
        except Enough:
            return tuple(self._smallest.values())
        return ()

    def _example(self, cases: Sequence[Case]) -> None:
        if self._finished or self.run.stopped:
            raise Enough
        new = [case for case in cases if case.steps not in self._fine]
        numbered = [(self._named(case), next(self._numbers) % NUMBERS) for case in new]
        records = self.run.once(numbered)
        for (case, number), record in zip(numbered, records, strict=True):
            self._count(case, record)
            self._judge(case, number, record)

    def _named(self, case: Case) -> Case:
        self.tally.inputs += 1
        return replace(case, id=f"{case.function}/fuzz/{self.tally.inputs:06d}")

    def _judge(self, case: Case, number: int, record: Record) -> None:
        difference = first_difference(record)
        if difference is None:
            self._fine.add(case.steps)
        if difference is None or is_known(case, difference, frozenset(self.findings)):
            return
        if self._failed_at is None:
            self._failed_at = self.run.sent
        place = origin(case, difference)
        self._keep_smallest(place, case, number, record)
        kind = self._classes.setdefault(place, type("_".join(place), (FoundError,), {}))
        raise kind(case, number, record)

    def _keep_smallest(self, place: tuple[str, str], case: Case, number: int, record: Record) -> None:
        known = self._smallest.get(place)
        if known is None or _size(case) < _size(known.case):
            self._smallest[place] = FoundError(case, number, record)

    def _confirm(self, found: FoundError) -> None:
        """Send the smallest input once more: a defect that shows again is stable."""
        number = next(self._numbers) % NUMBERS
        again = self.run.once([(found.case, number)])[0]
        first, second = first_difference(found.record), first_difference(again)
        assert first is not None
        key = key_of(found.case, first)
        stable = second is not None and key_of(found.case, second) == key
        record, number = (again, number) if stable else (found.record, found.number)
        self.findings[key] = Finding(key, found.case, number, record, stable)

    def _count(self, case: Case, record: Record) -> None:
        for exchange in record.exchanges:
            for line in parse_reply(exchange.body or ""):
                self.tally.forms[f"{line.status} {line.function} {line.message}{line.separator}"] += 1
        outcome = record.result.kind.value
        for step in (step for step in case.steps if step.purpose is Purpose.ACT):
            for param in step.params:
                self.tally.combinations[step.function or "", param.name, outcome] += 1


def _size(case: Case) -> tuple[int, int, int]:
    """How large an input is: requests, then parameters, then characters."""
    params = [param for step in case.steps for param in step.params]
    return len(case.steps), len(params), sum(len(param.value) for param in params)


def _found_in(group: BaseException) -> Iterator[FoundError]:
    if isinstance(group, FoundError):
        yield group
    for inner in getattr(group, "exceptions", ()):
        yield from _found_in(inner)
