"""Lengths: one below the least, the least, the greatest, one above, far above, and nothing at all.

And the greatest with characters behind it that servers strip before they look at the length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from conformance.cases.make import case
from conformance.cases.model import OWN_DID_LENGTH, Case, Level, Param, Step
from conformance.cases.recipes import Recipes, is_own
from conformance.cases.refusal import level_of, refused_everywhere
from conformance.cases.steps import OFF, TOO_SHORT, add, copy, setup, update
from conformance.contract.contract import Contract
from conformance.contract.function import Function
from conformance.contract.parameter import Parameter

FAR = 30
"""How many characters more than allowed is far above."""

STRIPPED_BEHIND = "\t!"
"""What no field keeps. Documentation is silent on a tab, so it does not explain a server that strips nothing."""

FOREIGN = {1: "9", 2: "9_"}
"""Patterns too short to begin with the run's own digits; nobody knows whether the target has the second."""


@dataclass(frozen=True, slots=True)
class Length:
    """A length worth trying, in characters, and what it is called."""

    rule: str
    size: int


def cases(contract: Contract) -> Iterator[Case]:
    """Every length of every limited parameter of the DID functions; absence of every required one."""
    recipes = Recipes(contract)
    for function in contract.functions.values():
        for parameter in function.parameters:
            if parameter.required:
                yield _absent(recipes, function, parameter)
            if (function.name, parameter.name) in _REQUIRED:
                yield from (_required(function, parameter, length) for length in lengths(parameter))
            elif limited(parameter) and parameter.required:
                yield from _needed(recipes, function, parameter)
            elif limited(parameter) and not parameter.needs:  # what it needs is there on servers of which all is known
                yield from (_optional(recipes, function, parameter, length) for length in lengths(parameter))
                yield from _stripped_to_longest(recipes, function, parameter)
            elif parameter.required:
                yield _empty(function, parameter)


def limited(parameter: Parameter) -> bool:
    """Whether a parameter's length decides; one that names an entity is looked up, however long it is."""
    return parameter.documented.max is not None and parameter.documented.reference is None


def lengths(parameter: Parameter) -> tuple[Length, ...]:
    """The lengths around both dialects' limits, each length once."""
    documented, shipped = parameter.documented, parameter.shipped
    assert documented.max is not None
    furthest = max(documented.max, shipped.max or 0)
    named = (
        ("empty", 0),
        ("too-short", documented.min - 1),
        ("shortest", documented.min),
        ("longest", documented.max),
        ("too-long", documented.max + 1),
        ("longest-shipped", furthest),
        ("too-long-shipped", furthest + 1),
        ("far-too-long", furthest + FAR),
    )
    first = {size: rule for rule, size in reversed(named)}
    return tuple(Length(first[size], size) for size in sorted(first))


def _needed(recipes: Recipes, function: Function, parameter: Parameter) -> Iterator[Case]:
    """The lengths of a required parameter: of a name of the run's own, those that its digits fit into.

    Shorter names are somebody else's: they are sent only where every server refuses them.
    """
    for length in lengths(parameter):
        own = parameter.sample is not None and is_own(parameter.sample)
        value = "5" * length.size
        if own and length.size >= OWN_DID_LENGTH:
            value = f"{parameter.sample}{'5' * (length.size - OWN_DID_LENGTH)}"
        refused = refused_everywhere(parameter, value) or not value
        if own and value == "5" * length.size and not refused:
            continue
        call = Param(parameter.name, value)
        steps = (recipes.call(function, call),) if refused else recipes.carrying(function, call)
        yield recipes.case(
            _id(function, parameter, length.rule),
            _title(function, parameter, length),
            parameter.clause,
            *steps,
            level=Level.PROBE if refused else recipes.level_of_name(function, parameter, length.size),
        )


def _optional(recipes: Recipes, function: Function, parameter: Parameter, length: Length) -> Case:
    value = "5" * length.size
    return recipes.case(
        _id(function, parameter, length.rule),
        _title(function, parameter, length),
        parameter.clause,
        *recipes.carrying(function, Param(parameter.name, value)),
        level=level_of(function, parameter, value),
    )


def _stripped_to_longest(recipes: Recipes, function: Function, parameter: Parameter) -> Iterator[Case]:
    size = parameter.shipped.max
    if size is None:
        return
    yield recipes.case(
        _id(function, parameter, "longest-stripped"),
        f"{function.name} with a tab and an exclamation mark behind {size} characters of {parameter.name}",
        parameter.clause,
        *recipes.carrying(function, Param(parameter.name, "5" * size + STRIPPED_BEHIND)),
    )


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a required parameter of some length is sent safely."""

    steps: tuple[Step, ...]
    level: Level = Level.PROBE
    maybe: tuple[str, ...] = ()


def _required(function: Function, parameter: Parameter, length: Length) -> Case:
    attempt = _REQUIRED[function.name, parameter.name](parameter, length.size)
    return case(
        _id(function, parameter, length.rule),
        _title(function, parameter, length),
        parameter.clause,
        *attempt.steps,
        level=attempt.level,
        maybe=attempt.maybe,
    )


def pattern(size: int) -> str:
    """A DID of that many characters: the run's own if they are enough for its digits."""
    return FOREIGN.get(size, "<did>" + "5" * (size - OWN_DID_LENGTH) if size else "")


def _fits(parameter: Parameter, size: int) -> bool:
    return OWN_DID_LENGTH <= size <= (parameter.documented.max or 0)


def _foreign(size: int) -> tuple[str, ...]:
    return (FOREIGN[size],) if size == max(FOREIGN) else ()


def _added(parameter: Parameter, size: int) -> Attempt:
    foreign = _foreign(size)
    creates = Level.STANDARD if _fits(parameter, size) else Level.PROBE
    return Attempt((add(pattern(size)),), Level.FULL if foreign else creates, foreign)


def _updated(parameter: Parameter, size: int) -> Attempt:
    did = pattern(size)
    if size in FOREIGN:
        return Attempt((update(did),), maybe=_foreign(size))
    if _fits(parameter, size):
        return Attempt((setup(add(did)), update(did, OFF)), Level.STANDARD)
    return Attempt((update(did, OFF),))


def _copied_from(parameter: Parameter, size: int) -> Attempt:
    """A source that nobody knows is sent with a description that is refused, should it exist after all."""
    did = pattern(size)
    if _fits(parameter, size):
        return Attempt((setup(add(did)), copy(did, "<did2>")), Level.STANDARD)
    return Attempt((copy(did, "<did2>", TOO_SHORT),), maybe=_foreign(size))


def _copied_onto(_: Parameter, size: int) -> Attempt:
    """The length is checked before the source is looked up: one that does not exist will do, and nothing is copied."""
    level = Level.FULL if _foreign(size) else Level.PROBE
    return Attempt((copy("<did>", did_list(size), TOO_SHORT),), level)


_REQUIRED: Mapping[tuple[str, str], Callable[[Parameter, int], Attempt]] = {
    ("add_did", "did_pattern"): _added,
    ("update_did", "did_pattern"): _updated,
    ("copy_did", "source_did_pattern"): _copied_from,
    ("copy_did", "new_dids"): _copied_onto,
}


def did_list(size: int) -> str:
    """A list of that many characters: the same DID over and over, the last one longer to fill it up."""
    if size in FOREIGN or size == 0:
        return pattern(size)
    count, rest = divmod(size + 1, OWN_DID_LENGTH + 1)
    return ",".join(["<did2>"] * count) + "5" * rest


def _absent(recipes: Recipes, function: Function, parameter: Parameter) -> Case:
    call = recipes.call(function) if function.is_described else Step(function.name)
    others = tuple(p for p in call.params if p.name != parameter.name)
    return recipes.case(
        _id(function, parameter, "absent"),
        f"{function.name} without {parameter.name}",
        parameter.clause,
        Step(function.name, others),
        level=Level.PROBE,
    )


def _empty(function: Function, parameter: Parameter) -> Case:
    return case(
        _id(function, parameter, "empty"),
        f"{function.name} with an empty {parameter.name}",
        parameter.clause,
        Step(function.name, (Param(parameter.name, ""),)),
        level=Level.PROBE,
    )


def _id(function: Function, parameter: Parameter, rule: str) -> str:
    return f"{function.name}/{parameter.name}/{rule}"


def _title(function: Function, parameter: Parameter, length: Length) -> str:
    size = {0: "an empty {}", 1: "a {} of 1 character"}.get(length.size, f"a {{}} of {length.size:,} characters")
    return f"{function.name} with {size.format(parameter.name)}"
