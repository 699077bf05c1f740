"""Every case of the catalogue at two builds -> what a client will see change. Pure, and nothing is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from conformance.cases.expand import requests, world
from conformance.cases.model import Case
from conformance.cases.sample import sample
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlErrors, SqlMode
from conformance.contract.world import World
from conformance.upgrade.build_changes import BuildChanges, Span, build_changes, deviating, meaning
from conformance.upgrade.compare import BuildDifference, deviations, effect, first_difference, origins
from conformance.upgrade.effect import ClientEffect
from conformance.upgrade.example import example
from conformance.upgrade.model import (
    AS_DOCUMENTED,
    PHP,
    BuildCause,
    BuildChange,
    Origin,
    PredictedChange,
    UpgradeForecast,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What is equal on both sides of a comparison."""

    dialect: Dialect
    sql_mode: SqlMode = SqlMode.LEGACY
    non_latin: bool = False

    def at(self, build: Build, php: SqlErrors = SqlErrors.THROWN) -> ServerSettings:
        """The settings of a server of that build and PHP."""
        return ServerSettings(build, self.sql_mode, self.non_latin, php)

    def __str__(self) -> str:
        if self.dialect is Dialect.DOCUMENTED:
            return AS_DOCUMENTED
        return f"as shipped, {self.sql_mode} SQL, use_non_latin={int(self.non_latin)}"


SETTINGS = (
    *(Setting(Dialect.SHIPPED, mode, latin) for mode, latin in product(SqlMode, (False, True))),
    Setting(Dialect.DOCUMENTED),
)
"""All that can change a prediction besides the build; documentation knows neither SQL modes nor use_non_latin."""


@dataclass(frozen=True, slots=True)
class SeenDifference:
    """A difference in a case. `alone` says that only one thing about the request comes to it."""

    case: str
    requests: tuple[Request, ...]
    setting: Setting
    difference: BuildDifference
    alone: bool


_Key = tuple[Origin, ClientEffect, str]


def forecast(
    contract: Contract,
    cases: Iterable[Case],
    old: Build,
    new: Build,
    settings: Iterable[Setting] = SETTINGS,
    *,
    php: tuple[SqlErrors, SqlErrors] = (SqlErrors.THROWN, SqlErrors.THROWN),
) -> UpgradeForecast:
    """What a client will see change, as far as cases show it, when a server of one build and PHP becomes another."""
    known = build_changes(contract, Span(min(old, new), max(old, new), php))
    php_downgrade = php == (SqlErrors.THROWN, SqlErrors.IGNORED)
    downgrade = new < old or (new == old and php_downgrade)
    worlds = {
        one: (world(contract, sample(), one.at(old, php[0])), world(contract, sample(), one.at(new, php[1])))
        for one in settings
    }
    groups = _groups(contract, cases, worlds, known) if (old, php[0]) != (new, php[1]) else {}
    changes = [
        _change(contract, key, seen, known, downgrade=php_downgrade if key[0].build == PHP else downgrade)
        for key, seen in groups.items()
    ]
    ranked = tuple(sorted(changes, key=_rank))
    told = [f" with {one.php}" if php[0] is not php[1] else "" for one in php]
    told_changes = tuple(_build_changes(contract, new, php[1], known, ranked))
    return UpgradeForecast(f"{old}{told[0]}", f"{new}{told[1]}", downgrade, ranked, told_changes)


def _rank(change: PredictedChange) -> tuple[object, ...]:
    origin = change.origin
    places = list(ClientEffect).index(change.effect), list(BuildCause).index(origin.cause), origin.age
    return (change.only == AS_DOCUMENTED, *places, change.only, origin.field or "", origin.function)


def _groups(
    contract: Contract, cases: Iterable[Case], worlds: Mapping[Setting, tuple[World, World]], known: BuildChanges
) -> Mapping[_Key, list[SeenDifference]]:
    groups: dict[_Key, list[SeenDifference]] = defaultdict(list)
    for case in cases:
        sent = requests(case, sample(), 0)
        found: dict[tuple[Origin, ClientEffect], list[SeenDifference]] = defaultdict(list)
        for setting, both in worlds.items():
            difference = first_difference(contract, sent, both, setting.dialect)
            if difference is not None:
                came_from = origins(contract, difference, known)
                seen = SeenDifference(case.id, sent, setting, difference, len(came_from) == 1)
                for origin in came_from:
                    found[origin, effect(contract, difference)].append(seen)
        for (origin, what), all_seen in found.items():
            groups[origin, what, _only(all_seen)] += all_seen
    return groups


def _only(all_seen: list[SeenDifference]) -> str:
    """The setting without which a case does not show a change; empty if there is none."""
    shipped = [seen.setting for seen in all_seen if seen.setting.dialect is Dialect.SHIPPED]
    if not shipped:
        return AS_DOCUMENTED
    modes, latins = {one.sql_mode for one in shipped}, {one.non_latin for one in shipped}
    mode = f"{min(modes)} SQL" if len(modes) == 1 else ""
    latin = f"use_non_latin={int(min(latins))}" if len(latins) == 1 else ""
    return ", ".join(filter(None, (mode, latin)))


def _change(
    contract: Contract, key: _Key, all_seen: list[SeenDifference], known: BuildChanges, *, downgrade: bool
) -> PredictedChange:
    origin, what, only = key
    shown = min(all_seen, key=lambda seen: _clarity(seen, origin))
    before, after = (
        frozenset().union(*(deviations(contract, side.end) for side in sides))
        for sides in zip(*(seen.difference.sides for seen in all_seen), strict=True)
    )
    turned = {id for id in before ^ after if ("", id, BuildCause.DEVIATION) in known}
    return PredictedChange(
        origin,
        what,
        only,
        meaning(contract, origin, what, downgrade=downgrade),
        len({seen.case for seen in all_seen}),
        example(contract, shown.case, shown.requests, shown.difference, str(shown.setting)),
        tuple(sorted(turned & after)),
        tuple(sorted(turned & before)),
    )


def _clarity(seen: SeenDifference, origin: Origin) -> tuple[bool, ...]:
    """The least is the clearest example: a server's, of this cause alone, in a case of this function."""
    return (
        seen.setting.dialect is Dialect.DOCUMENTED,
        not seen.alone,
        not seen.case.startswith(f"{origin.function}/"),
    )


def _build_changes(
    contract: Contract, new: Build, php: SqlErrors, known: BuildChanges, changes: tuple[PredictedChange, ...]
) -> Iterator[BuildChange]:
    origins_shown = {change.origin for change in changes}
    deviations_shown = {id for change in changes for id in (*change.begin, *change.end)}
    for origin in known.values():
        if origin.cause is not BuildCause.DEVIATION or origin.field is None:
            yield BuildChange(origin, Build.parse(origin.build) <= new, origin in origins_shown)
        else:
            begins = bool(deviating(contract, origin.field, (php,))(new))
            yield BuildChange(origin, begins, origin.field in deviations_shown, contract.deviations[origin.field])
