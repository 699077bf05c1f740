"""Begins a run for the command line: the first questions are on their way before pytest is even loaded."""

from __future__ import annotations

import os
from contextlib import ExitStack
from importlib.resources import as_file, files

import msgspec

from conformance.cases.select import select
from conformance.contract.load import load_contract
from conformance.errors import UsageError
from conformance.options import Options, plan
from conformance.run.descriptors import LIMITED
from conformance.run.interrupts import loading
from conformance.run.run import Run, closing
from conformance.run.settings import TargetFile, load_target
from conformance.terminal import Screen, ask_password

_EMULATOR_PASSWORDS = {"VICIDIAL_EMULATOR_PASS": "1234"}


def launch(options: Options, screen: Screen, *, fail_fast: bool = False) -> int:
    """Run the suite and give the exit code. Raises ConformanceError for what keeps it from running."""
    contract = load_contract()
    if options.effort is None and options.only:
        from conformance.cases.catalogue import catalogue

        select(catalogue(contract), options.only)
    baseline = None
    if options.baseline:
        from conformance.baseline.hold import known_fails

        baseline = known_fails(contract, options.baseline)
    with ExitStack() as stack:
        own = _emulator(options, stack, screen) if options.names_no_server else None
        made = plan(options, {**os.environ, **(_EMULATOR_PASSWORDS if own else {})}, ask_password, own)
        if made.concurrency < options.concurrency:
            screen.err.print(f"concurrency {made.concurrency}, not {options.concurrency}: {LIMITED}")
        run = stack.enter_context(closing(Run(made)))
        loaded = stack.enter_context(ExitStack())
        loaded.enter_context(loading())
        run.begin()
        from conformance.carrying import carry_out
        from conformance.rerun import Repeat

        repeat = Repeat(options, made.folder)
        return carry_out(run, baseline, repeat, screen, loaded.close, fail_fast=fail_fast)


def _emulator(options: Options, stack: ExitStack, screen: Screen) -> TargetFile:
    """Start an emulator, and describe it with all its roles."""
    from conformance.emulator.config import Config
    from conformance.emulator.server import running

    if options.user is not None or options.password_file is not None:
        raise UsageError(
            "--user and --password-file are for a server: give its URL (without one, an emulator is tested)"
        )
    url = stack.enter_context(running(Config()))
    with as_file(files("conformance.emulator") / "target.toml") as path:
        described = load_target(path)
    if not screen.quiet:
        screen.err.print("no URL given: testing an emulator of our own")
    return msgspec.structs.replace(described, url=url)
