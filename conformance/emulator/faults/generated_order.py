"""Faults of order: two checks that follow each other, the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import TypeVar

from conformance.contract.contract import Contract
from conformance.contract.function import Function
from conformance.emulator.faults.asked import Asked, behaving, did
from conformance.emulator.faults.generated import (
    COMMON,
    checked,
    described,
    function_of,
    mutant,
    unseen,
    with_function,
)
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import Behaviour, Response

T = TypeVar("T")

LAST_COMMON = "allowed"

PASSED_BY_ALL = "user-group"
"""A check that no user of a run fails: that the user's own group exists."""

NEVER_STORED = "what is refused as missing can never be stored, so no row has such a name"

NEEDS_A_DID = ("did-exists", "delete")
"""The pair that cannot be swapped as data: what is deleted must have been looked up."""


def faults(contract: Contract) -> Iterator[Fault]:
    """Every neighbouring pair of checks, and of optional parameters."""
    for function in checked(contract):
        for pair in neighbours(function):
            if pair != NEEDS_A_DID:
                never = NEVER_STORED if _never_there(contract, function, *pair) else unseen(function, *pair)
                yield _swapped_checks(function.name, *pair, hidden=never)
        for pair in pairwise(parameter.name for parameter in function.optional):
            yield _swapped_parameters(function.name, *pair)
    for function in described(contract):
        yield _early_permission(function)
    title = "update_did asks for the permission to delete before it looks for the DID"
    yield Fault("order/update_did/delete-before-did-exists", title, FaultKind.ORDER, _delete_permission_first)
    yield _description_first()


def neighbours(function: Function) -> tuple[tuple[str, str], ...]:
    """The checks that follow each other, but for what every user passes.

    An action is no check, for it needs what those before it have found.
    """
    checks = (check for check in function.checks if check != PASSED_BY_ALL)
    return tuple(pair for pair in pairwise(checks) if not set(pair) & set(function.actions))


def swapped(items: tuple[T, ...], first: T, second: T) -> tuple[T, ...]:
    """The items with two of them in each other's place."""
    other = {first: second, second: first}
    return tuple(other.get(item, item) for item in items)


def _swapped_checks(function: str, first: str, second: str, *, hidden: str | None = None) -> Fault:
    def mutation(contract: Contract) -> Contract:
        checks = function_of(contract, function).checks
        return with_function(contract, function, checks=swapped(checks, first, second))

    title = _title(function, first, second)
    return mutant(f"{function}/{second}-before-{first}", title, FaultKind.ORDER, mutation, hidden=hidden)


def _never_there(contract: Contract, function: Function, first: str, second: str) -> bool:
    """Whether no row can be there that a call names which misses something required."""
    copied = any(other.copies == function.creates for other in contract.functions.values())
    is_new = first == "required" and second.endswith("-is-new")
    return is_new and not copied and all(p in contract.targets(function) for p in function.required)


def _swapped_parameters(function: str, first: str, second: str) -> Fault:
    def mutation(contract: Contract) -> Contract:
        parameters = function_of(contract, function).parameters
        names = [parameter.name for parameter in parameters]
        a, b = names.index(first), names.index(second)
        moved = list(parameters)
        moved[a], moved[b] = moved[b], moved[a]
        return with_function(contract, function, parameters=tuple(moved))

    return mutant(f"{function}/{second}-before-{first}", _title(function, first, second), FaultKind.ORDER, mutation)


def _title(function: str, first: str, second: str) -> str:
    where = "Servers check" if function == COMMON else f"{function} checks"
    return f"{where} {second} before {first}"


def _early_permission(function: Function) -> Fault:
    """The last common check and the first of a function: the pair across the two lists."""
    title, name = _title(function.name, LAST_COMMON, "permission"), function.name
    mutation, hidden = partial(_with_permission_first, function=name), unseen(function, "permission")
    return mutant(f"{name}/permission-before-{LAST_COMMON}", title, FaultKind.ORDER, mutation, hidden=hidden)


def _with_permission_first(contract: Contract, function: str) -> Contract:
    for name, other in contract.functions.items():
        own = tuple(check for check in other.checks if check != "permission" or name != function)
        front = ("permission", LAST_COMMON) if name == function else (LAST_COMMON,)
        contract = with_function(contract, name, checks=(*front, *own) if name != "version" else own)
    common = tuple(check for check in contract.common.checks if check != LAST_COMMON)
    return with_function(contract, COMMON, checks=common)


def _description_first() -> Fault:
    def mutation(contract: Contract) -> Contract:
        checks = ("permission", "required", "optional", "source-did-exists")
        return with_function(contract, "copy_did", checks=checks)

    title = "copy_did checks the description before anything else about DIDs"
    return mutant("copy_did/description-before-source-did-exists", title, FaultKind.ORDER, mutation)


def _delete_permission_first() -> Behaviour:
    def answer(asked: Asked) -> Response:
        """A DID that is there meets the check of the permission just the same, so any that is will do."""
        user = asked.caller
        deletes = asked.calls == "update_did" and asked.value("delete_did") == "Y"
        if not deletes or user is None or "delete_dids" in user.grants:
            return asked.honestly()
        return asked.seeing(as_found=lambda name, row: row or did(name)).honestly()

    return behaving(answer)
