"""Which part of the suite buys what: the score without it, from the same run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.cases.model import Purpose
from conformance.contract.reply import Aspect
from conformance.selfcheck.model import Kill
from conformance.selfcheck.result import FaultRow

EXACT = frozenset({Aspect.MESSAGE.value, Aspect.SEPARATOR.value, Aspect.FIELDS.value})
"""The aspects that say exactly what a line has to read, beyond its status word and the function's name."""


@dataclass(frozen=True)
class Part:
    """A suite with something left out: which kills it keeps."""

    name: str
    keeps: Callable[[Kill], bool]


@dataclass(frozen=True)
class Bought:
    """How many faults a part-less suite catches, and which of them it loses."""

    part: Part
    caught: int
    lost: tuple[str, ...]


def _every(kill: Kill) -> bool:
    del kill
    return True


def _without_effects(kill: Kill) -> bool:
    return kill.purpose != Purpose.EFFECT.value


def _without_order(kill: Kill) -> bool:
    return "/order/" not in kill.case


def _without_exact_messages(kill: Kill) -> bool:
    return not EXACT.issuperset(kill.aspects)


PARTS = (
    Part("the whole suite", _every),
    Part("without effect checks", _without_effects),
    Part("without order cases", _without_order),
    Part("without exact messages", _without_exact_messages),
)


def bought(rows: Sequence[FaultRow]) -> tuple[Bought, ...]:
    """For each part left out, what is still caught of these faults."""
    return tuple(_bought(part, rows) for part in PARTS)


def _bought(part: Part, rows: Sequence[FaultRow]) -> Bought:
    lost = tuple(row.id for row in rows if row.killed and not any(map(part.keeps, row.trial.kills)))
    return Bought(part, sum(row.killed for row in rows) - len(lost), lost)
