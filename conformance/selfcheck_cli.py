"""The command line's command that checks the suite itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.cases.model import Level
from conformance.terminal import err, out

_WHICH, _HOW, _WHERE = "Which faults and cases", "How", "What to show and write"

EPILOG = """[bold]Examples[/]

vicidial-conformance selfcheck --jobs 2                           [dim]every fault, every case[/]

vicidial-conformance selfcheck --only 'order/*' --parts           [dim]and what the order cases buy[/]

vicidial-conformance selfcheck --compare matrix.json --quiet      [dim]is anything lost?[/]

[bold]Exit codes[/]

0 every visible fault is caught and no fault-free server fails, 1 not so, 2 wrong usage
"""


def selfcheck(
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", rich_help_panel=_WHICH, help="Only faults whose id matches; may be given again."),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(metavar="N", rich_help_panel=_WHICH, help="Only so many faults, drawn by --seed.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", rich_help_panel=_WHICH, help="What is drawn.")] = 0,
    level: Annotated[
        Level, typer.Option(rich_help_panel=_WHICH, help="How far cases may go: probe, standard or full.")
    ] = Level.FULL,
    cases: Annotated[
        Path | None,
        typer.Option(metavar="FILE", rich_help_panel=_WHICH, help="Only the cases that --write-quick wrote there."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", rich_help_panel=_HOW, help="Processes. [dim]Default: one a core.[/]")
    ] = None,
    over_http: Annotated[
        int | None,
        typer.Option(
            "--over-http",
            metavar="N",
            rich_help_panel=_HOW,
            help="Ask so many faults over a socket too. [dim]Default: one in a hundred.[/]",
        ),
    ] = None,
    parts: Annotated[
        bool, typer.Option("--parts", rich_help_panel=_WHERE, help="Which part of the suite buys what.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", rich_help_panel=_WHERE, help="Only what is wrong, and the score.")
    ] = False,
    as_json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", rich_help_panel=_WHERE, help="All of it as JSON.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", rich_help_panel=_WHERE, help="All of it as a page.")
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(metavar="FILE", rich_help_panel=_WHERE, help="A matrix; what it has and is lost is a failure."),
    ] = None,
    write_matrix: Annotated[
        Path | None, typer.Option(metavar="FILE", rich_help_panel=_WHERE, help="Write which case catches which fault.")
    ] = None,
    write_quick: Annotated[
        Path | None, typer.Option(metavar="FILE", rich_help_panel=_WHERE, help="Write the few cases that are enough.")
    ] = None,
) -> None:
    """Run the suite's cases against servers that are wrong on purpose: which case catches which fault?

    Nothing is sent to any server but those of this process. Faults that the API cannot show do not count.
    """
    from conformance.contract.load import load_contract
    from conformance.emulator.faults.catalogue import faults
    from conformance.selfcheck.checker import Checker
    from conformance.selfcheck.command import Selfcheck, SelfcheckOptions
    from conformance.selfcheck.run import Suite

    asked = SelfcheckOptions(
        only=tuple(only or ()),
        sample=sample,
        seed=seed,
        level=level,
        jobs=jobs,
        over_http=over_http,
        cases=cases,
        parts=parts,
        quiet=quiet,
        json=as_json,
        html=html,
        compare=compare,
        write_matrix=write_matrix,
        write_quick=write_quick,
    )
    checker = Checker(Suite.whole(load_contract()))
    raise typer.Exit(Selfcheck(out, err, checker)(asked, faults()))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(selfcheck)
