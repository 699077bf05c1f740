"""What a server calls itself, and which build and settings a run takes it to have: those given, else what it tells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from conformance.contract.reply import parse_line
from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Build, ServerSettings, SqlErrors, SqlMode
from conformance.errors import UsageError
from conformance.exchange import Reply
from conformance.run.settings import Target
from conformance.verdict.invariants import shows_php

ADVICE = (
    "give it with --build (under pytest --target-build, or build in the target file); "
    "`vicidial-conformance identify` finds it by what the server answers"
)


@dataclass(frozen=True, slots=True)
class KnownBuild:
    """A build, and what a reader has to be told about how it became known; nothing if the server told it itself."""

    build: Build
    note: str = ""


_LINE = re.compile(r"VERSION: \d+\.\d+-\d+\|[^\r\n\"<]*")
_FIRST = "VERSION: "


@dataclass(frozen=True, slots=True)
class Heard:
    """The line that answered `version`, empty if none did, and what is wrong with the reply that it stood in."""

    line: str
    fault: str = ""


def heard(reply: Reply) -> Heard | None:
    """The version line of a reply, wherever it stands in it; None if there is none."""
    if reply.status == 200 and reply.body.startswith(_FIRST):
        return Heard(reply.body.split("\n", maxsplit=1)[0])
    found = _LINE.search(reply.body)
    return Heard(found[0], f"its reply to version is not a plain line: {_wrapping(reply)}") if found else None


def _wrapping(reply: Reply) -> str:
    """What a version line stands in, for people."""
    body = reply.body.lstrip()
    wrappings = {
        f"it has HTTP status {reply.status}": reply.body.startswith(_FIRST),
        "it begins with a byte order mark": body.startswith("\ufeff"),
        "messages of PHP stand around it": shows_php(body),
        "it stands in JSON": body.startswith(("{", "[", '"')),
        "it stands in HTML": "<" in body,
    }
    return next((what for what, so in wrappings.items() if so), "other text stands around it")


def told_build(line: str) -> Build | None:
    """The build in a `version` line, if there is one that can be read."""
    said = parse_line(line)
    try:
        return Build.parse(str(said.fields[0])) if said.status == "VERSION" and said.fields else None
    except ValueError:
        return None


def known_build(given: Build | None, line: str, redact: Callable[[str], str] = str) -> KnownBuild:
    """The build of a server that answers `version` with this line.

    A build that is newer than all described ones is predicted as the newest of them. `redact` is for what an error
    quotes of the line. Raises UsageError where no build
    is given and the server tells none or too old a one, and for a given one that is too old.
    """
    told = told_build(line)
    build = given or told
    if build is None:
        raise UsageError(
            f"the server does not tell its build ('version' was answered {redact(line)[:120]!r}): {ADVICE}"
        )
    if build < OLDEST_BUILD:
        whose = "the given build" if given else "the server says that its build"
        raise UsageError(f"{whose} is {build}; the oldest that is described is {OLDEST_BUILD}: {ADVICE}")
    notes = []
    if given is not None and given != told:
        notes.append(f"the build was given; the server says {told}" if told else "the build was given, not told by it")
    if build > NEWEST_BUILD:
        notes.append(f"{build} is newer than {NEWEST_BUILD}, the newest that is described: judged as that one")
    return KnownBuild(build, "; ".join(notes))


def possible_settings(target: Target, build: Build) -> tuple[ServerSettings, ...]:
    """The settings that a target may have: those it was told to have, else every one."""
    modes = (target.sql_mode,) if target.sql_mode else tuple(SqlMode)
    scripts = (target.non_latin,) if target.non_latin is not None else (False, True)
    errors = (target.sql_errors,) if target.sql_errors else tuple(SqlErrors)
    return tuple(ServerSettings(build, *choice) for choice in product(modes, scripts, errors))


def worst(possible: tuple[ServerSettings, ...]) -> tuple[ServerSettings, ...]:
    """Settings whose worst case covers that of all: what strict SQL refuses or an error ends is stored without them."""
    legacy = tuple(settings for settings in possible if settings.sql_mode is SqlMode.LEGACY) or possible
    return tuple(settings for settings in legacy if settings.sql_errors is SqlErrors.IGNORED) or legacy
