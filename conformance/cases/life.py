"""The life of a row of any kind: added and there, not twice, in the other letter case, deleted and gone, and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.cases.lifecycle import STORIES
from conformance.cases.model import OWN_DID_LENGTH, Case, Level, Param, Step
from conformance.cases.recipes import Recipes, is_own
from conformance.cases.rows import question
from conformance.cases.steps import acted
from conformance.contract.contract import Contract
from conformance.contract.function import Effect, Function
from conformance.contract.kind import Kind
from conformance.contract.parameter import Parameter
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
class Naming:
    """A function that adds rows of a kind, with what makes it one of that kind `instead`."""

    function: Function
    kind: Kind
    instead: tuple[Param, ...] = ()


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
        usual, *others = self.recipes.contract.kinds_of(function)
        yield from self._named(Naming(function, usual))
        for kind in others:
            assert function.instead is not None
            yield from self._named(Naming(function, kind, (Param(function.instead.parameter, function.instead.value),)))

    def _named(self, naming: Naming) -> Iterator[Case]:
        targets = self.recipes.contract.targets(naming.function, naming.kind)
        if naming.kind.ask is None or not all(parameter.sample for parameter in targets):
            return
        for parameter in targets:
            sample, column = parameter.sample or "", naming.kind.columns.get(parameter.column or "")
            other = sample.swapcase()
            if not is_own(sample) and other != sample:
                title = f"What {naming.function.name} has added is found with {parameter.name} in the other letter case"
                yield self._found(naming, "other-case", title, parameter, sample, other)
            if column is not None and column.size and column.cut:
                title = f"{naming.function.name} stores the first {column.size} characters of {parameter.name}"
                whole = sample + "5" * (column.size - (OWN_DID_LENGTH if is_own(sample) else len(sample)))
                yield self._found(naming, "stored-cut", title, parameter, f"{whole}5", whole, Level.FULL)

    def _found(
        self,
        naming: Naming,
        rule: str,
        title: str,
        parameter: Parameter,
        sent: str,
        asked: str,
        level: Level = Level.STANDARD,
    ) -> Case:
        """A row is added with one value of a parameter, and asked for with another."""
        contract, function = self.recipes.contract, naming.function
        targets = contract.targets(function, naming.kind)
        key = tuple(asked if p.name == parameter.name else p.sample or "" for p in targets)
        id = f"{function.name}/{parameter.name}/{rule}{'-instead' if naming.instead else ''}"
        call = self.recipes.call(function, Param(parameter.name, sent), *naming.instead)
        asks = (question(contract, RowName(naming.kind.name, key)),)
        return self.recipes.case(
            id,
            f"{title}, {naming.instead[0].value}" if naming.instead else title,
            parameter.clause,
            call,
            level=level,
            asks=asks,
        )

    def _case(self, function: Function, rule: str, title: str, *steps: Step) -> Case:
        level = Level.PROBE if function.effect is Effect.READS and len(steps) == 1 else Level.STANDARD
        return self.recipes.case(f"{function.name}/life-cycle/{rule}", title, function.clause, *steps, level=level)
