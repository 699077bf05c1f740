"""Carries a run out: starts pytest on the suite for the command line, and shows what becomes of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from conformance import suite
from conformance.baseline.hold import hold
from conformance.baseline.model import Baseline
from conformance.errors import HarnessError, Stopped
from conformance.fuzz.names import NAMES, SUBJECT
from conformance.options import Options
from conformance.progress import Progressing
from conformance.report.model import Report
from conformance.report.terminal import FAILURES, summary
from conformance.rerun import again, became, replaying
from conformance.run.run import Run, left_line, raise_if_left
from conformance.screen import Screen
from conformance.session import INTERRUPTED, Session
from conformance.terminal import comes_to
from conformance.verdict.model import VerdictKind

EMULATED, BUILT_IN_USER = "http://127.0.0.1:8080", "6666"
"""Where `vicidial-conformance emulator` listens, and who may do everything there."""

_SUITE = Path(next(iter(suite.__path__)))


@dataclass(frozen=True, slots=True)
class Starting:
    """A pytest plugin that hands a session what it is to do. Files are read by now: some can be read only once."""

    run: Run
    options: Options
    baseline: Baseline | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the session. Raises UsageError if it cannot write to its folder."""
        made = self.run.plan
        held = hold(self.baseline, made) if self.baseline else None
        session = Session(config, made, self.options.only, self.options.fuzz, held, self.run)
        session.again = "" if self.options.fuzz else again(self.options, made.folder)
        config.pluginmanager.register(session, Session.NAME)


def carry_out(
    run: Run,
    options: Options,
    baseline: Baseline | None,
    screen: Screen,
    loaded: Callable[[], None],
    *,
    fail_fast: bool,
) -> int:
    """Run the suite under pytest and give the exit code; `loaded` is called once all tests are collected.

    Raises ConformanceError for what keeps it from running.
    """
    progress = Progressing(screen, options, loaded)
    flags = [*_QUIETLY, *_files(options), *(["-x"] if fail_fast else [])]
    try:
        with _own_environment():
            code = int(pytest.main(flags, plugins=[Starting(run, options, baseline), progress]))
    except KeyboardInterrupt:
        code = pytest.ExitCode.INTERRUPTED
    finally:
        progress.stop()
    return _show(progress, run, options, code, screen)


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


def _show(progress: Progressing, run: Run, options: Options, code: int, screen: Screen) -> int:
    session, folder = progress.session, run.plan.folder
    if session is not None and session.stopped is not None:
        raise session.stopped
    if progress.crash is not None:
        raise_if_left(run.close().left, folder, progress.crash)
        raise progress.crash
    if session is None or session.report is None:
        raise_if_left(run.close().left, folder, Stopped("stopped"))
        if code == pytest.ExitCode.INTERRUPTED:
            return Stopped.exit_code
        raise HarnessError(f"pytest ended with code {code} and no report: run it as pytest to see why (docs/pytest.md)")
    report = session.report
    comes_to(report.answer, *([left_line(report.left, folder)] if report.left else []))
    if screen.quiet:
        screen.out.print(report.answer)
    else:
        if options.rerun_failed:
            for line in became(options.rerun_failed, report):
                screen.err.print(line, markup=False)
        screen.out.print(summary(report), crop=False)
        for line in _to_repeat(report, options, folder):
            screen.err.print(line)
        screen.err.print(f"report: {folder / 'report.html'}")
    if report.left:
        screen.err.print(left_line(report.left, folder))
    return Stopped.exit_code if report.ended == INTERRUPTED and not report.left else report.exit_code


def _to_repeat(report: Report, options: Options, folder: Path) -> Iterator[str]:
    """The command that repeats what failed, as a line to paste: of fuzzing one for each finding."""
    if options.fuzz is None:
        if report.fails or report.with_kind(VerdictKind.ERROR):
            yield f"to repeat what failed: {again(options, folder)}"
        return
    if options.names_no_server:
        options = replace(options, url=EMULATED, user=BUILT_IN_USER)
    troubles = (*report.fails, *report.with_kind(VerdictKind.ERROR))
    found = [result.replay for result in troubles if result.replay is not None]
    if found and options.url == EMULATED:
        yield "to repeat it, start `vicidial-conformance emulator` first; its password is 1234"
    for name in found[:FAILURES]:
        yield f"to repeat it: {replaying(options, folder / name)}"


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
