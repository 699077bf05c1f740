"""`run`: the suite against a server."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from conformance import defaults
from conformance.commands.shared import MaskUsers, Only, Quiet, SendingOptions, ToLevel, command, flag, taken, value
from conformance.errors import UsageError
from conformance.terminal import Screen, ask_password, err, out
from conformance.verdict.model import Expect

if TYPE_CHECKING:
    from conformance.options import Options

EPILOG = """[bold]Examples[/]

vicidial-conformance run                                          [dim]an emulator of its own[/]

vicidial-conformance run https://dialer.example --user 6666       [dim]asks for the password; changes nothing[/]

vicidial-conformance run --target lab.toml --allow-writes         [dim]every role, writes too[/]

vicidial-conformance run --target lab.toml --only 'update_did/*' --fail-fast

[bold]Exit codes[/]

0 conforms, 1 a case failed, 2 wrong usage or settings, 3 no answer to be had, 4 something was left on the server
"""

PANELS: Mapping[str, tuple[str, ...]] = {
    "The server": ("user", "password_file", "target_file", "build", "ca_file", "insecure"),
    "What to test": ("only", "quick", "rerun_failed", "level", "allow_writes", "expect", "baseline"),
    "How to send": ("concurrency", "settling", "timeout", "rate", "allow_login_failures", "fail_fast"),
    "What to show": ("dry_run", "report", "mask_users", "quiet", "verbose"),
}


@dataclass(frozen=True, slots=True)
class RunOptions(SendingOptions):
    """What `run` is told."""

    url: Annotated[
        str | None,
        typer.Argument(metavar="URL", help="The server, such as https://dialer.example. Without it: an emulator."),
    ] = None
    user: Annotated[
        str | None, value("USER", "The API user. Its password: VICIDIAL_PASS, --password-file, or a prompt.")
    ] = None
    target_file: Annotated[
        Path | None, value("FILE.toml", "A file with the URL, a user for each role, and what exists there.", "--target")
    ] = None
    only: Only = None
    quick: Annotated[bool, flag("Only the few cases that together catch every fault that the whole suite catches.")] = (
        False
    )
    rerun_failed: Annotated[
        Path | None,
        value("REPORT", "Only what failed, had an error or was blocked in this report; REPORT#2: its second cause."),
    ] = None
    level: ToLevel = None
    allow_writes: Annotated[bool, flag("Let the server be written to, under numbers of the run's own.")] = False
    expect: Annotated[
        Expect, typer.Option(help="What conforms: the documentation, what servers send (shipped), or either.")
    ] = Expect.EITHER
    baseline: Annotated[
        Path | None, value("FILE", "Known fails, which are no reason for exit code 1; `baseline write` makes the file.")
    ] = None
    concurrency: Annotated[int, value("N", "Cases in flight.")] = defaults.CONCURRENCY
    rate: Annotated[
        float | None, value("N", "At most so many requests a second. 0: as fast as replies come. [dim]Default: 10.[/]")
    ] = None
    allow_login_failures: Annotated[
        int, value("N", "Wrong logins of real users, 0 to 3; a server locks them at 10.")
    ] = 0
    fail_fast: Annotated[bool, flag("Stop at the first failure.")] = False
    dry_run: Annotated[bool, flag("Print every request and what they come to; send none.")] = False
    report: Annotated[Path | None, value("DIR", "Write the reports here, not to reports/<host>-<time>/.")] = None
    mask_users: MaskUsers = False
    quiet: Quiet = False
    verbose: Annotated[bool, flag("A line for each case.", "--verbose", "-v")] = False


def run(given: RunOptions) -> None:
    """Run the suite against a server and write the reports."""
    from conformance.launch import launch
    from conformance.options import Options

    options = taken(Options, given, only=_selected(given))
    if given.dry_run:
        _rehearse(options)
        return
    screen = Screen(out, err, given.quiet, given.verbose)
    raise typer.Exit(launch(options, screen, fail_fast=given.fail_fast))


def _selected(given: RunOptions) -> tuple[str, ...]:
    """The globs of the cases to run; those that failed may be named by their report."""
    ways = {"--only": given.only, "--quick": given.quick, "--rerun-failed": given.rerun_failed}
    named = [name for name, asked in ways.items() if asked]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} exclude each other: give the one you mean")
    if given.rerun_failed is not None:
        return _unsuccessful(given.rerun_failed)
    if not given.quick:
        return tuple(given.only or ())
    from conformance.cases.quick import quick_cases

    return quick_cases()


def _unsuccessful(report: Path) -> tuple[str, ...]:
    """The ids of the cases of a report that did not succeed; those it never came to are told of."""
    from conformance.rerun import unsuccessful

    found, left_out = unsuccessful(report)
    if left_out:
        err.print(left_out, markup=False)
    return found


def _rehearse(options: Options) -> None:
    """Print what a run would send, by a plan whose folder nobody wants to keep."""
    from conformance.options import plan
    from conformance.rehearsal import rehearse

    with TemporaryDirectory(prefix="vicidial-conformance-") as folder:
        made = plan(replace(options, report=Path(folder) / "rehearsal"), os.environ, ask_password)
    rehearse(made, out)


def register(app: typer.Typer) -> None:
    """Add this command."""
    command(app, run, epilog=EPILOG, panels=PANELS)
