"""`rejudge`: a recorded run is judged again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.commands.shared import command, value
from conformance.terminal import comes_to, err, out
from conformance.verdict.model import Expect

if TYPE_CHECKING:
    from conformance.rejudge.model import Rejudged
    from conformance.rejudge.rejudge import Terms
    from conformance.report.model import Report

EPILOG = """[bold]Examples[/]

vicidial-conformance rejudge reports/lab                          [dim]by the contract of this version[/]

vicidial-conformance rejudge reports/lab --expect documented

vicidial-conformance rejudge reports/lab --build 2.14-172 --report as-172

[bold]Exit codes[/]

0 conforms, 1 a case failed, 2 a folder that is no run or is damaged, 3 no answer to be had, 4 something was left
"""


@dataclass(frozen=True, slots=True)
class RejudgeOptions:
    """What `rejudge` is told."""

    report: Annotated[Path, typer.Argument(metavar="REPORT", help="The folder that a run reported to.")]
    expect: Annotated[Expect | None, typer.Option(help="What conforms. [dim]Default: what the run was told.[/]")] = None
    build: Annotated[str | None, value("BUILD", "Judge as this API build. [dim]Default: the build of the run.[/]")] = (
        None
    )
    folder: Annotated[
        Path | None, value("DIR", "Write the new report here. [dim]Default: REPORT-rejudged, beside it.[/]", "--report")
    ] = None
    only: Annotated[list[str] | None, value("GLOB", "Only cases whose id matches; may be given again.", "--only")] = (
        None
    )


def rejudge(given: RejudgeOptions) -> None:
    """Judge the recorded exchanges of a run again. The server is not asked, and the run's own report stays as it is.

    Passes, deviations and fails are judged; errors, blocked and not-tested cases stay as they were.
    """
    from conformance.cases.catalogue import catalogue
    from conformance.contract.load import load_contract
    from conformance.rejudge import write
    from conformance.rejudge.model import rejudged
    from conformance.rejudge.recorded import load
    from conformance.rejudge.rejudge import rejudge as judged
    from conformance.report.text import visible

    terms, contract = _terms(given), load_contract()
    cases = catalogue(contract)
    recorded = load(given.report, {case.id: case for case in cases})
    target = given.folder or write.folder_beside(given.report, terms)
    write.check_folder(target)
    after = judged(recorded, terms, contract, cases)
    found = rejudged(visible(str(given.report)), recorded.report, after)
    write.write(after, found, given.report, target)
    _show(after, found, target)
    raise typer.Exit(after.exit_code)


def _terms(given: RejudgeOptions) -> Terms:
    """By what it is judged."""
    from conformance.builds import described_build
    from conformance.rejudge.rejudge import Terms

    build = described_build("--build", given.build) if given.build is not None else None
    return Terms(given.expect, build, tuple(given.only or ()))


def _show(after: Report, found: Rejudged, folder: Path) -> None:
    """What the judge says now, and what has changed by it."""
    from conformance.rejudge import write
    from conformance.report.terminal import summary

    out.print(summary(after), crop=False)
    out.print(write.changes(found), soft_wrap=True)
    err.print(f"report: {folder / 'report.html'}")
    comes_to(after.answer)


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, rejudge, epilog=EPILOG)
