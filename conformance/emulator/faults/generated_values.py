"""Faults of values: what is on a list and what is not, what must exist, and how exactly it must be spelled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from conformance.contract.contract import Contract
from conformance.contract.parameter import Parameter
from conformance.emulator.faults.asked import Asked, behaving
from conformance.emulator.faults.generated import Mutation, checked, mutant, parameter_mutation, rule_mutation
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import Behaviour, Response

UNKNOWN = "X"
"""A value that is on no list."""


def faults(contract: Contract) -> Iterator[Fault]:
    """Every list and every reference of every parameter, and each kind of entity matched exactly."""
    for function in checked(contract):
        for parameter in function.parameters:
            yield from _listed(function.name, parameter)
            if parameter.shipped.reference:
                title = f"{function.name} takes any name in {parameter.name}, whether it exists or not"
                yield _rule(function.name, parameter, "not-looked-up", title, reference=None)
    for kind in _referred_to(contract):
        title = f"Names of kind {kind} must be spelled in their own letter case"
        yield Fault(f"values/{kind}/exact", title, FaultKind.VALUES, partial(_exact, kind))


def _referred_to(contract: Contract) -> Iterable[str]:
    """The kinds that parameters refer to by names of which letter case makes no difference."""
    parameters = (parameter for function in checked(contract) for parameter in function.parameters)
    return dict.fromkeys(p.shipped.reference for p in parameters if p.shipped.reference and p.case_deviation)


FALLS_BACK = "what is not on the list counts as something that is, and no reply shows which"


def _listed(function: str, parameter: Parameter) -> Iterator[Fault]:
    values = parameter.shipped.values
    if not values:
        return
    for value in values:
        left = tuple(other for other in values if other != value)
        yield _rule(
            function, parameter, f"without-{value}", f"{function} refuses {parameter.name}={value}", values=left
        )
    yield _rule(function, parameter, "any", f"{function} takes any value of {parameter.name}", values=())
    title = f"{function} takes {parameter.name}={UNKNOWN}"
    yield _rule(function, parameter, "unknown-too", title, values=(*values, UNKNOWN))
    if "a-z" in parameter.kept:
        either = (*values, *(value.lower() for value in values))
        yield _rule(
            function, parameter, "lower-case-too", f"{function} takes {parameter.name} in lower case", values=either
        )


def _rule(function: str, parameter: Parameter, how: str, title: str, **changes: object) -> Fault:
    mutation: Mutation = rule_mutation(function, parameter.name, **changes)
    hidden = FALLS_BACK if parameter.shipped.fallback is not None else None
    return mutant(f"{function}/{parameter.name}/{how}", title, FaultKind.VALUES, mutation, hidden=hidden)


def _exact(kind: str) -> Behaviour:
    def answer(asked: Asked) -> Response:
        return asked.seeing(exactly=frozenset({kind})).honestly()

    return behaving(answer)


NO_REPLY = "no reply shows what a column holds; only the database does"


def defaults(contract: Contract) -> Iterator[Fault]:
    """One for each column that add_did fills by itself: no reply shows what it holds that a request left out."""
    for parameter in contract.functions["add_did"].optional:
        if parameter.column:
            yield _other(parameter)


def _other(parameter: Parameter) -> Fault:
    default = parameter.default + 1 if isinstance(parameter.default, int) else f"{parameter.default or ''}9"
    return mutant(
        f"add_did/{parameter.name}/other",
        f"add_did without {parameter.name} stores {default!r}",
        FaultKind.DEFAULT,
        parameter_mutation("add_did", parameter.name, default=default),
        hidden=NO_REPLY,
    )
