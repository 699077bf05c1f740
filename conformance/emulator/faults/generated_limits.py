"""Faults of limits: every least and greatest length that servers check, one less and one more."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.contract import Contract
from conformance.contract.parameter import Parameter
from conformance.emulator.faults.generated import checked, mutant, rule_mutation
from conformance.emulator.faults.model import Fault, FaultKind

NOT_OF_A_RUN = "a name as short as that has no room for a run's digits, so none is sent"
EMPTY_IS_NOT_SENT = "an empty field counts as not sent, so nothing is ever shorter than 1"


OWN = "<own>"
"""What stands for the digits of a run in a sample."""


def faults(contract: Contract) -> Iterator[Fault]:
    """Four for each parameter with a least and a greatest length, and the forms that documentation alone asks for."""
    for function in checked(contract):
        for parameter in function.parameters:
            yield from _lengths(function.name, parameter)
            yield from _forms(function.name, parameter)


def _lengths(function: str, parameter: Parameter) -> Iterator[Fault]:
    for end, limit in (("min", parameter.shipped.min), ("max", parameter.shipped.max)):
        if limit:
            yield _length(function, parameter, end, limit - 1, "less")
            yield _length(function, parameter, end, limit + 1, "more")


def _length(function: str, parameter: Parameter, end: str, size: int, how: str) -> Fault:
    what = {"min": "at least", "max": "at most"}[end]
    unit = "byte" if size == 1 else "bytes"
    hidden = EMPTY_IS_NOT_SENT if size == 0 and not parameter.required else None
    if end == "min" and how == "more" and parameter.sample == OWN:
        hidden = NOT_OF_A_RUN
    return mutant(
        f"{function}/{parameter.name}/{end}-one-{how}",
        f"{function} asks for {what} {size:,} {unit} in {parameter.name}, one {how} than it should",
        FaultKind.LIMIT,
        rule_mutation(function, parameter.name, **{end: size}),
        hidden=hidden,
    )


def _forms(function: str, parameter: Parameter) -> Iterator[Fault]:
    """Digits and dots: off where servers ask for them, and on where documentation alone does.

    Nothing is asked of what sanitising has made so, or of a name that must exist anyway.
    """
    for form, kept in (("digits", "0-9"), ("dotted", ".0-9")):
        checked = getattr(parameter.shipped, form)
        told = getattr(parameter.documented, form) and parameter.kept != kept and not parameter.shipped.reference
        if checked or told:
            yield mutant(
                f"{function}/{parameter.name}/{form}-{'off' if checked else 'on'}",
                f"{function} {'takes any' if checked else 'refuses all but ' + form} characters in {parameter.name}",
                FaultKind.LIMIT,
                rule_mutation(function, parameter.name, **{form: not checked}),
            )
