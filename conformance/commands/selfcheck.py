"""`selfcheck`: the suite itself is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from conformance.cases.model import Level
from conformance.commands.shared import command, flag, taken, value
from conformance.terminal import err, out

EPILOG = """[bold]Examples[/]

vicidial-conformance selfcheck --jobs 2                           [dim]every fault, every case[/]

vicidial-conformance selfcheck --only 'order/*' --parts           [dim]and what the order cases buy[/]

vicidial-conformance selfcheck --compare matrix.json --quiet      [dim]is anything lost?[/]

[bold]Exit codes[/]

0 every visible fault is caught and no fault-free server fails, 1 not so, 2 wrong usage
"""

PANELS: Mapping[str, tuple[str, ...]] = {
    "Which faults and cases": ("only", "sample", "seed", "level", "cases"),
    "How": ("jobs", "over_http"),
    "What to show and write": ("parts", "quiet", "json", "html", "compare", "write_matrix", "write_quick"),
}


@dataclass(frozen=True, slots=True)
class SelfcheckOptions:
    """What `selfcheck` is told."""

    only: Annotated[list[str] | None, value("GLOB", "Only faults whose id matches; may be given again.")] = None
    sample: Annotated[int | None, value("N", "Only so many faults, drawn by --seed.")] = None
    seed: Annotated[int, value("S", "What is drawn.")] = 0
    level: Annotated[Level, typer.Option(help="How far cases may go: probe, standard or full.")] = Level.FULL
    cases: Annotated[Path | None, value("FILE", "Only the cases that --write-quick wrote there.")] = None
    jobs: Annotated[int | None, value("N", "Processes. [dim]Default: one a core.[/]")] = None
    over_http: Annotated[
        int | None,
        value("N", "Ask so many faults over a socket too. [dim]Default: one in a hundred.[/]", "--over-http"),
    ] = None
    parts: Annotated[bool, flag("Which part of the suite buys what.")] = False
    quiet: Annotated[bool, flag("Only what is wrong, and the score.", "--quiet", "-q")] = False
    json: Annotated[Path | None, value("FILE", "All of it as JSON.", "--json")] = None
    html: Annotated[Path | None, value("FILE", "All of it as a page.")] = None
    compare: Annotated[Path | None, value("FILE", "A matrix; what it has and is lost is a failure.")] = None
    write_matrix: Annotated[Path | None, value("FILE", "Write which case catches which fault.")] = None
    write_quick: Annotated[Path | None, value("FILE", "Write the few cases that are enough.")] = None


def selfcheck(given: SelfcheckOptions) -> None:
    """Run the suite's cases against servers that are wrong on purpose: which case catches which fault?

    Nothing is sent to any server but those of this process. Faults that the API cannot show do not count.
    """
    from conformance.contract.load import load_contract
    from conformance.emulator.faults.catalogue import faults
    from conformance.selfcheck.checker import Checker
    from conformance.selfcheck.command import Selfcheck, SelfcheckPlan
    from conformance.selfcheck.run import Suite

    plan = taken(SelfcheckPlan, given, only=tuple(given.only or ()))
    checker = Checker(Suite.whole(load_contract()))
    raise typer.Exit(Selfcheck(out, err, checker)(plan, faults()))


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, selfcheck, epilog=EPILOG, panels=PANELS)
