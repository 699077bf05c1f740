"""The life of a row of any kind: added and there, not twice, in the other letter case, deleted and gone, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance.cases.lifecycle import STORIES
from conformance.cases.model import OWN_DID_LENGTH, Case, Level, Param, Step
from conformance.cases.recipes import Recipes, is_own
from conformance.cases.rows import question
from conformance.cases.steps import acted
from conformance.contract.model import Contract, Effect, Function, Kind, Parameter
from conformance.contract.world import RowName

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
        if function.instead is not None:
            title = f"{function.name} with {function.instead.parameter}={function.instead.value}"
            other = Param(function.instead.parameter, function.instead.value)
            yield self._case(function, "instead", title, *self.recipes.carrying(function, other))
        if function.effect is Effect.ADDS:
            yield from self._names(function)

    def _names(self, function: Function) -> Iterator[Case]:
        """How the names of rows that a function adds are stored, and found again."""
        (kind, *_), contract = self.recipes.contract.kinds_of(function), self.recipes.contract
        samples = {p.column or "": p.sample or "" for p in contract.targets(function, kind)}
        if kind.ask is None or not all(samples.values()):
            return
        for parameter in contract.targets(function, kind):
            yield from self._other_case(function, kind, parameter, samples)
            yield from self._cut(function, kind, parameter, samples)

    def _other_case(
        self, function: Function, kind: Kind, parameter: Parameter, samples: Mapping[str, str]
    ) -> Iterator[Case]:
        other = (parameter.sample or "").swapcase()
        if not is_own(parameter.sample or "") and other != parameter.sample:
            row = RowName(kind.name, tuple({**samples, parameter.column or "": other}.values()))
            yield self.recipes.case(
                f"{function.name}/{parameter.name}/other-case",
                f"What {function.name} has added is found with {parameter.name} in the other letter case",
                parameter.clause,
                self.recipes.call(function),
                asks=(question(self.recipes.contract, row),),
            )

    def _cut(self, function: Function, kind: Kind, parameter: Parameter, samples: Mapping[str, str]) -> Iterator[Case]:
        name, column, sample = parameter.column or "", kind.columns.get(parameter.column or ""), parameter.sample or ""
        if column is not None and column.size and column.cut:
            whole = sample + "5" * (column.size - (OWN_DID_LENGTH if is_own(sample) else len(sample)))
            row = RowName(kind.name, tuple({**samples, name: whole}.values()))
            yield self.recipes.case(
                f"{function.name}/{parameter.name}/stored-cut",
                f"{function.name} stores the first {column.size} characters of {parameter.name}",
                parameter.clause,
                self.recipes.call(function, Param(parameter.name, f"{whole}5")),
                level=Level.FULL,
                asks=(question(self.recipes.contract, row),),
            )

    def _case(self, function: Function, rule: str, title: str, *steps: Step) -> Case:
        level = Level.PROBE if function.effect is Effect.READS and len(steps) == 1 else Level.STANDARD
        return self.recipes.case(f"{function.name}/life-cycle/{rule}", title, function.clause, *steps, level=level)
