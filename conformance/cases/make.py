"""Steps -> a case: its effect steps, its needs and what it depends on follow from the steps, here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from conformance.cases.expand import placeholder
from conformance.cases.model import CANNOT_LOG_IN, MADE_UP_ROLES, Case, Entity, Level, Need, Purpose, Step
from conformance.cases.steps import effects

FIRST = "add_did/life-cycle/add"
"""The case without which nothing that needs a DID says anything."""


@dataclass(frozen=True, slots=True)
class Variation:
    """A row of a table that cases are made of: the last part of their ids, and what is special in words for titles."""

    rule: str
    what: str


def case(
    id: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.STANDARD,
    asks: tuple[str, ...] | None = None,
    maybe: tuple[str, ...] = (),
) -> Case:
    """A case with these steps, followed by those that show their effect (`asks` as in `effects`)."""
    depends = (FIRST,) if any(step.purpose is Purpose.SETUP for step in steps) else ()
    return showing(Case(id, title, clause, level, steps, maybe, depends), effects(steps, level, asks))


def showing(case: Case, effects: Iterable[Step]) -> Case:
    """The case with those steps after its own; what it needs besides, and whether it runs alone, follow from them."""
    steps = (*case.steps, *effects)
    exclusive = any(step.role in CANNOT_LOG_IN for step in case.steps)
    return replace(case, steps=steps, exclusive=exclusive, needs=case.needs | needs_of(steps))


def needs_of(steps: Iterable[Step]) -> frozenset[Need]:
    """The roles and entities that these steps use."""
    return frozenset(need for step in steps for need in _needs(step))


def _needs(step: Step) -> Iterator[Need]:
    if step.role not in MADE_UP_ROLES:
        yield step.role
    for text in (step.wire or "", *(param.value for param in (*step.params, *step.form))):
        if "<" in text:
            yield from (Entity(match[3]) for match in placeholder().finditer(text) if match[3])
