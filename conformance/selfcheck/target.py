"""The one target of the self-check: the emulator's own users and entities, and a clock that stands still."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files

from conformance.cases.expand import Ground
from conformance.emulator.app import PATH
from conformance.run.settings import Target, load_target, resolve

RUN = "424242"
"""The digits of every run, so that the DIDs of a case are the same on every server."""

PREFLIGHT = "preflight"
"""Stands for a case where it is about what is asked before the first one."""

NOW = 1_750_000_000.0
"""What every server's clock says, in seconds since 1970: so that replies with a time in them can be compared."""

LOGIN_FAILURES = 3
"""The budget of failed logins: all that there is, for the emulator has nobody to lock out."""

URL = f"http://127.0.0.1{PATH}"

_PASSWORD = {"VICIDIAL_EMULATOR_PASS": "1234"}


def clock() -> float:
    """The time on every server."""
    return NOW


@cache
def target(url: str = URL) -> Target:
    """The emulator as a target file describes it, at that URL."""
    with as_file(files("conformance.emulator") / "target.toml") as path:
        return replace(resolve(url, load_target(path), None, None, _PASSWORD), disposable=True)


@cache
def ground() -> Ground:
    """The target as cases see it."""
    known = target()
    return Ground(known.logins, known.entities, RUN)
