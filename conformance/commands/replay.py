"""`replay`: the input of a finding once more."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.commands.shared import OPTIONS, SendingOptions, command, taken, value
from conformance.errors import UsageError
from conformance.terminal import ask_password, comes_to, out

if TYPE_CHECKING:
    from conformance.fuzz.model import Replay
    from conformance.options import Options
    from conformance.run.plan import Plan

EPILOG = "Example: vicidial-conformance replay out/findings/add_did-group.json --target lab.toml"

PANELS: Mapping[str, tuple[str, ...]] = {
    OPTIONS: (
        *("url", "user", "password_file", "target_file", "build", "allow_writes"),
        *("ca_file", "insecure", "timeout", "settling"),
    ),
}


@dataclass(frozen=True, slots=True)
class ReplayOptions(SendingOptions):
    """What `replay` is told."""

    finding: Annotated[Path, typer.Argument(metavar="FILE", help="A finding that `fuzz` has saved.")]
    url: Annotated[str | None, value("URL", "The server, unless the target file names it.")] = None


def replay(given: ReplayOptions) -> None:
    """Send a finding's input again: fixed, still there, or different now.

    Exit code 0: fixed; 1: still there or different; 3: no answer.
    """
    from conformance.fuzz.repeat import read_replay, repeat

    found = read_replay(given.finding)
    repeated = repeat(_plan(given, found), found)
    lines = [str(repeated), *(f"may still be on the target: {did}" for did in repeated.left)]
    for line in lines:
        out.print(line, soft_wrap=True)
    comes_to(*lines)
    raise typer.Exit(repeated.exit_code)


def _plan(given: ReplayOptions, found: Replay) -> Plan:
    """How to send it: under its own numbers, and where it was found unless told otherwise."""
    from conformance.options import Options, plan
    from conformance.run.plan import Effort

    options = taken(Options, given)
    if options.names_no_server:
        options = _where_found(options, given.finding.parent.parent)
    return plan(replace(options, run=found.run, effort=Effort()), os.environ, ask_password)


def _where_found(options: Options, folder: Path) -> Options:
    """The options with the server and the user of the run that reported to a folder, if it is such a folder."""
    from conformance.run.files import read_run

    try:
        was = read_run(folder)
    except UsageError:
        return options
    return replace(options, url=was.url, user=options.user or was.user or None)


def register(app: typer.Typer) -> None:
    """Add this command."""
    command(app, replay, epilog=EPILOG, panels=PANELS)
