"""What the contract says begins or ends between two builds, the build at which it does, and what that means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from conformance.contract.contract import Contract
from conformance.contract.function import Function
from conformance.contract.parameter import Parameter
from conformance.contract.sanitise import sanitise
from conformance.contract.settings import Build, ServerSettings, SqlErrors, SqlMode
from conformance.upgrade.effect import WORDS, ClientEffect
from conformance.upgrade.model import PHP, BuildCause, Origin

_PROBE = "".join(map(chr, range(0x20, 0x7F))).encode() + "é".encode()
"""Every printable ASCII character and a letter of another script: what is left of it is what a server keeps."""

Trait = Callable[[Build], object]
"""Something of a server that its build decides."""

BuildChanges = Mapping[tuple[str, str | None, BuildCause], Origin]
"""What is not the same at two builds, by function, field and cause. A deviation is of no function."""

_BEGINS: Mapping[BuildCause, str] = {
    BuildCause.FUNCTION: "The server gains this function; before, it answers NO FUNCTION SPECIFIED.",
    BuildCause.FIELD: "The server begins to read this field; before, it ignores it without a word.",
}
_ENDS: Mapping[BuildCause, str] = {
    BuildCause.FUNCTION: "The server no longer has this function, and answers NO FUNCTION SPECIFIED.",
    BuildCause.FIELD: "The server no longer reads this field: it ignores it without a word.",
}
_EITHER: Mapping[BuildCause, str] = {
    BuildCause.SANITISING: "The server strips other characters from this field before it looks at it.",
    BuildCause.TABLE: "The server prints this function's table with other columns.",
    BuildCause.BUILD: "The reply to version names the build.",
    BuildCause.UNNAMED: "The prediction differs for a reason that has no name yet.",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Two builds to compare, in the order of time. `php` is what each PHP does, in the order of the upgrade."""

    low: Build
    high: Build
    php: tuple[SqlErrors, SqlErrors] = (SqlErrors.THROWN, SqlErrors.THROWN)

    def differs(self, trait: Trait) -> bool:
        """Whether a trait is not the same at both ends."""
        return trait(self.low) != trait(self.high)

    def at(self, trait: Trait) -> str:
        """The first build after the older one that is as the newer one."""
        numbers = range(self.low.number + 1, self.high.number + 1)
        builds = (Build(self.high.major, self.high.minor, number) for number in numbers)
        return str(next(build for build in builds if trait(build) == trait(self.high)))


def build_changes(contract: Contract, span: Span) -> BuildChanges:
    """Every function, field, sanitising and deviation that is not the same at both ends."""
    return {(origin.function, origin.field, origin.cause): origin for origin in _origins(contract, span)}


def _origins(contract: Contract, span: Span) -> Iterator[Origin]:
    for function in contract.functions.values():
        if span.differs(function.known_to):
            yield Origin(function.name, None, BuildCause.FUNCTION, span.at(function.known_to))
        elif function.known_to(span.high):
            for parameter in (*contract.common.parameters, *function.parameters):
                yield from _of_field(function, parameter, span)
            if span.differs(_printing(function)):
                yield Origin(function.name, None, BuildCause.TABLE, span.at(_printing(function)))
    for id in contract.deviations:
        trait = deviating(contract, id, span.php)
        before, after = (deviating(contract, id, (errors,))(span.high) for errors in span.php)
        if span.differs(trait):
            yield Origin("", id, BuildCause.DEVIATION, span.at(trait))
        elif before != after:
            yield Origin("", id, BuildCause.DEVIATION, PHP)


def _of_field(function: Function, parameter: Parameter, span: Span) -> Iterator[Origin]:
    if not parameter.shown:
        return
    if span.differs(parameter.known_to):
        yield Origin(function.name, parameter.name, BuildCause.FIELD, span.at(parameter.known_to))
    elif parameter.known_to(span.high) and span.differs(_keeping(parameter)):
        yield Origin(function.name, parameter.name, BuildCause.SANITISING, span.at(_keeping(parameter)))


def deviating(contract: Contract, id: str, php: Collection[SqlErrors]) -> Trait:
    """Whether servers of a build, with one of these PHPs, are known to deviate so, in one setting at least."""

    def holds(build: Build) -> bool:
        settings = (ServerSettings(build, *choice) for choice in product(SqlMode, (False, True), php))
        return any(contract.deviations[id].holds_for(one) for one in settings)

    return holds


def _keeping(parameter: Parameter) -> Trait:
    def kept(build: Build) -> object:
        return [sanitise(_PROBE, parameter, ServerSettings(build, non_latin=latin)) for latin in (False, True)]

    return kept


def _printing(function: Function) -> Trait:
    """Which columns, names in the header and closing separator of its table servers of a build have."""
    table = function.table
    if table is None:
        return lambda _: None
    columns = (since for column in table.columns if not column.when for since in (column.since, column.named_since))
    all_since = [*map(Build.parse, columns), *([Build.parse(table.closing.since)] if table.closing else [])]
    return lambda build: [since <= build for since in all_since]


def meaning(contract: Contract, origin: Origin, effect: ClientEffect, *, downgrade: bool) -> str:
    """What a change means for a client, in sentences: why it happens, then what the client sees of it."""
    return f"{_why(contract, origin, downgrade=downgrade)} {WORDS[effect].meaning}"


def _why(contract: Contract, origin: Origin, *, downgrade: bool) -> str:
    if origin.cause is BuildCause.DEVIATION and origin.field is not None:
        deviation = contract.deviations[origin.field]
        first = "sql-errors-thrown" in deviation.only if origin.build == PHP else str(deviation.since) == origin.build
        begins = first is not downgrade
        return f"A deviation {'begins' if begins else 'ends'}: {deviation.title}."
    return _EITHER.get(origin.cause) or (_ENDS if downgrade else _BEGINS)[origin.cause]
