"""`identify`: a server is placed by what it answers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from conformance import defaults
from conformance.commands.shared import OPTIONS, AllowWrites, Json, Rate, ServerOptions, Url, command, taken, value
from conformance.errors import UsageError
from conformance.terminal import ask_password, comes_to, err, out

EPILOG = """[bold]Examples[/]

vicidial-conformance identify https://dialer.example --user 6666    [dim]changes nothing[/]

vicidial-conformance identify --target lab.toml --allow-writes      [dim]can ask more[/]

[bold]Exit codes[/]

0 placed, 1 no build that we know answers so, 2 wrong usage, 3 no answer to be had, 4 something was left on the server
"""

PANELS: Mapping[str, tuple[str, ...]] = {
    OPTIONS: (
        *("user", "password_file", "target_file", "allow_writes", "report", "rate"),
        *("ca_file", "insecure", "settling", "timeout", "as_json"),
    ),
}


@dataclass(frozen=True, slots=True)
class IdentifyOptions(ServerOptions):
    """What `identify` is told."""

    url: Url = None
    allow_writes: AllowWrites = False
    report: Annotated[Path | None, value("DIR", "Keep the ledger here, not in reports/<host>-<time>/.")] = None
    rate: Rate = None
    settling: Annotated[float, value("SECONDS", "How long a server may go on with what it has not answered.")] = (
        defaults.SETTLING
    )
    as_json: Json = False


def identify(given: IdentifyOptions) -> None:
    """Say which builds and settings explain what a server answers, by the fewest questions that tell them apart.

    What the server says of its build is shown beside that, and not relied on.
    """
    from conformance.crash import told_redacted
    from conformance.identify import terminal
    from conformance.identify.asking import identify as placing
    from conformance.options import Options, plan
    from conformance.run.run import left_line

    if given.url is None and given.target_file is None:
        raise UsageError("identify needs a server: give its URL, or a target file with --target")
    made = plan(taken(Options, given, concurrency=1), os.environ, ask_password)
    with told_redacted(made.redactor):
        found = placing(made.contract, made)
    if given.as_json:
        out.json(terminal.as_json(found))
    else:
        out.print(terminal.page(found), soft_wrap=True)
    left = [left_line(found.left_behind, made.folder)] if found.left_behind else []
    for line in left or ([] if found.is_explained else [_about(made.folder)]):
        err.print(line)
    comes_to(*(line.plain.strip() for line in terminal.answer(found)), *left)
    raise typer.Exit(found.exit_code)


def _about(folder: Path) -> str:
    """Where the run is written down that nothing explains, for whoever wants to be sure that it left nothing."""
    from conformance.run.folder import cleanup_line

    return (
        f"run folder: {folder}; nothing is left on the server that we know of, and `{cleanup_line(folder)}` asks again"
    )


def register(app: typer.Typer) -> None:
    """Add this command."""
    command(app, identify, epilog=EPILOG, panels=PANELS)
