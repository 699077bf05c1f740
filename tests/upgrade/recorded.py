"""What recordings say of two builds: every scenario on both of them, and where replies or rows differ.

A scenario is the same on two builds if its name and its place among those of that name are the same, and every request
of it, byte for byte; `test_recorded.py` checks that. The files of the older builds leave out what was recorded there as
on 2.14-202 (fixtures/recordings/README.md): there the newer recording stands for the older one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import permutations

from conformance.cases.model import Case
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.settings import Build, Dialect, ServerSettings
from conformance.exchange import Reply
from conformance.upgrade.build_changes import BuildChanges, Span, build_changes
from conformance.upgrade.compare import BuildDifference, effect, first_difference, origins
from conformance.upgrade.effect import ClientEffect
from conformance.upgrade.forecast import Setting, forecast
from conformance.upgrade.model import BuildCause
from tests.support.recordings import Scenario, scenarios
from tests.support.world import recorded_world

NEWEST = Build(2, 14, 202)
BUILDS = (Build(2, 14, 137), Build(2, 14, 179), NEWEST)
PAIRS = tuple(permutations(BUILDS, 2))
"""Upgrades and downgrades between the builds that were recorded."""

Key = tuple[str, str | None, BuildCause, ClientEffect]
"""A change as a scenario shows it: function, field, cause and effect."""


@dataclass(frozen=True)
class Pair:
    """One scenario on two builds."""

    name: str
    before: Scenario
    after: Scenario

    @property
    def requests(self) -> tuple[Request, ...]:
        """What was sent, to both."""
        return tuple(exchange.request for exchange in self.before.exchanges)

    def calls(self, function: str, field: str | None) -> bool:
        """Whether one of its requests calls a function, and sends a field with a value."""
        sent = [request.parameters.values for request in self.requests]
        return any(one.get("function") == function.encode() and (not field or one.get(field)) for one in sent)

    @property
    def differs_at(self) -> int | None:
        """The first exchange whose replies differ, from 0; the last one if only rows do; None if nothing does."""
        for place, (one, other) in enumerate(zip(self.before.exchanges, self.after.exchanges, strict=True)):
            assert isinstance(one.result, Reply)
            assert isinstance(other.result, Reply)
            if (one.result.status, one.result.body) != (other.result.status, other.result.body):
                return place
        return len(self.before.exchanges) - 1 if self.before.rows != self.after.rows else None


@dataclass(frozen=True)
class Verdict:
    """How predictions do against the recordings of some scenarios on two builds, by the scenarios' names."""

    differing: frozenset[str]
    found: Mapping[str, frozenset[Key]]

    @property
    def missed(self) -> frozenset[str]:
        """Scenarios that differ, and no difference was predicted."""
        return self.differing - self.found.keys()

    @property
    def extra(self) -> frozenset[str]:
        """Scenarios for which a difference was predicted, and which were recorded alike."""
        return self.found.keys() - self.differing

    def unlisted(self, known: frozenset[Key]) -> Mapping[str, frozenset[Key]]:
        """Scenarios that differ by something that is not on a list of changes."""
        lacking = {name: frozenset(k for k in keys if not _is_in(k, known)) for name, keys in self.found.items()}
        return {name: keys for name, keys in lacking.items() if keys}


@cache
def recorded(build: Build) -> Mapping[str, Scenario]:
    """All scenarios of a build by name and place."""
    own = {scenario.id.partition("#")[2]: scenario for scenario in scenarios(f"vicidial-{build}")}
    return own if build == NEWEST else {**recorded(NEWEST), **own}


@cache
def pairs(old: Build, new: Build) -> tuple[Pair, ...]:
    """Every scenario on both builds."""
    before, after = recorded(old), recorded(new)
    return tuple(Pair(name, before[name], after[name]) for name in before)


def predicted(contract: Contract, pair: Pair, old: Build, new: Build) -> BuildDifference | None:
    """The first difference that the contract predicts for a scenario."""
    worlds = recorded_world(ServerSettings(old)), recorded_world(ServerSettings(new))
    return first_difference(contract, pair.requests, worlds, Dialect.SHIPPED)


def keys(contract: Contract, difference: BuildDifference, known: BuildChanges) -> frozenset[Key]:
    """The changes that a difference comes from."""
    what = effect(contract, difference)
    return frozenset((o.function, o.field, o.cause, what) for o in origins(contract, difference, known))


AS_RECORDED = Setting(Dialect.SHIPPED)
"""Legacy SQL and use_non_latin=0: the only settings in which older builds were recorded."""


def listed(contract: Contract, cases: Iterable[Case], old: Build, new: Build) -> frozenset[Key]:
    """The changes that a forecast lists for servers set up as the recorded ones."""
    changes = forecast(contract, cases, old, new, [AS_RECORDED]).changes
    return frozenset((c.origin.function, c.origin.field, c.origin.cause, c.effect) for c in changes)


def judge(contract: Contract, old: Build, new: Build, some: Iterable[Pair]) -> Verdict:
    """Hold what the contract predicts for scenarios against what was recorded."""
    some = tuple(some)
    known = build_changes(contract, Span(min(old, new), max(old, new)))
    found = {pair.name: predicted(contract, pair, old, new) for pair in some}
    return Verdict(
        differing=frozenset(pair.name for pair in some if pair.differs_at is not None),
        found={name: keys(contract, difference, known) for name, difference in found.items() if difference},
    )


def contradicted(contract: Contract, known: frozenset[Key], old: Build, new: Build) -> frozenset[Key]:
    """The changes on a list about which there are scenarios, every one of them recorded alike on both builds."""
    about = {key: [pair for pair in pairs(old, new) if is_about(contract, pair, key)] for key in known}
    return frozenset(key for key, some in about.items() if some and all(pair.differs_at is None for pair in some))


def is_about(contract: Contract, pair: Pair, key: Key) -> bool:
    """Whether a scenario could show a change: it calls the function and sends the field; or it is cited as evidence."""
    function, field, cause, _ = key
    if cause is BuildCause.DEVIATION and field is not None:
        cited = {name.partition("#")[2] for name in contract.deviations[field].evidence}
        return pair.name in cited and pair.calls(function, None)
    return pair.calls(function, field)


def _is_in(key: Key, known: frozenset[Key]) -> bool:
    """Whether a change is on the list; one whose reply is unknown to the list stands for each of its effects."""
    return key in known or (*key[:3], ClientEffect.UNKNOWN) in known
