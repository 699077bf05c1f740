"""Carries a run out: starts pytest on the suite for the command line, and shows what becomes of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance import suite
from conformance.baseline.hold import hold
from conformance.baseline.model import Baseline
from conformance.errors import HarnessError, Stopped
from conformance.progress import Progressing
from conformance.pytest_run.session import INTERRUPTED, Session
from conformance.report.model import Report
from conformance.report.terminal import summary
from conformance.rerun import Repeat
from conformance.run.run import Run, left_line, raise_if_left
from conformance.terminal import Screen, comes_to

_SUITE = Path(next(iter(suite.__path__)))
_CASES, _SEARCHES = _SUITE / "test_cases.py", _SUITE / "test_fuzz.py"


@dataclass(frozen=True, slots=True)
class Starting:
    """A pytest plugin that hands a session the run that has begun. Files are read by now: some only once."""

    run: Run
    baseline: Baseline | None
    again: str

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the session. Raises UsageError if it cannot write to its folder."""
        held = hold(self.baseline, self.run.plan) if self.baseline else None
        session = Session(config, self.run.plan, held, self.run, self.again)
        config.pluginmanager.register(session, Session.NAME)


def carry_out(
    run: Run, baseline: Baseline | None, repeat: Repeat, screen: Screen, loaded: Callable[[], None], *, fail_fast: bool
) -> int:
    """Run the suite under pytest and give the exit code; `loaded` is called once all tests are collected.

    Raises ConformanceError for what keeps it from running.
    """
    progress = Progressing(screen, loaded)
    collected = _CASES if run.plan.effort is None else _SEARCHES
    flags = [*_QUIETLY, str(collected), *(["-x"] if fail_fast else [])]
    try:
        with _own_environment():
            code = int(pytest.main(flags, plugins=[Starting(run, baseline, repeat.failed), progress]))
    except KeyboardInterrupt:
        code = pytest.ExitCode.INTERRUPTED
    finally:
        progress.stop()
    report = _reported(progress, run, code)
    return Stopped.exit_code if report is None else _show(report, repeat, screen)


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


def _reported(progress: Progressing, run: Run, code: int) -> Report | None:
    """The report of the run; none if it was stopped before there was one. Raises what kept it from being made."""
    session, folder = progress.session, run.plan.folder
    if session is not None and session.stopped is not None:
        raise session.stopped
    if progress.crash is not None:
        raise_if_left(run.close().left, folder, progress.crash)
        raise progress.crash
    if session is not None and session.report is not None:
        return session.report
    raise_if_left(run.close().left, folder, Stopped("stopped"))
    if code == pytest.ExitCode.INTERRUPTED:
        return None
    raise HarnessError(f"pytest ended with code {code} and no report: run it as pytest to see why (docs/pytest.md)")


def _show(report: Report, repeat: Repeat, screen: Screen) -> int:
    """Show what a run came to, and give its exit code."""
    left = [left_line(report.left, repeat.folder)] if report.left else []
    comes_to(report.answer, *left)
    if screen.quiet:
        screen.out.print(report.answer)
    else:
        for line in repeat.became(report):
            screen.err.print(line, markup=False)
        screen.out.print(summary(report), crop=False)
        for line in repeat.commands(report):
            screen.err.print(line)
        screen.err.print(f"report: {repeat.folder / 'report.html'}")
    for line in left:
        screen.err.print(line)
    return Stopped.exit_code if report.ended == INTERRUPTED and not report.left else report.exit_code


_QUIETLY = (
    *("-p", "conformance.plugin", "-p", "no:terminal", "-p", "no:cacheprovider", "--capture=no"),
    *("-p", "no:unraisableexception", "-p", "no:threadexception"),
    *("-c", os.devnull, f"--rootdir={_SUITE}", f"--confcutdir={_SUITE}"),
)
"""Nothing of pytest's own on the screen, and nothing read from the folder that a person happens to be in."""
