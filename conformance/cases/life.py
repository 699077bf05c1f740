"""The life of a row of any kind: added and there, not twice, in the other letter case, deleted and gone, and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.cases.lifecycle import STORIES
from conformance.cases.model import Case, Level, Step
from conformance.cases.recipes import Recipes
from conformance.cases.steps import acted
from conformance.contract.model import Contract, Effect, Function

TOLD = frozenset(story.id.split("/")[0] for story in STORIES)
"""The functions of whose rows stories tell."""


def cases(contract: Contract) -> Iterator[Case]:
    """The plainest that can happen to a row, with every function that adds, changes, deletes or reads one."""
    life = Life(Recipes(contract))
    for function in contract.functions.values():
        if function.permission is not None and function.is_described and function.name not in TOLD:
            yield from life.of(function)


@dataclass(frozen=True)
class Life:
    """The cases of one function."""

    recipes: Recipes

    def of(self, function: Function) -> Iterator[Case]:
        """What a good call does, and what the same call does once more."""
        *before, act = self.recipes.valid(function)
        yield self._case(function, "valid", f"A good call of {function.name}", *before, act)
        if function.effect is Effect.READS:
            return
        yield self._case(function, "again", f"A good call of {function.name}, twice", *before, act, act)
        if function.effect is not Effect.ADDS and before:
            title = f"{function.name} of what does not exist"
            yield self._case(function, "missing", title, act)
        if function.effect is Effect.DELETES:
            title = f"What {function.name} has deleted can be added again"
            yield self._case(function, "and-back", title, *before, act, *(acted(step) for step in before))

    def _case(self, function: Function, rule: str, title: str, *steps: Step) -> Case:
        level = Level.PROBE if function.effect is Effect.READS and len(steps) == 1 else Level.STANDARD
        return self.recipes.case(f"{function.name}/life-cycle/{rule}", title, function.clause, *steps, level=level)
