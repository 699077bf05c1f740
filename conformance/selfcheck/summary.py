"""Everything that a self-check says, worked out once for all the ways in which it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from conformance.selfcheck import cover
from conformance.selfcheck.matrix import Loss
from conformance.selfcheck.parts import Bought, bought
from conformance.selfcheck.result import FaultFree, FaultRow, OverHttp, Result, percent
from conformance.verdict.model import Expect


@dataclass(frozen=True)
class OfKind:
    """The faults of one kind, counted."""

    kind: str
    visible: int
    caught: int
    hidden: int


@dataclass(frozen=True)
class Summary:
    """A result, and what follows from it. `losses` are what an older matrix had and this one has not."""

    result: Result
    losses: tuple[Loss, ...] = ()

    @property
    def caught(self) -> int:
        """How many of the visible faults a case catches."""
        return len(self.result.visible) - len(self.result.survivors)

    @property
    def score(self) -> str:
        """The share of visible faults that is caught."""
        visible = len(self.result.visible)
        strict = sum(row.killed and not row.killed_by_default for row in self.result.visible)
        told = f", {strict} of them only with --expect shipped: they answer as documented" if strict else ""
        return f"{self.caught} of {visible} visible faults caught ({percent(self.caught, visible)} %){told}"

    @property
    def failed_honest(self) -> tuple[FaultFree, ...]:
        """The fault-free servers that the suite is wrong about."""
        return tuple(server for server in self.result.fault_free if not server.holds)

    @property
    def differing(self) -> tuple[OverHttp, ...]:
        """The faults that come to something else over a socket."""
        return tuple(check for check in self.result.over_http if not check.same)

    @property
    def shown_after_all(self) -> tuple[FaultRow, ...]:
        """The faults said to be hidden that a case catches: what is said of them is wrong."""
        return tuple(row for row in self.result.hidden if row.killed)

    @property
    def kinds(self) -> tuple[OfKind, ...]:
        """The faults by kind."""
        kinds = dict.fromkeys(row.kind for row in self.result.rows)
        return tuple(_of_kind(kind, [row for row in self.result.rows if row.kind == kind]) for kind in kinds)

    @cached_property
    def parts(self) -> tuple[Bought, ...]:
        """What each part of the suite buys."""
        return bought(self.result.visible)

    @cached_property
    def killers(self) -> dict[str, frozenset[str]]:
        """The cases that catch each visible fault."""
        return cover.killers([row for row in self.result.visible if row.trial.expect is Expect.EITHER])

    @cached_property
    def idle(self) -> tuple[str, ...]:
        """The cases that catch no fault."""
        return cover.idle(self.result.cases, self.killers)

    @cached_property
    def redundant(self) -> tuple[str, ...]:
        """The cases that catch nothing that no other does."""
        return cover.redundant(self.result.cases, self.killers)

    @cached_property
    def fewest(self) -> tuple[str, ...]:
        """A small set of cases with the full score."""
        return cover.fewest(self.result.cases, self.killers)

    @property
    def exit_code(self) -> int:
        """0 if all is caught, nobody innocent is failed, and nothing is lost; else 1."""
        return 1 if self.losses else self.result.exit_code


def _of_kind(kind: str, rows: Sequence[FaultRow]) -> OfKind:
    visible = [row for row in rows if row.hidden is None]
    return OfKind(kind, len(visible), sum(row.killed for row in visible), len(rows) - len(visible))
