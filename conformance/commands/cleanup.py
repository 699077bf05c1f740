"""`cleanup`: what an interrupted run left is removed, or named."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group
from rich.text import Text

from conformance.commands.shared import ServerOptions, command, taken
from conformance.errors import UsageError
from conformance.report.text import visible
from conformance.terminal import LEFT, ask_password, comes_to, err, out

if TYPE_CHECKING:
    from conformance.run.files import RunFile
    from conformance.run.plan import Plan
    from conformance.run.recover import Recovered

EPILOG = "Example: VICIDIAL_PASS=... vicidial-conformance cleanup reports/dialer.example-..."


@dataclass(frozen=True, slots=True)
class CleanupOptions(ServerOptions):
    """What `cleanup` is told."""

    folder: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The folder that the run reported to.")]


def cleanup(given: CleanupOptions) -> None:
    """Remove the DIDs that an interrupted run left on its server, and nothing else.

    It asks the server before and after each deletion, and may be run again. Exit code 4: something could not be
    removed; the call and the SQL that would are printed.
    """
    from conformance.crash import told_redacted
    from conformance.run.files import ledgers, read_run
    from conformance.run.ledger import read_ledger
    from conformance.run.recover import recover
    from conformance.run.run import raise_if_left

    was = read_run(given.folder)
    try:
        made = _plan(given, was)
        with told_redacted(made.redactor):
            done = recover(made, lambda line: err.print(line, markup=False))
    except KeyboardInterrupt as error:
        owed = tuple(str(row) for path in ledgers(given.folder) for row in read_ledger(path).open)
        raise_if_left(owed, given.folder, error)
        raise
    lines = _recovered(done)
    out.print(Group(*lines), soft_wrap=True)
    comes_to(*(line.plain for line in lines[len(done.gone) :]))
    raise typer.Exit(LEFT if done.left or done.unread else 0)


def _plan(given: CleanupOptions, was: RunFile) -> Plan:
    """The plan of the run that is to be finished, against its own server."""
    from conformance.options import Options, plan

    url = None if given.target_file else was.url
    user = given.user or (None if given.target_file else was.user or None)
    options = taken(Options, given, url=url, user=user, report=given.folder, run=was.run, allow_writes=True)
    made = plan(options, os.environ, ask_password)
    if made.target.url != was.url:
        raise UsageError(f"{given.folder}: is about {was.url}, not {made.target.url}: what it left is there")
    return made


def _recovered(done: Recovered) -> list[Text]:
    parts = [Text(f"removed, or never there: {did}") for did in done.gone]
    for item, curl in done.left:
        why = item.reason or "it could not be deleted"
        parts.append(Text(f"still there: {str(item.row)!r} ({why})", style="bold red"))
        parts += [Text(f"  {line}") for line in (curl, item.sql) if line]
    for unread in done.unread:
        parts.append(Text(f"{visible(unread)}: what it named may still be there", style="bold red"))
    if done.unread:
        parts.append(Text(f"  look for DIDs of this run, which begin with {' or '.join(done.prefixes)}:"))
        parts += [Text(f"  {_SEARCH.format(prefix=prefix)}") for prefix in done.prefixes]
    if not parts:
        parts.append(Text("Nothing is left of this run."))
    elif not done.left and not done.unread:
        parts.append(Text("Nothing is left of this run any more.", style="green"))
    return parts


_SEARCH = "SELECT did_pattern FROM vicidial_inbound_dids WHERE did_pattern LIKE '%{prefix}%';"


def register(app: typer.Typer) -> None:
    """Add this command."""
    command(app, cleanup, epilog=EPILOG)
