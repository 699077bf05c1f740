"""Permissions: every kind of user against every function, and against deletion (observed.md section 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from conformance.cases.make import case
from conformance.cases.model import CANNOT_LOG_IN, Case, Level, Role, Step
from conformance.cases.steps import TOO_SHORT, add, copy, delete, sent_by, setup, update, valid
from conformance.contract.model import Contract, Function

CLAUSE = "observed.md#6"

WHO: Mapping[Role, str] = {
    Role.ADMIN: "a user with every permission",
    Role.LEVEL7: "a user of level 7",
    Role.LEVEL6: "a user of level 6",
    Role.NO_MODIFY_DIDS: "a user without Modify DIDs",
    Role.NO_DELETE_DIDS: "a user without Delete DIDs",
    Role.NO_API_ACCESS: "a user without API access",
    Role.RESTRICTED_FUNCTIONS: "a user whose list of functions is version only",
    Role.RESTRICTED_NO_MODIFY_DIDS: "a user without Modify DIDs whose list of functions is version only",
    Role.INACTIVE: "a user who is not active",
    Role.LOCKABLE: "a user for locking out",
    Role.OTHER_GROUP: "a user who may not view all user groups",
    Role.UNKNOWN: "a user who does not exist",
    Role.NOBODY: "no user at all",
}
"""Every role, in words for a title."""

MAY_CHANGE = frozenset({Role.ADMIN, Role.NO_DELETE_DIDS, Role.OTHER_GROUP})
"""Who may add DIDs; all but the last may also copy and update those of this run."""

REFUSED_ANYWHERE = (Role.LEVEL7, Role.NO_API_ACCESS, Role.RESTRICTED_FUNCTIONS, Role.UNKNOWN, Role.NOBODY)
"""Who is refused by any function, whatever else the user may do, and without a failed login."""


NOT_FOR_DELETION = CANNOT_LOG_IN | {Role.OTHER_GROUP, Role.LOCKABLE}
"""A failed login is no other than for update_did; other_group could only delete a DID that is not ours; lockable is
there to be locked."""


def cases(contract: Contract) -> Iterator[Case]:
    """Each role against each function that asks for a permission, and each against deletion."""
    for function in contract.functions.values():
        if function.permission is not None and not function.is_described:
            yield from (_refused(function, role) for role in REFUSED_ANYWHERE)
        elif function.permission is not None:
            yield from (_matrix(function, role) for role in Role if role is not Role.LOCKABLE)
    yield from (_deletion(role) for role in Role if role not in NOT_FOR_DELETION)


def _matrix(function: Function, role: Role) -> Case:
    if role is Role.OTHER_GROUP:
        return _hidden(function)
    return _permitted(function, role) if role in MAY_CHANGE else _refused(function, role)


def _refused(function: Function, role: Role) -> Case:
    """Sent without preparation: permission is checked before anything is looked up."""
    act = valid(function.name)[-1] if function.is_described else Step(function.name)
    return _case(function.name, "role", role, function.name, sent_by(role, act), level=_level(role))


def _permitted(function: Function, role: Role) -> Case:
    *before, act = valid(function.name)
    return _case(function.name, "role", role, function.name, *before, sent_by(role, act))


def _deletion(role: Role) -> Case:
    return _case("update_did", "delete", role, "delete_did=Y", setup(add("<did>")), sent_by(role, delete("<did>")))


def _level(role: Role) -> Level:
    """A failed login of a real user is a change."""
    return Level.STANDARD if role in CANNOT_LOG_IN else Level.PROBE


def _case(function: str, subject: str, role: Role, what: str, *steps: Step, level: Level = Level.STANDARD) -> Case:
    return case(f"{function}/{subject}/{role.replace('_', '-')}", f"{what} by {WHO[role]}", CLAUSE, *steps, level=level)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a user who may not view a DID's group is answered about it; nothing here can change that DID."""

    title: str
    act: Callable[[], tuple[Step, ...]]
    level: Level = Level.PROBE


_HIDDEN: Mapping[str, Hidden] = {
    "add_did": Hidden("add_did by a user who may not view all user groups", lambda: (add("<did>"),), Level.STANDARD),
    "update_did": Hidden(
        "A DID of a hidden user group does not exist for update_did", lambda: (update("<hidden_did>"),)
    ),
    "copy_did": Hidden(
        "A DID of a hidden user group does not exist for copy_did",
        lambda: (copy("<hidden_did>", "<did>", TOO_SHORT),),
    ),
}


def _hidden(function: Function) -> Case:
    hidden = _HIDDEN[function.name]
    steps = tuple(sent_by(Role.OTHER_GROUP, step) for step in hidden.act())
    return case(f"{function.name}/role/other-group", hidden.title, CLAUSE, *steps, level=hidden.level)
