"""The command line's command that compares reports."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from conformance.errors import UsageError
from conformance.terminal import comes_to, out
from conformance.upgrade.effect import ClientEffect

ANY = "any"
"""What names every effect."""

EFFECTS = ", ".join(ClientEffect)

EPILOG = """[bold]Examples[/]

vicidial-conformance compare before after                         [dim]has the upgrade changed anything?[/]

vicidial-conformance compare before after --fail-on calls-that-fail [dim]exit code 5 if a client would break[/]

vicidial-conformance compare before after --markdown > changes.md

vicidial-conformance compare before after --html changes.html

vicidial-conformance compare lab1 lab2 lab3                       [dim]servers by cases[/]

[bold]Exit codes[/]

0 no regression from the first run, 1 what conformed fails now, or a fail is another one, 2 a folder that is no report,
3 no regression, but one of the runs broke off or nothing was compared, 5 a client feels what --fail-on names
"""


def compare(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="BEFORE AFTER [MORE]...", help="Report folders of runs, the older one first."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, complete.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown, for a job summary.")] = False,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Also write a page with every difference.")
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on",
            metavar="EFFECT",
            help=f"End with exit code 5 if a client feels that: {EFFECTS} or {ANY}. May be given again.",
        ),
    ] = None,
) -> None:
    """Compare the reports of two runs or more: what a client will feel, the most dangerous first.

    Numbers, users, dates and ids that differ from run to run do not count, and a fail that did not repeat neither.
    """
    if len(folders) < 2:
        raise UsageError("compare needs two report folders or more: the one before and the one after")
    if as_json and as_markdown:
        raise UsageError("--json and --markdown exclude each other: give the one you mean")
    feared = _effects(fail_on or ())
    from conformance.compare import html, markdown, terminal
    from conformance.compare.compare import compare as compared
    from conformance.compare.model import to_json
    from conformance.compare.traces import load
    from conformance.contract.load import load_contract
    from conformance.report.files import write_whole

    contract = load_contract()
    found = compared(contract, [load(contract, folder) for folder in folders], feared)
    if html_file:
        write_whole(html_file, html.render(found).encode())
    if as_json:
        out.json(to_json(found).decode())
    elif as_markdown:
        out.raw(markdown.render(found))
    else:
        out.print(terminal.shown(found), crop=False)
    comes_to(found.answer)
    raise typer.Exit(found.exit_code)


def _effects(named: Iterable[str]) -> tuple[ClientEffect, ...]:
    """The effects of these names, in order of danger. Raises UsageError for a name that is none."""
    names = frozenset(named)
    for name in sorted(names - {ANY, *ClientEffect}):
        raise UsageError(f"--fail-on {name}: give {EFFECTS} or {ANY}")
    return tuple(effect for effect in ClientEffect if names & {ANY, effect})


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(compare)
