"""The command line's command that compares reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.errors import UsageError
from conformance.terminal import comes_to, out

EPILOG = """[bold]Examples[/]

vicidial-conformance compare before after                         [dim]has the upgrade changed anything?[/]

vicidial-conformance compare before after --markdown > changes.md

vicidial-conformance compare before after --html changes.html

vicidial-conformance compare lab1 lab2 lab3                       [dim]servers by cases[/]

[bold]Exit codes[/]

0 no regression from the first run, 1 what conformed fails now, or a fail is another one, 2 a folder that is no report,
3 no regression, but one of the runs broke off or nothing was compared
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
) -> None:
    """Compare the reports of two runs or more: what is worse, what is better, what only changed.

    Numbers, users, dates and ids that differ from run to run do not count, and a fail that did not repeat neither.
    """
    if len(folders) < 2:
        raise UsageError("compare needs two report folders or more: the one before and the one after")
    if as_json and as_markdown:
        raise UsageError("--json and --markdown exclude each other: give the one you mean")
    from conformance.compare import html, markdown, terminal
    from conformance.compare.compare import compare as compared
    from conformance.compare.load import load
    from conformance.compare.model import to_json
    from conformance.report.files import write_whole

    found = compared([load(folder) for folder in folders])
    if html_file:
        write_whole(html_file, html.render(found).encode())
    if as_json:
        out.json(to_json(found).decode())
    elif as_markdown:
        out.raw(markdown.render(found))
    else:
        out.print(terminal.shown(found))
    comes_to(found.answer)
    raise typer.Exit(found.exit_code)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(compare)
