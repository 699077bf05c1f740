"""A call that a generator thought of, made the run's own: its login for any other, its DIDs for any other, off."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.cases.expand import placeholder
from conformance.cases.make import needs_of
from conformance.cases.model import OWN_DID_LENGTH, Case, Entity, Level, Param, Place, Role, Step
from conformance.cases.recipes import Recipes, is_own
from conformance.cases.steps import OFF, add, effects, setup
from conformance.contract.contract import Contract
from conformance.contract.function import Effect, Function
from conformance.contract.mysql import kept_inside
from conformance.contract.predict import LOG_SOURCE_SIZE

WRITING = frozenset({"add_did", "copy_did", "update_did"})
READING = frozenset({"version", "agent_status", "campaigns_list"})
"""The functions that are fuzzed. Others, such as add_lead, would leave something that no call takes back."""

SHORTEST_DID = 2
"""Characters of the shortest value that is read as a DID; a shorter one is refused."""


def names_own_rows(contract: Contract, function: Function) -> bool:
    """Whether a function adds or deletes rows that a run can make its own, ask for and remove, beside the DIDs.

    Rows that belong to something of the target are none.
    """
    kinds, named = contract.kinds_of(function), contract.targets(function)
    known = function.name not in WRITING and function.effect in (Effect.ADDS, Effect.DELETES)
    samples = [parameter.sample or "" for parameter in function.required]
    alone = all(samples) and not any("<" in sample and not is_own(sample) for sample in samples)
    return (
        known and alone and all(kind.ask and kind.undo for kind in kinds) and any(is_own(p.sample or "") for p in named)
    )


_METHODS = frozenset({"GET", "POST", "PUT", "OPTIONS"})
"""The methods whose effect was recorded, of those that Schemathesis uses."""

_UNPREPARED = 8
"""Every eighth input finds no DID to change or copy."""


@dataclass(frozen=True, slots=True)
class Input:
    """A call as Schemathesis thought of it: names with their values in order."""

    method: str
    place: Place
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes an input the run's own: its login in place of any other, its DIDs in place of any other, off."""

    contract: Contract
    function: Function
    entities: frozenset[Entity]

    def step(self, given: Input) -> Step | None:
        """The input as a step, without names of no parameter; None for one that nobody knows how servers read."""
        if given.method not in _METHODS:
            return None
        sent = {name for name, _ in given.pairs}
        known = {"function", "source"} | self.function.by_name.keys()
        params = [Param(name, self._own(name, value)) for name, value in given.pairs if name in known]
        named = [param.value for param in params if param.name == "function"]
        if named == [self.function.name]:
            params = [param for param in params if param.name != "function"]
        if self.function.name == "add_did" and "active" not in sent:
            params.append(OFF)
        return Step(
            self.function.name if named == [self.function.name] else None,
            tuple(params),
            role=Role.ADMIN if {"user", "pass"} <= sent else Role.NOBODY,
            source=None,
            method=given.method,
            place=given.place,
        )

    def case(self, step: Step, number: int) -> Case:
        """A case of the step: prepared for, followed by what shows its effect."""
        if names_own_rows(self.contract, self.function):
            return self._of_rows(step, number)
        writes = self.function.name in WRITING
        acts = (*(self._before(step) if number % _UNPREPARED else ()), step)
        level = Level.STANDARD if writes else Level.PROBE
        steps = (*acts, *effects((step,), level)) if writes else acts
        title = f"an input of Schemathesis for {self.function.name}"
        id = f"{self.function.name}/schema/{number:06d}"
        return Case(id, title, self.function.clause, level, steps, needs=needs_of(steps))

    def _of_rows(self, step: Step, number: int) -> Case:
        recipes = Recipes(self.contract)
        before = recipes.before(self.function, step) if number % _UNPREPARED else ()
        title, id = f"an input of Schemathesis for {self.function.name}", f"{self.function.name}/schema/{number:06d}"
        return recipes.case(id, title, self.function.clause, *before, step)

    def _before(self, step: Step) -> tuple[Step, ...]:
        needed = {"update_did": "did_pattern", "copy_did": "source_did_pattern"}.get(self.function.name)
        values = [param.value for param in step.params if param.name == needed]
        return (setup(add(values[-1])),) if values and "<did" in values[-1] else ()

    def _own(self, name: str, generated: str) -> str:
        """The value as this run may send it."""
        if generated in (f"<{entity}>" for entity in self.entities):
            return generated
        value = kept_inside(placeholder().sub("", generated))
        if name == "function":
            return value if _kept(value) in ("", self.function.name) else f"nosuch{value}"
        if name == "active" and self.function.name == "add_did":
            return OFF.value if re.sub("[^A-Z]", "", value) == "Y" else value
        if name in _OWN:
            return _OWN[name](value)
        return self._of_key(name, value) if names_own_rows(self.contract, self.function) else value

    def _of_key(self, name: str, value: str) -> str:
        """The value of a key's column: the run's own digits, or what the kind fixes; one that is refused stays."""
        (kind, *_), parameter = self.contract.kinds_of(self.function), self.function.by_name.get(name)
        if parameter is None or parameter.column not in kind.key:
            return value
        if len(re.findall(f"[{parameter.kept}]", value)) < parameter.shipped.min:
            return "".join(re.findall(f"[{parameter.kept}]", value))
        if parameter.column != kind.own:
            return kind.fixed[parameter.column]
        return f"{parameter.sample}{value[OWN_DID_LENGTH : kind.own_column.size]}"


def _kept(function: str) -> str:
    return re.sub("[^-_0-9A-Za-z]", "", function)


def _ascii(value: str) -> str:
    """One character that no reading takes for two."""
    return value if value.isascii() else ""


def _short_source(value: str) -> str:
    """What fits into the log: for more, strict SQL answers an error after the work is done."""
    return value.encode()[:LOG_SOURCE_SIZE].decode(errors="ignore")


def _own_did(value: str, did: str = "<did>") -> str:
    """A DID of the case's own in place of the first characters, behind a plus if there was one."""
    if len(value) < SHORTEST_DID:
        return _ascii(value)
    plus = "+" if value.startswith("+") else ""
    return f"{plus}{did}{value[len(plus) + OWN_DID_LENGTH :]}"


_OVERLONG = re.compile(f"([^,]{{35}})[^,](?=[^,]{{{OWN_DID_LENGTH}}})")
"""Where a comma makes two entries, neither too long nor too short, of one."""


def _own_list(value: str) -> str:
    """The same for each entry of a list, which keeps its length: an entry too long to be deleted becomes several."""
    if len(value) < SHORTEST_DID:
        return _ascii(value)
    entries = _OVERLONG.sub(r"\1,", value).split(",")
    padded = (entry.ljust(SHORTEST_DID, "0") for entry in entries)
    return ",".join(_own_did(entry, f"<did{2 + number % 8}>") for number, entry in enumerate(padded))


_OWN: Mapping[str, Callable[[str], str]] = {
    "source": _short_source,
    "did_pattern": _own_did,
    "source_did_pattern": _own_did,
    "new_dids": _own_list,
}
"""What makes the values of a parameter the run's own."""
