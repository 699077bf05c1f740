"""Actions: every step of a function that does several things is asked for, alone, beside the next, and by whom may not.

What is asked for is always about a row of the run's own, which has no rows of other kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from conformance.cases.model import Case, Param, Role, Step
from conformance.cases.recipes import Recipes
from conformance.cases.roles import ROLES
from conformance.cases.steps import sent_by
from conformance.contract.action import Action, Given
from conformance.contract.contract import Contract
from conformance.contract.function import Function, Otherwise

_ITSELF, _NOBODYS = "<own>", "<own2>"


def cases(contract: Contract) -> Iterator[Case]:
    """The cases of every function that has actions, or that hands calls on to another."""
    recipes = Recipes(contract)
    for function in contract.functions.values():
        asked = ActionCases(recipes, function)
        for name, action in function.actions.items():
            if action.when is not None:
                yield from asked.action(name, action, action.when)
        yield from asked.in_order()
        for told in function.arguments.values():
            if told.otherwise is not None:
                yield from asked.otherwise(told.otherwise)


@dataclass(frozen=True)
class ActionCases:
    """What one function is asked for."""

    recipes: Recipes
    function: Function

    def action(self, name: str, action: Action, when: Given) -> Iterator[Case]:
        """One action: taken, not asked for after all, and asked for by those who lack what it needs first."""
        if not _is_word(when) and when.parameter in self._unchecked:
            return
        if not _is_word(when):
            yield self._case(f"{name}/of-itself", "the row itself", Param(when.parameter, _ITSELF))
            yield self._case(f"{name}/of-nothing", "what does not exist", Param(when.parameter, _NOBODYS))
            return
        yield self._case(f"{name}/asked", when.value, Param(when.parameter, when.value))
        for rule, value in (("lower-case", when.value.lower()), ("continued", f"{when.value}ES"), ("other", "N")):
            yield self._case(f"{name}/{rule}", value, Param(when.parameter, value))
        for role in _lacking(action):
            *before, act = self._steps(Param(when.parameter, when.value))
            title = f"{self.function.name} with {when.parameter}={when.value} by {ROLES[role].who}"
            yield self._told(f"{name}/{role.replace('_', '-')}", title, *before, sent_by(role, act))

    def in_order(self) -> Iterator[Case]:
        """Every two actions that follow each other, both asked for by one call, the later one first."""
        asked = [(name, action.when) for name, action in self.function.actions.items() if action.when]
        for (name, when), (later, after) in pairwise((name, when) for name, when in asked if _is_word(when)):
            if len(self._unchecked & {when.parameter, after.parameter}) == 1:
                continue
            steps = self._steps(Param(after.parameter, after.value), Param(when.parameter, when.value))
            yield self._told(f"order/{name}-before-{later}", f"{self.function.name} does {name} before {later}", *steps)

    def otherwise(self, further: Otherwise) -> Iterator[Case]:
        """A call that another function takes over where there is no row, and one of a row that is there."""
        ask, name = Param(further.parameter, further.value), further.parameter
        samples = self.recipes.bare(self.recipes.contract.functions[further.function]).params
        call = self.recipes.call(self.function, ask, *(p for p in samples if p.value != _ITSELF))
        said = f"{self.function.name} with {name}={ask.value}"
        yield self._told(f"{name}/missing", f"{said} of what does not exist", call)
        bare = self.recipes.call(self.function, ask)
        yield self._told(f"{name}/alone", f"{said} and nothing else", bare)
        yield self._case(f"{name}/there", ask.value, ask)
        yield self._case(f"{name}/lower-case", ask.value.lower(), Param(name, ask.value.lower()))

    @cached_property
    def _unchecked(self) -> frozenset[str]:
        """The parameters with which servers do not look for the row: what comes after them may be about anybody's."""
        return frozenset(given.parameter for told in self.function.arguments.values() for given in told.unless)

    def _case(self, rule: str, what: str, param: Param) -> Case:
        return self._told(rule, f"{self.function.name} with {param.name}: {what}", *self._steps(param))

    def _steps(self, *params: Param) -> tuple[Step, ...]:
        return self.recipes.carrying(self.function, *params)

    def _told(self, rule: str, title: str, *steps: Step) -> Case:
        return self.recipes.case(f"{self.function.name}/{rule}", title, self.function.clause, *steps)


def _is_word(given: Given) -> bool:
    """Whether one value alone is meant; others name a row."""
    return re.fullmatch(r"\w+", given.value) is not None


def _lacking(action: Action) -> Iterator[Role]:
    """Who lacks one of the settings that an action needs before it looks at any row, and may call the function."""
    for need in action.needs:
        if need.rows:
            return
        yield from (role for role, may in ROLES.items() if may.without == {need.setting})
