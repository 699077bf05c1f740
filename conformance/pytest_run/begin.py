"""A run that pytest's own options ask for: they become a plan, and the plan a session."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.baseline.hold import hold, known_fails
from conformance.cases.model import Level
from conformance.errors import ConformanceError
from conformance.options import Options, plan
from conformance.pytest_run.options import OPTIONS
from conformance.pytest_run.session import Session
from conformance.run.plan import Effort
from conformance.verdict.model import Expect


def begin(config: pytest.Config) -> None:
    """Make the plan and register the session. Usage errors end pytest before anything is sent."""
    options = options_of(config)
    given = getattr(config, "workerinput", {}).get(Session.NAME)
    if given is not None:
        options = replace(options, run=given["run"], report=Path(given["folder"]))
    try:
        made = plan(options, os.environ)
        held = hold(known_fails(made.contract, options.baseline), made) if options.baseline else None
        session = Session(config, made, held)
    except ConformanceError as error:
        pytest.exit(str(error), returncode=error.exit_code)
    config.pluginmanager.register(session, Session.NAME)


def options_of(config: pytest.Config) -> Options:
    """The options as pytest has them."""
    given = {name: config.getoption(flag) for flag, (name, _) in OPTIONS.items()}
    requests, seconds, seed = (given.pop(f"effort.{name}") for name in ("requests", "seconds", "seed"))
    level, only, expect = given.pop("level"), given.pop("only"), given.pop("expect")
    return Options(
        **given,
        level=Level(level) if level else None,
        only=tuple(only),
        expect=Expect(expect),
        effort=None if requests is None and seconds is None else Effort(requests, seconds, seed),
    )
