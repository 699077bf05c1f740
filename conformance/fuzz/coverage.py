"""What of the contract an input has touched: for each field, the rules that its value meets or breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from conformance.cases.model import Case, Purpose, Step
from conformance.contract.load import load_contract
from conformance.contract.parameter import Parameter
from conformance.contract.sanitise import dropped

PLAIN = "plain"
"""The rule of a value about which nothing is special."""


def combinations(case: Case, outcome: str) -> Iterator[tuple[str, str, str]]:
    """(field, rule, outcome) of every parameter that the case is about."""
    for step in acts(case):
        for param in step.params:
            yield param.name, rule_of(step, param.name, param.value), outcome


def acts(case: Case) -> Iterator[Step]:
    """The steps that a case is about; all of them where none is marked so."""
    chosen = [step for step in case.steps if step.purpose is Purpose.ACT]
    return iter(chosen or case.steps)


def rule_of(step: Step, name: str, value: str) -> str:
    """What is special about a value, in the contract's words, such as `long-multi-byte`."""
    parameter = _parameter(step.function or "", name)
    if parameter is None or "<" in value:
        return PLAIN
    return "-".join(_specials(parameter, value)) or PLAIN


def _specials(parameter: Parameter, value: str) -> Iterator[str]:
    rule, kept = parameter.shipped, re.sub(dropped(parameter.kept), "", value)
    if not value:
        yield "empty"
    elif len(kept) < rule.min:
        yield "short"
    elif rule.max is not None and len(kept) > rule.max:
        yield "long"
    if rule.values and kept not in rule.values:
        yield "unknown"
    if not value.isascii():
        yield "multi-byte"
    if not value.isprintable():
        yield "control"
    if kept != value and value.isascii():
        yield "stripped"


@cache
def _parameter(function: str, name: str) -> Parameter | None:
    contract = load_contract()
    found = contract.functions.get(function)
    return (found.by_name.get(name) if found else None) or contract.common.by_name.get(name)
