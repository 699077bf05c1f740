"""Faults of permissions: each one ignored, and each level one less and one more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.function import Function, check_of
from conformance.contract.world import LOGIN_LEVEL, Row, User
from conformance.emulator.faults.asked import Answering, Asked, behaving
from conformance.emulator.faults.generated import described, function_mutation, mutant
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import Response

LOGIN_ASKS_FOR_MORE = f"a user below level {LOGIN_LEVEL} cannot log in, so no function ever sees one"

NOT_LOOKED_AT = "servers do not look at API access here"


def faults(contract: Contract) -> Iterator[Fault]:
    """Every permission of every function, then those that one function asks for besides."""
    for function in contract.functions.values():
        if function.permission is not None:
            yield from _levels(function)
            yield from _ignored(function)
    for function in described(contract):
        yield from _restricted(contract, function)
        yield from _deletion(function)
    yield _by(
        "add_did/groups-count", "add_did does not see the DIDs of user groups that the user may not view", _add_blindly
    )
    yield _by("login/level-one-more", f"Level {LOGIN_LEVEL + 1} is needed to log in", partial(_login_level, 1))
    yield _by("login/level-one-less", f"Level {LOGIN_LEVEL - 1} is enough to log in", partial(_login_level, -1))


def _restricted(contract: Contract, function: Function) -> Iterator[Fault]:
    """What a caller may see of the rows that a function looks for."""
    found = (check_of(check, contract.kinds) for check in function.checks)
    for name in dict.fromkeys(of[1] for of in found if of and of[0] == "exists" and of[1]):
        kind = contract.kinds[name]
        if kind.group:
            title = f"{function.name} shows a user the {kind.title}s of all user groups"
            yield _as(function.name, "groups-ignored", title, _all_groups)
        if kind.campaign:
            title = f"{function.name} shows a user the {kind.title}s of all campaigns"
            yield _as(function.name, "campaigns-ignored", title, _all_campaigns)
    if function.of_lists:
        yield _as(function.name, "lists-restricted-ignored", f"{function.name} shows everybody all lists", _all_lists)


def _deletion(function: Function) -> Iterator[Fault]:
    setting = function.arguments["delete"].setting if "delete" in function.arguments else None
    if setting is not None:
        yield _as(function.name, "delete-ignored", "Whoever may update may delete", partial(_granted, setting))
        yield _as(function.name, "delete-never", "Nobody may delete", partial(_not_granted, setting))


def _levels(function: Function) -> Iterator[Fault]:
    """One less and one more; no more where the contract only knows that whoever logs in may have the level."""
    permission = function.permission
    assert permission is not None
    more = (("more", permission.level + 1),) if function.is_described else ()
    for how, level in (("less", permission.level - 1), *more):
        changed = msgspec.structs.replace(permission, level=level)
        yield mutant(
            f"{function.name}/level-one-{how}",
            f"{function.name} asks for level {level}",
            FaultKind.PERMISSION,
            function_mutation(function.name, permission=changed),
            hidden=LOGIN_ASKS_FOR_MORE if level < LOGIN_LEVEL else None,
        )


def _ignored(function: Function) -> Iterator[Fault]:
    name, permission = function.name, function.permission
    assert permission is not None
    if permission.level > LOGIN_LEVEL:
        yield _as(name, "level-ignored", f"{name} asks for no level", _level_9)
    of_checks = {told.setting for told in function.arguments.values()}
    for place, setting in enumerate(setting for setting in function.settings if setting not in of_checks):
        id = "setting-ignored" if not place else f"setting-{setting}-ignored"
        yield _as(name, id, f"{name} does not ask for {setting}", partial(_granted, setting))
    ignored = NOT_LOOKED_AT if permission.no_api_access else None
    yield _as(name, "api-access-ignored", f"{name} does not ask for API access", _api_access, hidden=ignored)
    yield _as(name, "function-list-ignored", f"{name} is not looked up in the user's list of functions", _all_functions)


UserAs = Callable[[User], User]


def _as(function: str, how: str, title: str, change: UserAs, hidden: str | None = None) -> Fault:
    return _by(f"{function}/{how}", title, partial(_seen_as, function, change), hidden)


def _by(id: str, title: str, answer: Answering, hidden: str | None = None) -> Fault:
    return Fault(f"permission/{id}", title, FaultKind.PERMISSION, partial(behaving, answer), hidden=hidden)


def _seen_as(function: str, change: UserAs, asked: Asked) -> Response:
    """One function takes the user for somebody else."""
    if asked.calls != function:
        return asked.honestly()
    return asked.seeing(as_user=lambda _, user: user and change(user)).honestly()


def _level_9(user: User) -> User:
    return replace(user, level=9) if user.level >= LOGIN_LEVEL else user


def _granted(setting: str, user: User) -> User:
    return replace(user, grants=user.grants | {setting})


def _api_access(user: User) -> User:
    return replace(user, api_access=True)


def _all_functions(user: User) -> User:
    return replace(user, functions=None)


def _all_groups(user: User) -> User:
    return replace(user, groups=None)


def _all_campaigns(user: User) -> User:
    return replace(user, campaigns=None)


def _all_lists(user: User) -> User:
    return replace(user, lists_restricted=False)


def _not_granted(setting: str, user: User) -> User:
    return replace(user, grants=user.grants - {setting})


def _add_blindly(asked: Asked) -> Response:
    user = asked.caller
    if asked.calls != "add_did" or user is None or user.groups is None:
        return asked.honestly()
    groups = user.groups

    def visible(_: str, row: Row | None) -> Row | None:
        return row if row is not None and row.columns["user_group"] in groups else None

    return asked.seeing(as_found=visible).honestly()


def _login_level(more: int, asked: Asked) -> Response:
    """Who is on the edge is seen on the other side of it."""
    edge = LOGIN_LEVEL if more > 0 else LOGIN_LEVEL - 1

    def moved(_: str, user: User | None) -> User | None:
        return replace(user, level=user.level - more) if user is not None and user.level == edge else user

    return asked.seeing(as_user=moved).honestly()
