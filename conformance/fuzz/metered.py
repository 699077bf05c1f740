"""A run as searches see it: what they send is counted, and they are told how much more they may send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from conformance.cases.model import Case
from conformance.fuzz.search import UnderWay
from conformance.run.finished import Check
from conformance.run.record import Record


@dataclass
class Metered:
    """`spent` counts the requests of searches, whatever else the run sends; `until` is what it may come to."""

    run: UnderWay
    spent: int = 0
    until: float = inf

    def __post_init__(self) -> None:
        self.contract, self.ground = self.run.contract, self.run.ground

    @property
    def room(self) -> float:
        """How many requests are left, for the search under way and in the run's budget."""
        return min(self.until - self.spent, self.run.room)

    def most(self, case: Case, number: int) -> int:
        """How many requests a case comes to at most."""
        return self.run.most(case, number)

    def once(self, cases: Sequence[tuple[Case, int]], check: Check) -> list[Record]:
        """Send cases at the same time, and count what they came to."""
        records = self.run.once(cases, check)
        self.spent += sum(record.result.requests for record in records)
        return records
