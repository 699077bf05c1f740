"""One sequence of requests at two builds: the first request that they treat differently, what it comes to, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import requests, world
from conformance.cases.sample import predicted_text, sample
from conformance.contract.call import Call, read
from conformance.contract.contract import Contract
from conformance.contract.form import refusal_name
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Build, Dialect, ServerSettings
from conformance.contract.world import World
from conformance.upgrade.build_changes import BuildChanges
from conformance.upgrade.effect import ClientEffect, Standing, standing
from conformance.upgrade.effect import effect as client_effect
from conformance.upgrade.model import BuildCause, Origin

End = Outcome | Unspecified


class BuildSide(NamedTuple):
    """One of the two builds: the world before the request, and what is predicted."""

    world: World
    end: End


@dataclass(frozen=True, slots=True)
class BuildDifference:
    """A request, by its place from 0, that the two builds treat differently in one dialect."""

    step: int
    request: Request
    dialect: Dialect
    before: BuildSide
    after: BuildSide

    @property
    def sides(self) -> tuple[BuildSide, BuildSide]:
        """The old build and the new one."""
        return self.before, self.after


def first_difference(
    contract: Contract, requests: Iterable[Request], worlds: tuple[World, World], dialect: Dialect
) -> BuildDifference | None:
    """Where replies or stored effects part. What comes after that request is only its consequence."""
    for step, request in enumerate(requests):
        before, after = (BuildSide(world, predict(contract, world, request, dialect)) for world in worlds)
        if before.end != after.end and _shown(contract, before.end, dialect) != _shown(contract, after.end, dialect):
            return BuildDifference(step, request, dialect, before, after)
        worlds = (before.world.after(before.end.changes), after.world.after(after.end.changes))
    return None


def _shown(contract: Contract, end: End, dialect: Dialect) -> object:
    return predicted_text(contract, end, dialect), end.changes


SAID_ONLY = "success-without-storing"
"""The deviation of a reply that says SUCCESS although nothing was done."""


def effect(contract: Contract, difference: BuildDifference) -> ClientEffect:
    """What a client sees of a difference."""
    before, after = (side.end for side in difference.sides)
    if isinstance(before, Unspecified) or isinstance(after, Unspecified):
        return ClientEffect.UNKNOWN
    if SAID_ONLY in after.quirks - before.quirks:
        return ClientEffect.STORED
    standings = _standing(contract, before, difference.dialect), _standing(contract, after, difference.dialect)
    return client_effect(standings, stored_alike=before.changes == after.changes)


def _standing(contract: Contract, end: Outcome, dialect: Dialect) -> Standing:
    forms = [answer.form(contract) for answer in end.answers]
    texts = [form.text(dialect) or form.shipped or "" for form in forms]
    return standing(end.status, [*texts, *(["SUCCESS: "] if end.table else [])])


def origins(contract: Contract, difference: BuildDifference, changes: BuildChanges) -> tuple[Origin, ...]:
    """What the difference comes from: what the two builds read of the request, or else what they do with it."""
    name = _called(contract, difference)
    found = tuple(_read_differently(contract, difference, changes)) or tuple(
        _done_differently(contract, difference, changes, name)
    )
    refused = tuple(origin for origin in found if _refuses(difference, origin))
    newest = str(max(side.world.settings.build for side in difference.sides))
    return refused or found or (Origin(name, None, BuildCause.UNNAMED, newest),)


def _read_differently(contract: Contract, difference: BuildDifference, changes: BuildChanges) -> Iterator[Origin]:
    before, after = (read(contract, side.world, difference.request, difference.dialect) for side in difference.sides)
    if not isinstance(before, Call) or not isinstance(after, Call):
        return
    function = before.function or after.function
    if function is None:
        return
    mine, theirs = before.values or {}, after.values or {}
    same_function = before.function is after.function
    names = [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)] if same_function else [None]
    for name, cause in product(names, (BuildCause.FUNCTION, BuildCause.FIELD, BuildCause.SANITISING)):
        if (function.name, name, cause) in changes:
            yield changes[function.name, name, cause]


def _done_differently(
    contract: Contract, difference: BuildDifference, changes: BuildChanges, name: str
) -> Iterator[Origin]:
    before, after = (deviations(contract, side.end) for side in difference.sides)
    for id in sorted(before ^ after):
        if ("", id, BuildCause.DEVIATION) in changes:
            yield replace(changes["", id, BuildCause.DEVIATION], function=name)
    tables = [getattr(side.end, "table", None) for side in difference.sides]
    if None not in tables and (name, None, BuildCause.TABLE) in changes:
        yield changes[name, None, BuildCause.TABLE]
    if any(answer.name == "version" for answer in getattr(difference.after.end, "answers", ())):
        yield Origin(name, None, BuildCause.BUILD, str(max(side.world.settings.build for side in difference.sides)))


def _refuses(difference: BuildDifference, origin: Origin) -> bool:
    """Whether it is this field, of several, that one of the two refuses."""
    answers = (answer for side in difference.sides for answer in getattr(side.end, "answers", ()))
    return origin.field is not None and refusal_name(origin.field) in {answer.name for answer in answers}


def _called(contract: Contract, difference: BuildDifference) -> str:
    sent = difference.request.parameters.values.get("function", b"").decode("latin-1")
    return sent if sent in contract.functions else contract.common.name


def deviations(contract: Contract, end: End) -> frozenset[str]:
    """The deviations that a prediction meets: those of the rules, and those of its replies' forms."""
    answers = end.answers if isinstance(end, Outcome) else ()
    forms = [answer.form(contract) for answer in answers]
    table = end.table.deviations if isinstance(end, Outcome) and end.table else ()
    of_forms = [*(form.deviations.values() for form in forms), *(form.invariants.values() for form in forms)]
    return end.quirks.union(table, *of_forms)


def stored_unseen(contract: Contract, alike: Collection[str], builds: tuple[str, str]) -> tuple[str, ...]:
    """Those of the cases with these ids that two builds are known to store otherwise although they reply alike.

    No run can show it. The settings are the usual ones of a server.
    """
    before, after = map(_described, builds)
    if before is None or after is None or before == after:
        return ()
    worlds = world(contract, sample(), ServerSettings(before)), world(contract, sample(), ServerSettings(after))
    found = []
    for case in catalogue(contract):
        if case.id in alike:
            difference = first_difference(contract, requests(case, sample(), 0), worlds, Dialect.SHIPPED)
            if difference is not None and effect(contract, difference) is ClientEffect.STORED:
                found.append(case.id)
    return tuple(found)


def _described(build: str) -> Build | None:
    try:
        found = Build.parse(build)
    except ValueError:
        return None
    return found if OLDEST_BUILD <= found <= NEWEST_BUILD else None
