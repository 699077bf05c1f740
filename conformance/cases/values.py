"""Values: every one of an enumeration and some that only look like one; every kind of name for what must exist."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.cases.boundaries import limited
from conformance.cases.model import Case, Level, Param, provided
from conformance.cases.recipes import Recipes
from conformance.cases.refusal import level_of, unknown_name
from conformance.contract.contract import Contract
from conformance.contract.function import Function
from conformance.contract.parameter import Parameter

INJECTION = "' OR '1'='1"

LETTERS = "abcdefgh"


def cases(contract: Contract) -> Iterator[Case]:
    """The values of every optional parameter that has a list, a reference or digits to keep to."""
    recipes = Recipes(contract)
    for function in contract.functions.values():
        for parameter in function.optional:
            for rule, what, value in (*enumerated(parameter), *named(parameter), *digits(parameter)):
                yield _value(recipes, function, parameter, rule, what, value)


def _value(recipes: Recipes, function: Function, parameter: Parameter, rule: str, what: str, value: str) -> Case:
    level = Level.STANDARD if rule == "injection" else level_of(function, parameter, value)
    return recipes.case(
        f"{function.name}/{parameter.name}/{rule}",
        f"{function.name} with {what.format(name=parameter.name)}",
        parameter.clause,
        *recipes.carrying(function, Param(parameter.name, value)),
        level=level,
    )


Spelling = tuple[str, str, str]
"""Rule, words for the title, value."""


def enumerated(parameter: Parameter) -> Iterator[Spelling]:
    """The values of a list, and what differs from one by a character, by case or by space."""
    values = parameter.documented.values
    if not values:
        return
    first = values[0]
    yield from ((f"value-{value}", f"{{name}}={value}", value) for value in values)
    yield "unknown", "a {name} that is not on the list", "X"
    yield "lower-case", "a {name} in lower case", first.lower()
    yield "padded-left", "a space before the {name}", f" {first}"
    yield "padded-right", "a space after the {name}", f"{first} "
    yield "continued", "a {name} with a letter too many", f"{first}X"
    yield "digits", "digits for a {name}", "12"
    yield "zero", "0 for a {name}", "0"
    yield "list", "two values of {name} with a comma between them", ",".join(values[:2])
    if not limited(parameter):
        yield "empty", "an empty {name}", ""


def named(parameter: Parameter) -> Iterator[Spelling]:
    """Names of entities: one that exists, where a target file can name one, and others that do not or only nearly."""
    kind = parameter.documented.reference
    if kind is None:
        return
    can_be_named = kind in provided()
    if can_be_named:
        yield "known", "a {name} that exists", f"<{kind}>"
    yield "unknown", "a {name} that does not exist", unknown_name(parameter)
    if can_be_named:
        yield "padded-right", "a space after the {name}", f"<{kind}> "
    yield "everything", "---ALL--- for a {name}", "---ALL---"
    yield "injection", "SQL in the {name}", INJECTION
    yield "empty", "an empty {name}", ""
    if parameter.case_deviation and can_be_named:
        yield "wrong-case", "a {name} that exists in the other letter case", f"<{kind}:swapped>"


def digits(parameter: Parameter) -> Iterator[Spelling]:
    """Letters where digits are documented."""
    if parameter.documented.digits:
        yield "letters", "letters for a {name}", LETTERS
