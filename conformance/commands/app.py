"""The command line: all commands together, and the exit code of whatever they end in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from conformance import __version__
from conformance.commands import (
    baseline,
    cleanup,
    compare,
    deviations,
    doctor,
    emulator,
    fuzz,
    har,
    identify,
    list_cases,
    openapi,
    predict_upgrade,
    provision,
    rejudge,
    replay,
    run,
    schema,
    selfcheck,
    show,
)
from conformance.contract.contract import ContractError
from conformance.errors import ConformanceError, Stopped
from conformance.run.interrupts import watched
from conformance.streams import guarded
from conformance.terminal import concluded, out, say


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


for module in (
    run,
    list_cases,
    show,
    deviations,
    openapi,
    emulator,
    cleanup,
    doctor,
    fuzz,
    replay,
    provision,
    identify,
    selfcheck,
    compare,
    rejudge,
    har,
    baseline,
    schema,
    predict_upgrade,
):
    module.register(app)


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
