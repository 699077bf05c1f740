"""Starts pytest on the suite for the command line, and shows what becomes of it."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from rich.console import Console

from conformance import suite
from conformance.baseline.file import read_baseline
from conformance.care import coming, foretold
from conformance.cases.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.emulator.config import Config
from conformance.emulator.server import running
from conformance.errors import HarnessError, UsageError
from conformance.fuzz.names import NAMES, SUBJECT
from conformance.options import Options, plan, select
from conformance.progress import Progressing
from conformance.report.terminal import summary
from conformance.rerun import again
from conformance.run.run import Plan, left_line, raise_if_left
from conformance.run.settings import PASSWORD_VARIABLE
from conformance.session import INTERRUPTED
from conformance.verdict.model import Kind

EMULATOR_PASSWORD = "1234"  # noqa: S105 - of the emulator's made-up users
STOPPED = 130

_EMULATOR_URL = "http://127.0.0.1:8080/vicidial/non_agent_api.php"
_SUITE = Path(next(iter(suite.__path__)))


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a run is shown: progress on `err`, what it comes to on `out`. `quiet` leaves only the answer."""

    out: Console
    err: Console
    quiet: bool = False
    verbose: bool = False


def launch(options: Options, screen: Screen, *, fail_fast: bool = False) -> int:
    """Run the suite and give the exit code. Raises ConformanceError for what keeps it from running."""
    if options.fuzz is None:
        select(catalogue(load_contract()), options.only)
    if options.baseline is not None:
        read_baseline(options.baseline, [case.id for case in catalogue(load_contract())])
    asked = options
    with ExitStack() as stack:
        stack.enter_context(_own_environment())
        if options.url is None and options.target_file is None:
            options = _with_emulator(options, stack, screen)
        made = plan(options, os.environ, _prompt(options))
        if not screen.quiet and options.fuzz is None:
            screen.err.print(foretold(coming(options, made), made))
        return _pytest(made, [*arguments(options, made), *(["-x"] if fail_fast else [])], screen, asked)


@contextmanager
def _own_environment() -> Iterator[None]:
    """No plugins and options of anybody's other pytest runs, and the variables that we set gone afterwards."""
    before = dict(os.environ)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    try:
        yield
    finally:
        for name in ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", *_set_by_us(), *before):
            os.environ.pop(name, None)
        os.environ.update(before)


def _set_by_us() -> tuple[str, ...]:
    return PASSWORD_VARIABLE, "VICIDIAL_EMULATOR_PASS"


def _prompt(options: Options) -> Callable[[], str] | None:
    """Ask for the password where a person can answer; pytest then finds it in the environment."""
    if options.user is None or sys.stdin is None or not sys.stdin.isatty():
        return None

    def ask() -> str:
        try:
            os.environ[PASSWORD_VARIABLE] = getpass.getpass(f"Password of {options.user}: ")
        except EOFError:
            raise UsageError(f"no password for --user: set {PASSWORD_VARIABLE} or give --password-file") from None
        return os.environ[PASSWORD_VARIABLE]

    return ask


def _with_emulator(options: Options, stack: ExitStack, screen: Screen) -> Options:
    """Start an emulator, and point the options at it with all its roles."""
    if options.user is not None or options.password_file is not None:
        raise UsageError(
            "--user and --password-file are for a server: give its URL (without one, an emulator is tested)"
        )
    url = stack.enter_context(running(Config()))
    os.environ["VICIDIAL_EMULATOR_PASS"] = EMULATOR_PASSWORD
    text = (files("conformance.emulator") / "target.toml").read_text("utf-8")
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="vicidial-conformance-")))
    (folder / "target.toml").write_text(text.replace(_EMULATOR_URL, url), "utf-8")
    if not screen.quiet:
        screen.err.print("no URL given: testing an emulator of our own", markup=False)
    return replace(options, target_file=folder / "target.toml", allow_writes=True, rate=options.rate or 0.0)


def _pytest(made: Plan, flags: list[str], screen: Screen, asked: Options) -> int:
    progress = Progressing(screen.err, quiet=screen.quiet, verbose=screen.verbose)
    try:
        code = int(pytest.main(flags, plugins=[progress]))
    except KeyboardInterrupt:
        code = pytest.ExitCode.INTERRUPTED
    finally:
        progress.stop()
    return _show(progress, made, code, screen, asked)


def _show(progress: Progressing, made: Plan, code: int, screen: Screen, asked: Options) -> int:
    session = progress.session
    if session is not None and session.stopped is not None:
        raise session.stopped
    if progress.crash is not None:
        raise_if_left(session.report.left if session and session.report else (), made.folder, progress.crash)
        raise progress.crash
    if session is None or session.report is None:
        if code == pytest.ExitCode.INTERRUPTED:
            return STOPPED
        raise HarnessError(f"pytest ended with code {code} and no report: run it as pytest to see why (docs/pytest.md)")
    report = session.report
    if screen.quiet:
        screen.out.print(report.answer, markup=False)
    else:
        screen.out.print(summary(report), crop=False)
        if asked.fuzz is None and (report.fails or report.with_kind(Kind.ERROR)):
            screen.err.print(f"these again: {again(asked, made.folder)}", markup=False)
        screen.err.print(f"report: {made.folder / 'report.html'}", markup=False)
    if report.left:
        screen.err.print(left_line(report.left, made.folder), markup=False)
    return STOPPED if report.ended == INTERRUPTED and not report.left else report.exit_code


def arguments(options: Options, made: Plan) -> list[str]:
    """The options as pytest's plugin takes them. No password is among them."""
    given: dict[str, object] = {
        "--target-url": options.url,
        "--target-file": options.target_file,
        "--target-user": options.user,
        "--target-password-file": options.password_file,
        "--target-build": options.build,
        "--target-baseline": options.baseline,
        "--target-level": made.level.value,
        "--target-expect": options.expect.value,
        "--target-concurrency": options.concurrency,
        "--target-timeout": options.timeout,
        "--target-rate": options.rate,
        "--target-login-failures": options.login_failures,
        "--target-report": made.folder,
        "--target-ca-file": options.ca_file,
        "--target-run": made.run,
        "--target-fuzz": options.fuzz.requests if options.fuzz else None,
        "--target-fuzz-time": options.fuzz.seconds if options.fuzz else None,
        "--target-fuzz-seed": options.fuzz.seed if options.fuzz else None,
    }
    flags = [f"{name}={value}" for name, value in given.items() if value is not None]
    flags += [f"--target-case={glob}" for glob in options.only]
    switches = {
        "--target-allow-writes": options.allow_writes,
        "--target-insecure": options.insecure,
        "--target-mask-users": options.mask_users,
    }
    return [*_QUIETLY, *flags, *(name for name, on in switches.items() if on), *_files(options)]


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
