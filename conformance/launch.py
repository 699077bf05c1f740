"""Starts pytest on the suite for the command line, and shows what becomes of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import msgspec
import pytest

from conformance import suite
from conformance.baseline.hold import hold, known_fails
from conformance.baseline.model import Baseline
from conformance.care import coming, foretold
from conformance.cases.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.emulator.config import Config
from conformance.emulator.server import running
from conformance.errors import HarnessError, Stopped, UsageError
from conformance.fuzz.names import NAMES, SUBJECT
from conformance.options import Options, plan, select
from conformance.progress import Progressing
from conformance.prompt import ask_password
from conformance.report.terminal import summary
from conformance.rerun import again, became
from conformance.run.descriptors import LIMITED
from conformance.run.run import Plan, left_line, raise_if_left
from conformance.run.settings import TargetFile, load_target
from conformance.session import INTERRUPTED, Session
from conformance.terminal import Terminal, comes_to
from conformance.verdict.model import Kind

_EMULATOR_PASSWORDS = {"VICIDIAL_EMULATOR_PASS": "1234"}
_SUITE = Path(next(iter(suite.__path__)))


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a run is shown: progress on `err`, what it comes to on `out`. `quiet` leaves only the answer."""

    out: Terminal
    err: Terminal
    quiet: bool = False
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class Starting:
    """A pytest plugin that hands a session what it is to do. Files are read by now: some can be read only once."""

    plan: Plan
    options: Options
    baseline: Baseline | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the session. Raises UsageError if it cannot write to its folder."""
        held = hold(self.baseline, self.plan) if self.baseline else None
        session = Session(config, self.plan, self.options.only, self.options.fuzz, held)
        session.again = "" if self.options.fuzz else again(self.options, self.plan.folder)
        config.pluginmanager.register(session, Session.NAME)


def launch(options: Options, screen: Screen, *, fail_fast: bool = False) -> int:
    """Run the suite and give the exit code. Raises ConformanceError for what keeps it from running."""
    if options.fuzz is None:
        select(catalogue(load_contract()), options.only)
    baseline = known_fails(options.baseline) if options.baseline else None
    with ExitStack() as stack:
        stack.enter_context(_own_environment())
        own = _emulator(options, stack, screen) if options.url is None and options.target_file is None else None
        made = plan(options, {**os.environ, **(_EMULATOR_PASSWORDS if own else {})}, ask_password, own)
        if made.concurrency < options.concurrency:
            screen.err.print(f"concurrency {made.concurrency}, not {options.concurrency}: {LIMITED}")
        if not screen.quiet and options.fuzz is None:
            screen.err.print(foretold(coming(options, made), made))
        flags = [*_QUIETLY, *_files(options), *(["-x"] if fail_fast else [])]
        return _pytest(Starting(made, options, baseline), flags, screen)


@contextmanager
def _own_environment() -> Iterator[None]:
    """No plugins and options of anybody's other pytest runs."""
    before = dict(os.environ)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    try:
        yield
    finally:
        os.environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
        os.environ.update(before)


def _emulator(options: Options, stack: ExitStack, screen: Screen) -> TargetFile:
    """Start an emulator, and describe it with all its roles."""
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


def _pytest(starting: Starting, flags: list[str], screen: Screen) -> int:
    progress = Progressing(screen.err, quiet=screen.quiet, verbose=screen.verbose)
    try:
        code = int(pytest.main(flags, plugins=[starting, progress]))
    except KeyboardInterrupt:
        code = pytest.ExitCode.INTERRUPTED
    finally:
        progress.stop()
    return _show(progress, starting, code, screen)


def _show(progress: Progressing, starting: Starting, code: int, screen: Screen) -> int:
    session = progress.session
    if session is not None and session.stopped is not None:
        raise session.stopped
    if progress.crash is not None:
        raise_if_left(session.report.left if session and session.report else (), starting.plan.folder, progress.crash)
        raise progress.crash
    if session is None or session.report is None:
        if code == pytest.ExitCode.INTERRUPTED:
            return Stopped.exit_code
        raise HarnessError(f"pytest ended with code {code} and no report: run it as pytest to see why (docs/pytest.md)")
    report, folder = session.report, starting.plan.folder
    comes_to(report.answer, *([left_line(report.left, folder)] if report.left else []))
    if screen.quiet:
        screen.out.print(report.answer, soft_wrap=True)
    else:
        if starting.options.rerun_failed:
            for line in became(starting.options.rerun_failed, report):
                screen.err.print(line, soft_wrap=True, markup=False)
        screen.out.print(summary(report), crop=False)
        if starting.options.fuzz is None and (report.fails or report.with_kind(Kind.ERROR)):
            screen.err.print(f"these again: {again(starting.options, folder)}")
        screen.err.print(f"report: {folder / 'report.html'}")
    if report.left:
        screen.err.print(left_line(report.left, folder))
    return Stopped.exit_code if report.ended == INTERRUPTED and not report.left else report.exit_code


def _files(options: Options) -> list[str]:
    """What pytest is to collect: the whole suite, or of it the searches that are wanted, in their order."""
    if options.fuzz is None:
        return [str(_SUITE)]
    return [str(_SUITE / f"test_fuzz_{name}.py") for name in NAMES if f"{SUBJECT}/{name}" in options.only]


_QUIETLY = (
    *("-p", "conformance.plugin", "-p", "no:terminal", "-p", "no:cacheprovider", "--capture=no"),
    *("-p", "no:unraisableexception", "-p", "no:threadexception"),
    *("-c", os.devnull, f"--rootdir={_SUITE}", f"--confcutdir={_SUITE}"),
)
"""Nothing of pytest's own on the screen, and nothing read from the folder that a person happens to be in."""
