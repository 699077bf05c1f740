"""Permissions: every kind of user against every function, and against deletion (observed.md section 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.cases.lifecycle import HIDDEN, told
from conformance.cases.model import CANNOT_LOG_IN, MADE_UP_ROLES, Case, Level, Param, Role, Step
from conformance.cases.recipes import Recipes
from conformance.cases.roles import ROLES
from conformance.cases.steps import sent_by
from conformance.contract.contract import Contract
from conformance.contract.function import Function

CLAUSE = "observed.md#6"

REFUSED_ANYWHERE = (Role.LEVEL7, Role.NO_API_ACCESS, Role.RESTRICTED_FUNCTIONS, Role.UNKNOWN, Role.NOBODY)
"""Who is refused by any function, whatever else the user may do, and without a failed login."""


STORIES = {story.id.split("/")[0]: story for story in HIDDEN}
"""What other_group is answered, by function."""

HAND_MADE = frozenset({Role.LOCKABLE, Role.NO_CAMPAIGNS, Role.RESTRICTED_LISTS})
"""Roles that are about rows of their own, of which stories tell; lockable is there to be locked."""


def cases(contract: Contract) -> Iterator[Case]:
    """Each role against each function that asks for a permission, and each against deletion."""
    matrix = Matrix(Recipes(contract))
    for function in contract.functions.values():
        if function.permission is not None:
            yield from (matrix.case(function, role) for role in Role if matrix.tells(function, role))
    for function in contract.functions.values():
        if "delete" in function.checks:
            yield from (matrix.deletion(function, role) for role in Role if matrix.tells_of_deletion(function, role))


@dataclass(frozen=True)
class Matrix:
    """Roles against functions."""

    recipes: Recipes

    def tells(self, function: Function, role: Role) -> bool:
        """Whether a role is about this function, and it is known what happens then."""
        if not function.is_described:
            return role in REFUSED_ANYWHERE or not ROLES[role].without.isdisjoint(function.settings)
        if role is Role.OTHER_GROUP or role in CANNOT_LOG_IN:  # a failed login is no other than for the first kind
            return function.name in STORIES
        if role is Role.RESTRICTED_NO_MODIFY_DIDS:  # refused by the list of functions before anything is asked for
            return True
        without = ROLES[role].without
        return role not in HAND_MADE and (not without or bool(without & self._asked(function)))

    def tells_of_deletion(self, function: Function, role: Role) -> bool:
        """The same of the deletion of a row."""
        return role not in CANNOT_LOG_IN | {Role.OTHER_GROUP} and self.tells(
            function, role
        )  # a failed login is no other than for the call

    def _asked(self, function: Function) -> frozenset[str]:
        """The settings that are asked for by all functions about the same kinds of rows."""
        contract = self.recipes.contract
        kinds = {kind.name for kind in contract.kinds_of(function)}
        others = contract.functions.values()
        alike = [other for other in others if not kinds.isdisjoint(kind.name for kind in contract.kinds_of(other))]
        return frozenset(setting for other in (function, *alike) for setting in other.settings)

    def case(self, function: Function, role: Role) -> Case:
        """A role's call of a function."""
        if role is Role.OTHER_GROUP:
            return told(STORIES[function.name])
        if function.is_described and self._may_call(function, role):
            *before, act = self.recipes.valid(function)
            return self._case(function, "role", role, function.name, *before, sent_by(role, act))
        act = self.recipes.bare(function)  # without preparation: permission is checked before anything is looked up
        return self._case(function, "role", role, function.name, sent_by(role, act), level=_level(role))

    def _may_call(self, function: Function, role: Role) -> bool:
        """Whether servers let a role call a function: then its row has to be there."""
        needed, may = function.permission, ROLES[role]
        assert needed is not None
        if role in CANNOT_LOG_IN | MADE_UP_ROLES or may.functions is not None or may.level < needed.level:
            return False
        return (may.api_access or needed.no_api_access is not None) and may.without.isdisjoint(needed.settings)

    def deletion(self, function: Function, role: Role) -> Case:
        """A role's deletion of a row."""
        name = function.arguments["delete"].parameter
        assert name is not None
        *before, act = self.recipes.carrying(function, Param(name, "Y"))
        return self._case(function, "delete", role, f"{name}=Y", *before, sent_by(role, act))

    def _case(
        self, function: Function, subject: str, role: Role, what: str, *steps: Step, level: Level = Level.STANDARD
    ) -> Case:
        id = f"{function.name}/{subject}/{role.replace('_', '-')}"
        return self.recipes.case(id, f"{what} by {ROLES[role].who}", CLAUSE, *steps, level=level)


def _level(role: Role) -> Level:
    """A failed login of a real user is a change."""
    return Level.STANDARD if role in CANNOT_LOG_IN else Level.PROBE
