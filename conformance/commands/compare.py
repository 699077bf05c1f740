"""`compare`: reports beside each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.commands.shared import command, flag, value
from conformance.errors import UsageError
from conformance.terminal import comes_to, out
from conformance.upgrade.effect import ClientEffect

if TYPE_CHECKING:
    from conformance.compare.model import Comparison

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


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """What `compare` is told."""

    folders: Annotated[
        list[Path],
        typer.Argument(metavar="BEFORE AFTER [MORE]...", help="Report folders of runs, the older one first."),
    ]
    as_json: Annotated[bool, flag("As JSON, complete.", "--json")] = False
    as_markdown: Annotated[bool, flag("As Markdown, for a job summary.", "--markdown")] = False
    html_file: Annotated[Path | None, value("FILE", "Also write a page with every difference.", "--html")] = None
    fail_on: Annotated[
        list[str] | None,
        value(
            "EFFECT",
            f"End with exit code 5 if a client feels that: {EFFECTS} or {ANY}. May be given again.",
            "--fail-on",
        ),
    ] = None


def compare(given: CompareOptions) -> None:
    """Compare the reports of two runs or more: what a client will feel, the most dangerous first.

    Numbers, users, dates and ids that differ from run to run do not count, and a fail that did not repeat neither.
    """
    if len(given.folders) < 2:
        raise UsageError("compare needs two report folders or more: the one before and the one after")
    if given.as_json and given.as_markdown:
        raise UsageError("--json and --markdown exclude each other: give the one you mean")
    feared = _effects(given.fail_on or ())
    from conformance.compare.compare import compare as compared
    from conformance.compare.traces import load
    from conformance.contract.load import load_contract

    contract = load_contract()
    found = compared(contract, [load(contract, folder) for folder in given.folders], feared)
    _show(found, given)
    comes_to(found.answer)
    raise typer.Exit(found.exit_code)


def _show(found: Comparison, given: CompareOptions) -> None:
    """Write the page, if one is wanted, and print what was found."""
    from conformance.compare import html, markdown, terminal
    from conformance.compare.model import to_json
    from conformance.report.files import write_whole

    if given.html_file:
        write_whole(given.html_file, html.render(found).encode())
    if given.as_json:
        out.json(to_json(found).decode())
    elif given.as_markdown:
        out.raw(markdown.render(found))
    else:
        out.print(terminal.shown(found), crop=False)


def _effects(named: Iterable[str]) -> tuple[ClientEffect, ...]:
    """The effects of these names, in order of danger. Raises UsageError for a name that is none."""
    names = frozenset(named)
    for name in sorted(names - {ANY, *ClientEffect}):
        raise UsageError(f"--fail-on {name}: give {EFFECTS} or {ANY}")
    return tuple(effect for effect in ClientEffect if names & {ANY, effect})


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, compare, epilog=EPILOG)
