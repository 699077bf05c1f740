"""Faults of checks: each check of each function left out, and each part of the checks common to all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from conformance.contract.call import Call, read
from conformance.contract.checks import NO_ARGUMENTS
from conformance.contract.contract import Contract
from conformance.contract.function import Function, check_of
from conformance.contract.parameter import Rule
from conformance.contract.settings import Dialect
from conformance.contract.world import Row, User
from conformance.emulator.defaults import default_columns
from conformance.emulator.faults.asked import Answering, Asked, behaving, without_rows
from conformance.emulator.faults.generated import (
    COMMON,
    Mutation,
    described,
    function_mutation,
    function_of,
    mutant,
    rule_mutation,
    unseen,
    with_function,
)
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import HTML, Response

EXISTS = "exists"
"""The check that finds the row which comes after it is about."""


def faults(contract: Contract) -> Iterator[Fault]:
    """Every check of the described functions and every unchecked parameter, then the common checks, part by part."""
    for function in described(contract):
        yield from _of(contract, function)
    for function in contract.functions.values():
        if not function.is_described and "required" in function.checks:
            yield _forgotten(contract, function.name, "required")
    yield _forgotten(contract, COMMON, "source")
    yield mutant("common/version", "Nobody knows the function version", FaultKind.CHECK, _without_version)
    for rule, (title, answer) in COMMON_FAULTS.items():
        yield Fault(f"check/common/{rule}", title, FaultKind.CHECK, partial(behaving, answer))


def _of(contract: Contract, function: Function) -> Iterator[Fault]:
    name = function.name
    for check in function.checks:
        yield _forgotten(contract, name, check)
    for parameter in function.parameters:
        if parameter.shipped != Rule():
            mutation = rule_mutation(name, parameter.name, **_nothing())
            title = f"{name} takes anything in {parameter.name}"
            yield mutant(f"{name}/optional/{parameter.name}", title, FaultKind.CHECK, mutation)


def _nothing() -> dict[str, object]:
    return {name: getattr(Rule(), name) for name in Rule.__struct_fields__}


def _forgotten(contract: Contract, function: str, check: str) -> Fault:
    title = f"{'Servers do' if function == COMMON else f'{function} does'} not check {check}"
    found = check_of(check, contract.kinds)
    if check in function_of(contract, function).actions:
        title = f"{function} leaves out {check}"
    elif found is not None and found[0] == EXISTS and not function_of(contract, function).creates:
        made = partial(behaving, partial(_on_a_phantom, function, check))
        return Fault(f"check/{function}/{check}", title, FaultKind.CHECK, made)
    hidden = unseen(function_of(contract, function), check)
    mutation = _without_check(contract, function, check)
    return mutant(f"{function}/{check}", title, FaultKind.CHECK, mutation, hidden=hidden)


def _without_check(contract: Contract, function: str, check: str) -> Mutation:
    checks = tuple(other for other in function_of(contract, function).checks if other != check)
    return function_mutation(function, checks=checks)


def _without_version(contract: Contract) -> Contract:
    left = {name: function for name, function in contract.functions.items() if name != "version"}
    checks = tuple(check for check in contract.common.checks if check != "version")
    return with_function(replace(contract, functions=left), COMMON, checks=checks)


def _on_a_phantom(function: str, check: str, asked: Asked) -> Response:
    """What is not there, or not to be seen, is updated, deleted, copied and told like anything else, on nothing."""
    call = read(asked.contract, asked.state, asked.request, Dialect.SHIPPED)
    if asked.calls != function or not isinstance(call, Call):
        return asked.honestly()
    response = asked.seeing(as_user=_all_groups).honestly()
    phantom = _named(call, check)
    if not all(phantom.key) or asked.state.find(phantom.kind, phantom.key, exact=False) is not None:
        return response
    seen = asked.seeing(
        of=phantom.kind, as_found=lambda wanted, row: phantom if row is None and wanted == phantom.name else row
    )
    response = seen.honestly()
    return response if call.called.copies else replace(response, changes=without_rows(response.changes))


def _named(call: Call, check: str) -> Row:
    """The row that a call names for a check, as if it were there."""
    found = check_of(check, call.contract.kinds)
    assert found is not None
    kind = call.kind_instead(call.contract.kinds[found[1] or ""])
    told = call.called.arguments.get(check, NO_ARGUMENTS)
    key = (call.value(told.parameter),) if told.parameter else call.key(kind)
    return Row(kind.name, 0, key, {} if call.called.copies else default_columns(call.contract, kind.name))


def _all_groups(_: str, user: User | None) -> User | None:
    return replace(user, groups=None) if user is not None else None


def _any_password(asked: Asked) -> Response:
    sent = asked.value("pass")
    return asked.seeing(as_user=lambda _, user: user and replace(user, password=sent)).honestly()


def _empty_password(asked: Asked) -> Response:
    """A password that was not sent is not compared."""
    return asked.honestly() if asked.value("pass") else _any_password(asked)


def _any_user(asked: Asked) -> Response:
    """Whoever does not exist is let in with every permission."""
    name, sent = asked.value("user"), asked.value("pass")
    stranger = User(name, sent, grants=asked.contract.settings)
    return asked.seeing(as_user=lambda _, user: user or stranger).honestly() if name else asked.honestly()


def _nobody(asked: Asked) -> Response:
    """A request without a user is let in."""
    if "user" in asked.request.parameters.values:
        return asked.honestly()
    every = asked.contract.settings
    return asked.seeing(as_user=lambda name, _: User(name, asked.value("pass"), grants=every)).honestly()


def _inactive(asked: Asked) -> Response:
    return asked.seeing(as_user=lambda _, user: user and replace(user, active=True)).honestly()


def _low_level(asked: Asked) -> Response:
    return asked.seeing(as_user=lambda _, user: user and replace(user, level=max(user.level, 7))).honestly()


def _unlocked(asked: Asked) -> Response:
    return asked.seeing(as_user=lambda _, user: user and replace(user, lock_holds=False)).honestly()


def _silent_function(asked: Asked) -> Response:
    """An unknown function is not noticed: nothing is done, and nothing is said."""
    response = asked.honestly()
    return (
        Response(200, HTML, b"", response.changes) if response.body == b"ERROR: NO FUNCTION SPECIFIED\n" else response
    )


COMMON_FAULTS: dict[str, tuple[str, Answering]] = {
    "login/any-password": ("Any password is right", _any_password),
    "login/empty-password": ("No password is right for every user", _empty_password),
    "login/any-user": ("A user who does not exist may do everything", _any_user),
    "login/nobody": ("Without a user one may do everything", _nobody),
    "login/inactive": ("A user who is not active logs in", _inactive),
    "login/low-level": ("A user below level 7 logs in", _low_level),
    "login/locks-ignored": ("A locked user logs in, and is not told of the lock", _unlocked),
    "function": ("An unknown function is answered with nothing", _silent_function),
}
"""The common checks that later ones cannot do without, each with what a server without a part of it does."""
