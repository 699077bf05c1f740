"""What a server may be: builds that behave alike, SQL mode, use_non_latin, PHP, whose rules it follows, its form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product

from conformance.contract.contract import Contract
from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Build, Dialect, ServerSettings, SqlErrors, SqlMode


@dataclass(frozen=True, order=True, slots=True)
class Builds:
    """Builds that the contract does not tell apart, from the first to the last of them."""

    first: Build
    last: Build

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"

    def __contains__(self, build: Build) -> bool:
        """Whether a build behaves like these; one that is newer than all behaves like the newest."""
        return self.first <= build and (build <= self.last or self.last == NEWEST_BUILD)


@dataclass(frozen=True)
class Hypothesis:
    """One way that a server may be. `rules` and `form` are two choices: see "Two dialects" in docs/architecture.md."""

    builds: Builds
    sql_mode: SqlMode
    non_latin: bool
    sql_errors: SqlErrors
    rules: Dialect
    form: Dialect

    @cached_property
    def settings(self) -> ServerSettings:
        """The settings of such a server; its build stands for all that behave like it."""
        return ServerSettings(self.builds.first, self.sql_mode, self.non_latin, self.sql_errors)


def builds(contract: Contract) -> tuple[Builds, ...]:
    """Every described build, parted where something in the contract begins or ends."""
    bounds = {build for text in _bounds(contract) if OLDEST_BUILD < (build := Build.parse(text)) <= NEWEST_BUILD}
    after = Build(NEWEST_BUILD.major, NEWEST_BUILD.minor, NEWEST_BUILD.number + 1)
    return tuple(Builds(first, _before(then)) for first, then in pairwise(sorted({OLDEST_BUILD, *bounds, after})))


def _before(build: Build) -> Build:
    return Build(build.major, build.minor, build.number - 1)


def _bounds(contract: Contract) -> Iterator[str]:
    for function in (contract.common, *contract.functions.values()):
        yield function.since
        for parameter in function.parameters:
            yield from (parameter.since, *parameter.kept_before)
    for deviation in contract.deviations.values():
        yield from (deviation.since, *((deviation.until,) if deviation.until else ()))


def hypotheses(contract: Contract) -> tuple[Hypothesis, ...]:
    """Everything that a server may be."""
    choices = product(builds(contract), SqlMode, (False, True), SqlErrors, Dialect, Dialect)
    return tuple(Hypothesis(*choice) for choice in choices)


@dataclass(frozen=True, slots=True)
class Placed:
    """Hypotheses that are every combination of these: what a server is, as far as it is known."""

    builds: tuple[Builds, ...]
    sql_modes: tuple[SqlMode, ...]
    non_latin: tuple[bool, ...]
    sql_errors: tuple[SqlErrors, ...]
    rules: tuple[Dialect, ...]
    forms: tuple[Dialect, ...]


def placed(left: Iterable[Hypothesis]) -> tuple[Placed, ...]:
    """Hypotheses in as few rows as are found by joining those that differ in one choice, the builds first."""
    rows = {((h.builds,), (h.sql_mode,), (h.non_latin,), (h.sql_errors,), (h.rules,), (h.form,)) for h in left}
    for place in range(6):
        joined: dict[tuple[object, ...], set[object]] = {}
        for row in rows:
            joined.setdefault((*row[:place], *row[place + 1 :]), set()).update(row[place])
        rows = {
            (*rest[:place], tuple(sorted(values)), *rest[place:])  # type: ignore[type-var, misc]
            for rest, values in joined.items()
        }
    return tuple(Placed(*row) for row in sorted(rows))


def spans(parted: Iterable[Builds]) -> str:
    """Builds in words, neighbours taken together."""
    found: list[Builds] = []
    for each in sorted(parted):
        if found and _before(each.first) == found[-1].last:
            found[-1] = Builds(found[-1].first, each.last)
        else:
            found.append(each)
    return " or ".join(map(str, found))
