"""The command line: a thin front for pytest, the emulator and the catalogue.

What a command needs is imported when it runs: `--version`, `--help` and completion answer at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from conformance import (
    __version__,
    baseline_cli,
    care_cli,
    catalogue_cli,
    compare_cli,
    defaults,
    emulator_cli,
    har_cli,
    identify_cli,
    rejudge_cli,
    schema_cli,
    selfcheck_cli,
    upgrade_cli,
)
from conformance.catalogue_cli import LevelOption, Only
from conformance.contract.model import ContractError
from conformance.errors import ConformanceError, Stopped, UsageError
from conformance.run.interrupts import watched
from conformance.streams import guarded
from conformance.terminal import concluded, err, out, say
from conformance.verdict.model import Expect


class _Commands(TyperGroup):
    """The commands, of which Ctrl-C makes an error of ours: Typer would end without a word."""

    def make_context(self, *given: Any, **named: Any) -> Any:
        """Read the command line."""
        with _told_on():
            return super().make_context(*given, **named)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with _told_on():
            return super().invoke(ctx)

    def get_params(self, ctx: Any) -> Any:
        """The options of the program itself."""
        return _plain(super().get_params(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command, and those below it."""
        command = super().get_command(ctx, cmd_name)
        for one in () if command is None else (command, *getattr(command, "commands", {}).values()):
            _plain(one.get_params(ctx))
        return command


def _plain(params: list[Any]) -> list[Any]:
    """Options, without a type where they take no value: `<bool>` tells a reader nothing."""
    for param in params:
        if getattr(param, "is_flag", False):
            param.metavar = ""
    return params


@contextmanager
def _told_on() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped("stopped") from None


app = typer.Typer(
    name="vicidial-conformance",
    cls=_Commands,
    help="Does a VICIdial server's Non-Agent API do what is documented?",
    epilog="Begin with [bold]vicidial-conformance run[/], which tests an emulator and needs nothing."
    "\n\nThen a server: [bold]vicidial-conformance run https://dialer.example --user 6666[/]",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


_TARGET, _WHAT, _HOW, _SHOWN = "The server", catalogue_cli.WHAT, "How to send", "What to show"

TargetFile = Annotated[
    Path | None,
    typer.Option(
        "--target",
        metavar="FILE.toml",
        rich_help_panel=_TARGET,
        help="A file with the URL, a user for each role, and what exists there.",
    ),
]


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"vicidial-conformance {__version__}")
        raise typer.Exit


@app.callback()
def _global(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    del version


RUN_EPILOG = """[bold]Examples[/]

vicidial-conformance run                                          [dim]an emulator of its own[/]

vicidial-conformance run https://dialer.example --user 6666       [dim]asks for the password; changes nothing[/]

vicidial-conformance run --target lab.toml --allow-writes         [dim]every role, writes too[/]

vicidial-conformance run --target lab.toml --only 'update_did/*' --fail-fast

[bold]Exit codes[/]

0 conforms, 1 a case failed, 2 wrong usage or settings, 3 no answer to be had, 4 something was left on the server
"""


@app.command(epilog=RUN_EPILOG)
def run(
    url: Annotated[
        str | None,
        typer.Argument(metavar="URL", help="The server, such as https://dialer.example. Without it: an emulator."),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(
            metavar="USER",
            rich_help_panel=_TARGET,
            help="The API user. Its password: VICIDIAL_PASS, --password-file, or a prompt.",
        ),
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", rich_help_panel=_TARGET, help="Read the password from this file.")
    ] = None,
    target: TargetFile = None,
    build: Annotated[
        str | None,
        typer.Option(metavar="BUILD", rich_help_panel=_TARGET, help="Its API build, where it tells none or another."),
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", rich_help_panel=_TARGET, help="Trust the certificates in this PEM file."),
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", rich_help_panel=_TARGET, help="Trust any certificate, as of a lab's own.")
    ] = False,
    only: Only = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            rich_help_panel=_WHAT,
            help="Only the few cases that together catch every fault that the whole suite catches.",
        ),
    ] = False,
    rerun_failed: Annotated[
        Path | None,
        typer.Option(
            metavar="REPORT",
            rich_help_panel=_WHAT,
            help="Only what failed, had an error or was blocked in this report; REPORT#2: its second cause.",
        ),
    ] = None,
    level: LevelOption = None,
    allow_writes: Annotated[
        bool,
        typer.Option(
            "--allow-writes",
            rich_help_panel=_WHAT,
            help="Let the server be written to, under numbers of the run's own.",
        ),
    ] = False,
    expect: Annotated[
        Expect,
        typer.Option(
            rich_help_panel=_WHAT,
            help="What conforms: the documentation, what servers send (shipped), or either.",
        ),
    ] = Expect.EITHER,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=_WHAT,
            help="Known fails, which are no reason for exit code 1; `baseline write` makes the file.",
        ),
    ] = None,
    concurrency: Annotated[
        int, typer.Option(metavar="N", rich_help_panel=_HOW, help="Cases in flight.")
    ] = defaults.CONCURRENCY,
    settling: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            rich_help_panel=_HOW,
            help="How long a server may go on working on a request that it has not answered.",
        ),
    ] = defaults.SETTLING,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", rich_help_panel=_HOW, help="How long to wait for a reply.")
    ] = defaults.TIMEOUT,
    rate: Annotated[
        float | None,
        typer.Option(
            metavar="N",
            rich_help_panel=_HOW,
            help="At most so many requests a second. 0: as fast as replies come. [dim]Default: 10.[/]",
        ),
    ] = None,
    allow_login_failures: Annotated[
        int,
        typer.Option(
            metavar="N", rich_help_panel=_HOW, help="Wrong logins of real users, 0 to 3; a server locks them at 10."
        ),
    ] = 0,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", rich_help_panel=_SHOWN, help="Print every request and what they come to; send none."),
    ] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", rich_help_panel=_HOW, help="Stop at the first failure.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", rich_help_panel=_SHOWN, help="Write the reports here, not to reports/<host>-<time>/."
        ),
    ] = None,
    mask_users: Annotated[
        bool, typer.Option("--mask-users", rich_help_panel=_SHOWN, help="Keep user names out of the reports.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", rich_help_panel=_SHOWN, help="Only the answer.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", rich_help_panel=_SHOWN, help="A line for each case.")
    ] = False,
) -> None:
    """Run the suite against a server and write the reports."""
    from conformance.launch import launch
    from conformance.options import Options
    from conformance.screen import Screen

    options = Options(
        url=url,
        target_file=target,
        user=user,
        password_file=password_file,
        only=_selected(only, rerun_failed, quick=quick),
        level=level,
        allow_writes=allow_writes,
        expect=expect,
        concurrency=concurrency,
        timeout=timeout,
        settling=settling,
        report=report,
        ca_file=ca_file,
        insecure=insecure,
        rate=rate,
        login_failures=allow_login_failures,
        mask_users=mask_users,
        build=build,
        baseline=baseline,
        rerun_failed=rerun_failed,
    )
    if dry_run:
        from conformance.care import rehearse

        raise typer.Exit(rehearse(options, out))
    raise typer.Exit(launch(options, Screen(out, err, quiet, verbose), fail_fast=fail_fast))


def _selected(only: list[str] | None, failed: Path | None, *, quick: bool) -> tuple[str, ...]:
    given = [name for name, is_given in (("--only", only), ("--quick", quick), ("--rerun-failed", failed)) if is_given]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} exclude each other: give the one you mean")
    if failed is not None:
        from conformance.rerun import left_out, unsuccessful

        found = unsuccessful(failed)
        if note := left_out(failed):
            err.print(note, markup=False)
        return found
    if not quick:
        return tuple(only or ())
    from conformance.cases.quick import quick_cases

    return quick_cases()


catalogue_cli.register(app)
emulator_cli.register(app)
care_cli.register(app)
identify_cli.register(app)
selfcheck_cli.register(app)
compare_cli.register(app)
rejudge_cli.register(app)
har_cli.register(app)
baseline_cli.register(app)
schema_cli.register(app)
upgrade_cli.register(app)


def main() -> None:
    """Run the command line; every error of ours is one line and the exit code that belongs to it."""
    code = Stopped.exit_code
    with suppress(KeyboardInterrupt), guarded(), watched():  # one that comes when all is done changes nothing
        code = _exit_code()
        code = concluded(code)
    sys.exit(code)


def _exit_code() -> int:
    try:
        return app(standalone_mode=False) or 0
    except TyperException as error:
        return _say(" ".join(error.format_message().split()), 2)
    except ConformanceError as error:
        return _say(_traced(error), error.exit_code)
    except ContractError as error:
        return _say(str(error), 3)
    except (KeyboardInterrupt, typer.Abort):
        return _say("stopped", Stopped.exit_code)
    except Exception as error:  # noqa: BLE001 - a crash is one line too
        crash = _crash(error)
        return _say(_traced(crash), crash.exit_code)


def _say(message: str, code: int) -> int:
    if message:
        say(message)
    return code


def _traced(error: ConformanceError) -> str:
    """The message, and with -v where a crash happened."""
    trace = getattr(error, "trace", "")
    if trace and not {"-v", "--verbose"}.isdisjoint(sys.argv):
        return f"{error}\n{trace}"
    return f"{error} (-v shows where)" if trace else str(error)


def _crash(error: Exception) -> ConformanceError:
    from conformance.crash import explained
    from conformance.run.redact import Redactor

    return explained(error, Redactor(value for name, value in os.environ.items() if "PASS" in name.upper()))
