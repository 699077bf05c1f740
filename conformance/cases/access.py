"""Access: who is calling (login), from where (source) and what (function name); the checks common to all functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.cases.make import Variation, case
from conformance.cases.model import Case, Level, Param, Role, Step
from conformance.cases.recipes import Recipes
from conformance.cases.steps import OFF
from conformance.contract.contract import Contract
from conformance.contract.function import Function
from conformance.contract.predict import DEBUG_UNTIL
from conformance.contract.settings import Build

REPLIES = "observed.md#3"
FIELDS = "observed.md#4"


def cases(contract: Contract) -> Iterator[Case]:
    """Logins and sources of every function, names of functions, and `version`, which asks for no login."""
    recipes = Recipes(contract)
    for function in contract.functions.values():
        if function.permission is not None:
            yield from (_login(recipes, function, login) for login in LOGINS)
            yield from (_refused_source(recipes, function, source) for source in REFUSED_SOURCES)
        if function.permission is not None and function.is_described:
            yield from (_source(recipes, function, source) for source in SOURCES)
    yield from (_name(name, Level.PROBE) for name in REFUSED_NAMES)
    yield from (_name(name, name.level) for name in PADDED_NAMES)
    yield from (_version(version) for version in VERSIONS)


@dataclass(frozen=True, slots=True)
class FailingLogin(Variation):
    """A login that must fail. No real user's name is ever sent with a wrong password: it would be locked."""

    role: Role = Role.NOBODY
    params: tuple[Param, ...] = ()
    since: Build | None = None


_STRIPPED = (Param("user", "nosuch\t!user<did>"), Param("pass", "nosuch\t!password"))
"""Documentation is silent on a tab, so it does not explain a server that strips nothing."""

LOGINS = (
    FailingLogin("unknown-user", "the name of a user who does not exist", Role.UNKNOWN),
    FailingLogin("absent", "neither user nor password"),
    FailingLogin("without-password", "a user but no password", params=(Param("user", "nosuchuser"),)),
    FailingLogin("without-user", "a password but no user", params=(Param("pass", "nosuchpassword"),)),
    FailingLogin("empty", "an empty user and an empty password", params=(Param("user", ""), Param("pass", ""))),
    FailingLogin("stripped", "a tab and an exclamation mark in the name of an unknown user", params=_STRIPPED),
    FailingLogin("debug", "DB=1 and neither user nor password", params=(Param("DB", "1"),), since=DEBUG_UNTIL),
)


def _login(recipes: Recipes, function: Function, login: FailingLogin) -> Case:
    call = recipes.bare(function)
    made = recipes.case(
        f"{function.name}/login/{login.rule}",
        f"{function.name} with {login.what}",
        REPLIES,
        replace(call, role=login.role, params=(*login.params, *call.params)),
        level=Level.PROBE,
    )
    return replace(made, since=login.since)


@dataclass(frozen=True, slots=True)
class CommonValue(Variation):
    """A value of `source` or of `function`; None leaves it out."""

    value: str | None
    level: Level = Level.STANDARD


REFUSED_SOURCES = (
    CommonValue("absent", "no source", None),
    CommonValue("empty", "an empty source", ""),
    CommonValue("too-short", "a source of 1 character", "t"),
)

SOURCES = (
    CommonValue("shortest", "a source of 2 characters", "te"),
    CommonValue("longest", "a source of 20 characters", "t" * 20),
    CommonValue("too-long", "a source of 21 characters", "t" * 21, Level.FULL),
    CommonValue("far-too-long", "a source of 50 characters", "t" * 50, Level.FULL),
    CommonValue("stripped-to-nothing", "a source of two dashes", "--"),
    CommonValue("stripped-too-short", "a source of one letter and a dash", "t-"),
    CommonValue("stripped", "a source with a space in it", "a b"),
    CommonValue("percent", "a source with a percent sign in it", "a%b"),
    CommonValue("utf8", "a source of one accented letter", "é"),
)


def _refused_source(recipes: Recipes, function: Function, source: CommonValue) -> Case:
    act = replace(recipes.bare(function), source=source.value)
    return _source_case(recipes, function, source, act, level=Level.PROBE)


def _source(recipes: Recipes, function: Function, source: CommonValue) -> Case:
    *before, act = recipes.valid(function)
    act = replace(act, source=source.value)
    return _source_case(recipes, function, source, *before, act, level=source.level)


def _source_case(recipes: Recipes, function: Function, source: CommonValue, *steps: Step, level: Level) -> Case:
    return recipes.case(
        f"{function.name}/source/{source.rule}", f"{function.name} with {source.what}", FIELDS, *steps, level=level
    )


REFUSED_NAMES = (
    CommonValue("absent", "No function", None),
    CommonValue("empty", "An empty function", ""),
    CommonValue("unknown", "A function that does not exist", "no_such_function"),
    CommonValue("wrong-case", "The name of a function in capitals", "ADD_DID"),
    CommonValue("with-dash", "The name of a function with a dash in place of the underscore", "add-did"),
    CommonValue("with-percent", "The name of a function with %00 written out after it", "add_did%00"),
    CommonValue("list", "Two names of functions with a comma between them", "add_did,update_did"),
)

PADDED_NAMES = (
    CommonValue("padded-left", "A space before the name of a function", " add_did"),
    CommonValue("padded-right", "A space after the name of a function", "add_did "),
)


def _name(name: CommonValue, level: Level) -> Case:
    act = Step(name.value, (Param("did_pattern", "<did>"), OFF))
    return case(f"common/function/{name.rule}", name.what, REPLIES, act, level=level, asks=("<did>",))


@dataclass(frozen=True, slots=True)
class Version(Variation):
    """A way to ask for the version; every one is answered."""

    step: Step


VERSIONS = (
    Version("without-login", "version without a login", Step("version", role=Role.NOBODY)),
    Version("with-login", "version with a login", Step("version")),
    Version("wrong-login", "version with a wrong login", Step("version", role=Role.UNKNOWN)),
    Version("without-source", "version without a source", Step("version", role=Role.NOBODY, source=None)),
    Version(
        "not-allowed",
        "version by a user without API access",
        Step("version", role=Role.NO_API_ACCESS),
    ),
    Version(
        "other-fields",
        "version with the fields of another function",
        Step("version", (Param("did_pattern", "<did>"),), role=Role.NOBODY),
    ),
)


def _version(version: Version) -> Case:
    id = f"version/access/{version.rule}"
    return case(id, version.what, REPLIES, version.step, level=Level.PROBE, asks=())
