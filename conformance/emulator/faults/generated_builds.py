"""Faults of builds: a server that has something one build too late, or one build too early."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.contract.contract import Contract
from conformance.contract.parameter import Parameter
from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Build
from conformance.emulator.config import Config
from conformance.emulator.faults.generated import (
    Mutation,
    described,
    function_mutation,
    mutant,
    nowhere_shown,
    parameter_mutation,
)
from conformance.emulator.faults.model import Fault, FaultKind


def faults(contract: Contract) -> Iterator[Fault]:
    """Both for each function, each parameter and each change of sanitising that the known builds brought."""
    for function in described(contract):
        name = function.name
        yield from _pair(name, name, function.since, partial(_known_since, name))
        for parameter in function.parameters:
            yield from _parameter(name, parameter)


def _known_since(function: str, since: str) -> Mutation:
    return function_mutation(function, since=since)


def _parameter(function: str, parameter: Parameter) -> Iterator[Fault]:
    def read_since(since: str) -> Mutation:
        return parameter_mutation(function, parameter.name, since=since)

    what = f"{parameter.name} in {function}"
    yield from _pair(f"{function}/{parameter.name}", what, parameter.since, read_since, nowhere_shown(parameter))
    hidden = nowhere_shown(parameter)
    for before, kept in parameter.kept_before.items():
        changed = partial(_sanitised_since, function, parameter, kept)
        yield from _pair(
            f"{function}/{parameter.name}/sanitising", f"the new sanitising of {what}", before, changed, hidden
        )


def _sanitised_since(function: str, parameter: Parameter, kept: str, since: str) -> Mutation:
    kept_before: Mapping[str, str] = {since: kept}
    return parameter_mutation(function, parameter.name, kept_before=kept_before)


def _pair(
    id: str, what: str, since: str, mutation: Callable[[str], Mutation], hidden: str | None = None
) -> Iterator[Fault]:
    """The server of the build that brought it without it, and the server before that with it."""
    build = Build.parse(since)
    if OLDEST_BUILD <= build <= NEWEST_BUILD:
        later = replace(build, number=build.number + 1)
        title = f"A server of build {build} does not have {what} yet"
        yield mutant(
            f"{id}/late", title, FaultKind.BUILD, mutation(str(later)), config=partial(on_build, build), hidden=hidden
        )
    if OLDEST_BUILD < build <= NEWEST_BUILD:
        before = replace(build, number=build.number - 1)
        title = f"A server of build {before} has {what} already"
        yield mutant(
            f"{id}/early",
            title,
            FaultKind.BUILD,
            mutation(str(before)),
            config=partial(on_build, before),
            hidden=hidden,
        )


def on_build(build: Build, config: Config) -> Config:
    """The same server, of another build."""
    return with_settings(config, build=build)


def with_settings(config: Config, **changes: Any) -> Config:
    """The same server with other settings."""
    return replace(config, settings=replace(config.settings, **changes))
