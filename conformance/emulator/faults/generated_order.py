"""Faults of order: two checks that follow each other, the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import TypeVar

from conformance.contract.model import Contract
from conformance.emulator.faults.asked import Asked, behaving, did
from conformance.emulator.faults.generated import COMMON, DID_FUNCTIONS, function_of, mutant, with_function
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import Behaviour, Response

T = TypeVar("T")

LAST_COMMON = "allowed"

NEEDS_A_DID = ("did-exists", "delete")
"""The pair that cannot be swapped as data: what is deleted must have been looked up."""


def faults(contract: Contract) -> Iterator[Fault]:
    """Every neighbouring pair of checks, and of optional parameters."""
    for name in (COMMON, *DID_FUNCTIONS):
        function = function_of(contract, name)
        for pair in pairwise(function.checks):
            if pair != NEEDS_A_DID:
                yield _swapped_checks(name, *pair)
        for pair in pairwise(parameter.name for parameter in function.optional):
            yield _swapped_parameters(name, *pair)
    for name in DID_FUNCTIONS:
        yield _early_permission(name)
    title = "update_did asks for the permission to delete before it looks for the DID"
    yield Fault("order/update_did/delete-before-did-exists", title, FaultKind.ORDER, _delete_permission_first)
    yield _description_first()


def swapped(items: tuple[T, ...], first: int) -> tuple[T, ...]:
    """The items with the one at that place and the next in each other's place."""
    return (*items[:first], items[first + 1], items[first], *items[first + 2 :])


def _swapped_checks(function: str, first: str, second: str) -> Fault:
    def mutation(contract: Contract) -> Contract:
        checks = function_of(contract, function).checks
        return with_function(contract, function, checks=swapped(checks, checks.index(first)))

    return mutant(f"{function}/{second}-before-{first}", _title(function, first, second), FaultKind.ORDER, mutation)


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


def _early_permission(function: str) -> Fault:
    """The last common check and the first of a function: the pair across the two lists."""
    title = _title(function, LAST_COMMON, "permission")
    mutation = partial(_with_permission_first, function=function)
    return mutant(f"{function}/permission-before-{LAST_COMMON}", title, FaultKind.ORDER, mutation)


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
