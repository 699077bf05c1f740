"""Faults of checks: each check of each function left out, and each part of the checks common to all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from conformance.contract.model import Contract, Rule
from conformance.contract.world import User
from conformance.emulator.faults.asked import DID, Answering, Asked, behaving, did, without_rows
from conformance.emulator.faults.generated import (
    COMMON,
    DID_FUNCTIONS,
    Mutation,
    function_mutation,
    function_of,
    mutant,
    rule_mutation,
    with_function,
)
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import HTML, Response

NEEDS_A_DID = frozenset({"did-exists", "source-did-exists"})
"""Checks that find what comes after them works on."""

EVERY_GRANT = frozenset({"modify_dids", "delete_dids"})


def faults(contract: Contract) -> Iterator[Fault]:
    """Every check of the DID functions and every unchecked parameter, then the common checks, part by part."""
    for name in DID_FUNCTIONS:
        for check in contract.functions[name].checks:
            yield _forgotten(contract, name, check)
        for parameter in contract.functions[name].parameters:
            if parameter.shipped != Rule():
                mutation = rule_mutation(name, parameter.name, **_nothing())
                title = f"{name} takes anything in {parameter.name}"
                yield mutant(f"{name}/optional/{parameter.name}", title, FaultKind.CHECK, mutation)
    for name in ("add_lead", "agent_status"):
        yield _forgotten(contract, name, "required")
    yield _forgotten(contract, COMMON, "source")
    yield mutant("common/version", "Nobody knows the function version", FaultKind.CHECK, _without_version)
    for rule, (title, answer) in COMMON_FAULTS.items():
        yield Fault(f"check/common/{rule}", title, FaultKind.CHECK, partial(behaving, answer))


def _nothing() -> dict[str, object]:
    return {name: getattr(Rule(), name) for name in Rule.__struct_fields__}


def _forgotten(contract: Contract, function: str, check: str) -> Fault:
    title = f"{'Servers do' if function == COMMON else f'{function} does'} not check {check}"
    if check in NEEDS_A_DID:
        made = partial(behaving, partial(_on_a_phantom, function))
        return Fault(f"check/{function}/{check}", title, FaultKind.CHECK, made)
    return mutant(f"{function}/{check}", title, FaultKind.CHECK, _without_check(contract, function, check))


def _without_check(contract: Contract, function: str, check: str) -> Mutation:
    checks = tuple(other for other in function_of(contract, function).checks if other != check)
    return function_mutation(function, checks=checks)


def _without_version(contract: Contract) -> Contract:
    left = {name: function for name, function in contract.functions.items() if name != "version"}
    checks = tuple(check for check in contract.common.checks if check != "version")
    return with_function(replace(contract, functions=left), COMMON, checks=checks)


def _on_a_phantom(function: str, asked: Asked) -> Response:
    """What is not there, or not to be seen, is updated, deleted and copied like anything else, on nothing."""
    if asked.calls != function:
        return asked.honestly()
    response = asked.seeing(as_user=_all_groups).honestly()
    name = "source_did_pattern" if function == "copy_did" else "did_pattern"
    pattern = asked.value(name)
    if not pattern or asked.state.find(DID, (pattern,), exact=False) is not None:
        return response
    phantom = did(pattern)
    seen = asked.seeing(as_found=lambda wanted, row: phantom if row is None and wanted == pattern else row)
    response = seen.honestly()
    return response if function == "copy_did" else replace(response, changes=without_rows(response.changes))


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
    stranger = User(name, sent, grants=EVERY_GRANT)
    return asked.seeing(as_user=lambda _, user: user or stranger).honestly() if name else asked.honestly()


def _nobody(asked: Asked) -> Response:
    """A request without a user is let in."""
    if "user" in asked.request.parameters.values:
        return asked.honestly()
    return asked.seeing(as_user=lambda name, _: User(name, asked.value("pass"), grants=EVERY_GRANT)).honestly()


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
