"""The order of checks: of two faults in one request, the one that is checked first answers (observed.md section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise
from types import MappingProxyType

from conformance.cases.make import case
from conformance.cases.model import Case, Level, Param, Role, Step
from conformance.cases.recipes import Recipes
from conformance.cases.refusal import refused_everywhere, refused_value, refused_where_known
from conformance.cases.roles import ROLES
from conformance.cases.steps import TOO_SHORT, add, copy, setup, update
from conformance.contract.contract import Contract
from conformance.contract.function import Effect, Function
from conformance.contract.parameter import Parameter
from conformance.contract.settings import OLDEST_BUILD

CLAUSE = "observed.md#2"


def cases(contract: Contract) -> Iterator[Case]:
    """Every pair of faults that one request can have: among all checks, and among the optional fields."""
    recipes = Recipes(contract)
    for function in contract.functions.values():
        if function.name not in BASES and function.permission is not None and function.is_described:
            yield from _generic(recipes, function)
    for name, base in BASES.items():
        function = contract.functions[name]
        for first, second in combinations((*COMMON, *OWN[name]), 2):
            if not first.sets & second.sets:
                yield _checks(function, base, first, second)
        for earlier, later in combinations(function.optional, 2):
            yield _fields(recipes, function, earlier, later)
    yield _checks(contract.functions["update_did"], BASES["update_did"], MISSING, NO_DELETION)


@dataclass(frozen=True, slots=True)
class BrokenCheck:
    """What makes one check fail. Faults that set the same thing cannot be in one request."""

    check: str
    role: Role | None = None
    function: str | None = None
    source: str | None = None
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def sets(self) -> frozenset[str]:
        """The parts of a request that this fault needs for itself."""
        own = {"role": self.role, "function": self.function, "source": self.source}
        return frozenset((*(name for name, value in own.items() if value is not None), *self.params))

    def of(self, step: Step) -> Step:
        """The same request, with this fault."""
        kept = tuple(param for param in step.params if param.name not in self.params)
        return replace(
            step,
            role=self.role or step.role,
            function=self.function or step.function,
            source=self.source or step.source,
            params=(*kept, *(Param(name, value) for name, value in self.params.items())),
        )


COMMON = (
    BrokenCheck("login", role=Role.UNKNOWN),
    BrokenCheck("function", function="no_such_function"),
    BrokenCheck("source", source="t"),
    BrokenCheck("allowed", role=Role.RESTRICTED_FUNCTIONS),
    BrokenCheck("permission", role=Role.NO_MODIFY_DIDS),
)

_DESCRIPTION = {TOO_SHORT.name: TOO_SHORT.value}

MISSING = BrokenCheck("existence", params={"did_pattern": "<did>"})

NO_DELETION = BrokenCheck("delete", role=Role.NO_DELETE_DIDS, params={"delete_did": "Y"})
"""Checked right after existence, for DIDs that are there; what comes before existence is tried with that."""

BASES = {"add_did": add("<did>"), "update_did": update("<did>"), "copy_did": copy("<did>", "<did2>")}
"""A request of each function to which faults are done. The DID that update and copy need does not exist."""

OWN = {
    "add_did": (
        BrokenCheck("required", params={"did_pattern": ""}),
        MISSING,
        BrokenCheck("optional", params=_DESCRIPTION),
    ),
    "update_did": (
        BrokenCheck("required", params={"did_pattern": ""}),
        MISSING,
        BrokenCheck("optional", params=_DESCRIPTION),
    ),
    "copy_did": (
        BrokenCheck("required", params={"new_dids": ""}),
        BrokenCheck("existence", params={"source_did_pattern": "<did>"}),
        BrokenCheck("optional", params=_DESCRIPTION),
    ),
}
"""The faults of each function's own checks, in the order of the checks."""


def _generic(recipes: Recipes, function: Function) -> Iterator[Case]:
    """The same for a function of which the contract says all: neighbours, and what every server refuses by itself."""
    faults = [*COMMON[:4], *_own_faults(function)]
    for first, second in combinations(faults, 2):
        if not first.sets & second.sets:
            yield recipes.case(
                f"{function.name}/order/{first.check}-before-{second.check}",
                f"{function.name} checks {first.check} before {second.check}",
                CLAUSE,
                first.of(second.of(recipes.call(function))),
                level=Level.PROBE,
            )
    fields = [parameter for parameter in function.optional if refused_where_known(parameter, refused_value(parameter))]
    for earlier, later in pairwise(fields):
        yield _fields(recipes, function, earlier, later)


def _own_faults(function: Function) -> Iterator[BrokenCheck]:
    """What makes a function's own checks fail, in the order of the checks, as far as no row has to be there for it."""
    needed = function.permission
    lacking = next((r for r, may in ROLES.items() if needed and may.without == frozenset(needed.settings[:1])), None)
    if lacking is not None:
        yield BrokenCheck("permission", role=lacking)
    if function.required_samples:
        yield BrokenCheck("required", params={function.required_samples[0].name: ""})
    refusable = next((parameter for parameter in function.optional if _is_refusable(parameter)), None)
    if refusable is not None:
        yield BrokenCheck("optional", params={refusable.name: refused_value(refusable)})


def _is_refusable(parameter: Parameter) -> bool:
    return refused_everywhere(parameter, refused_value(parameter))


def _checks(function: Function, base: Step, first: BrokenCheck, second: BrokenCheck) -> Case:
    """Only `add_did` has to prepare for its check of existence: it fails for a DID that is there."""
    there = function.effect is Effect.ADDS and "existence" in (first.check, second.check)
    before = (setup(add("<did>")),) if there else ()
    return case(
        f"{function.name}/order/{first.check}-before-{second.check}",
        f"{function.name} checks {first.check} before {second.check}",
        CLAUSE,
        *before,
        first.of(second.of(base)),
        level=Level.STANDARD if before else Level.PROBE,
    )


def _fields(recipes: Recipes, function: Function, earlier: Parameter, later: Parameter) -> Case:
    """The field that is checked later is sent first, so that the order in the request cannot be what decides."""
    steps = recipes.carrying(function, *(Param(p.name, refused_value(p)) for p in (later, earlier)))
    old = earlier.known_to(OLDEST_BUILD) or later.known_to(OLDEST_BUILD)
    return recipes.case(
        f"{function.name}/order/{earlier.name}-before-{later.name}",
        f"{function.name} checks {earlier.name} before {later.name}",
        CLAUSE,
        *steps,
        level=Level.PROBE if old and function.effect is Effect.ADDS else Level.STANDARD,
    )
