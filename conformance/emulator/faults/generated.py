"""A contract with one thing in it changed, and the server that follows it: the material of generated faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.function import Function
from conformance.contract.load import load_contract
from conformance.contract.parameter import Parameter
from conformance.contract.request import Request
from conformance.contract.world import LOGIN_LEVEL, State
from conformance.emulator.config import Config
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import Behaviour, Response, honest

COMMON = "common"

Mutation = Callable[[Contract], Contract]


@dataclass(frozen=True)
class Follower:
    """A server that is honest about another contract."""

    contract: Contract

    def __call__(self, contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        """The response that the other contract asks for."""
        del contract
        return honest(self.contract, state, request, config, now)


def mutant(id: str, title: str, kind: FaultKind, mutation: Mutation, **more: Any) -> Fault:
    """The fault of following a mutated contract; `id` is without its kind, `more` are other fields of a Fault."""
    return Fault(f"{kind}/{id}", title, kind, partial(_follower, mutation), **more)


def _follower(mutation: Mutation) -> Behaviour:
    return Follower(mutation(load_contract()))


def described(contract: Contract) -> tuple[Function, ...]:
    """The functions of which the contract knows what they answer to those who may call them."""
    return tuple(function for function in contract.functions.values() if function.is_described)


NOBODY_IS_REFUSED = "what it asks for, whoever logs in has"
ALWAYS_ON = "no run can switch a setting of the server off"


def unseen(function: Function, *checks: str) -> str | None:
    """Why no run sees what one of these checks refuses; None where some call is refused."""
    needed = function.permission
    if (
        "permission" in checks
        and needed is not None
        and not (needed.settings or needed.level > LOGIN_LEVEL or needed.no_api_access is None)
    ):
        return NOBODY_IS_REFUSED
    return ALWAYS_ON if any(check.endswith("-is-on") for check in checks) else None


NOWHERE_SHOWN = frozenset({"DB"})
"""Parameters that no reply shows on new servers, and that decide nothing there."""


def nowhere_shown(parameter: Parameter) -> str | None:
    """Why no run sees what becomes of a parameter; None where some reply depends on it."""
    never = not parameter.shown or parameter.name in NOWHERE_SHOWN
    return f"no reply of a new server depends on {parameter.name}" if never else None


def checked(contract: Contract) -> tuple[Function, ...]:
    """Whose parameters the contract knows in full: what is common to all functions, and those described."""
    return (contract.common, *described(contract))


def function_of(contract: Contract, name: str) -> Function:
    """A function by name, `common` among them."""
    return contract.common if name == COMMON else contract.functions[name]


def with_function(contract: Contract, name: str, **changes: Any) -> Contract:
    """The contract with fields of one function changed."""
    changed = msgspec.structs.replace(function_of(contract, name), **changes)
    if name == COMMON:
        return replace(contract, common=changed)
    return replace(contract, functions={**contract.functions, name: changed})


def with_parameter(contract: Contract, function: str, name: str, **changes: Any) -> Contract:
    """The contract with fields of one parameter changed."""
    old = function_of(contract, function).parameters
    return with_function(contract, function, parameters=tuple(_changed(p, name, changes) for p in old))


def _changed(parameter: Parameter, name: str, changes: Mapping[str, Any]) -> Parameter:
    return msgspec.structs.replace(parameter, **changes) if parameter.name == name else parameter


def with_rule(contract: Contract, function: str, name: str, **changes: Any) -> Contract:
    """The contract with fields of the rule changed by which servers judge one parameter."""
    rule = function_of(contract, function).by_name[name].shipped
    return with_parameter(contract, function, name, shipped=msgspec.structs.replace(rule, **changes))


def with_reply(contract: Contract, function: str, name: str, text: str) -> Contract:
    """The contract with another text for one reply of servers."""
    replies = function_of(contract, function).replies
    form = msgspec.structs.replace(replies[name], shipped=text)
    return with_function(contract, function, replies={**replies, name: form})


def rule_mutation(function: str, name: str, **changes: Any) -> Mutation:
    """`with_rule` for a contract that comes later."""
    return lambda contract: with_rule(contract, function, name, **changes)


def parameter_mutation(function: str, name: str, **changes: Any) -> Mutation:
    """`with_parameter` for a contract that comes later."""
    return lambda contract: with_parameter(contract, function, name, **changes)


def function_mutation(function: str, **changes: Any) -> Mutation:
    """`with_function` for a contract that comes later."""
    return lambda contract: with_function(contract, function, **changes)
