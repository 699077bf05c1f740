"""How many requests may leave in all. What removing all that may exist would take is kept aside, and never refused."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import inf

from conformance.contract.request import Request
from conformance.contract.world import RowName
from conformance.run.guard import Forbidden, Guard

REMOVING = 2
"""Requests that removing a DID takes: its deletion, and the question whether it is gone."""

CLOSING = 2
"""Requests that ask in the end whether the server still answers as it did."""


@dataclass
class Budget:
    """`limit` requests in all, clean-up included. `spent` is whether one was refused: then no other is let out."""

    limit: float = inf
    spent: bool = False

    def room(self, sent: int, may_exist: Collection[RowName]) -> float:
        """How many more may leave, if so many have and these rows may exist."""
        if self.limit == inf:
            return inf
        return 0 if self.spent else self.limit - sent - CLOSING - REMOVING * len(may_exist)

    def check(self, sent: int, may_exist: Collection[RowName]) -> None:
        """Raise Forbidden if there is no room for one more, after which these rows may exist."""
        if self.room(sent, may_exist) < 1:
            self.spent = True
            raise Forbidden(f"the budget of {self.limit:g} requests is spent")


def most(requests: Sequence[Request], guard: Guard) -> int:
    """How many requests these come to at most, with the removal of every row that they could create."""
    return len(requests) + REMOVING * len({row for request in requests for row in _created(request, guard)})


def _created(request: Request, guard: Guard) -> frozenset[RowName]:
    try:
        return guard.rule(request)
    except Forbidden:
        return frozenset()
