"""`har`: a run's exchanges as an HTTP Archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.commands.shared import value
from conformance.terminal import out


def har(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="The folder that a run reported to.")],
    output: Annotated[
        Path | None, value("FILE", "Write the archive here. [dim]Default: exchanges.har in REPORT.[/]")
    ] = None,
) -> None:
    """Write a run's exchanges as an HTTP Archive (HAR 1.2). Passwords are masked in it, as in the exchanges.

    Byte-level messages are left out: no archive can hold what is not HTTP.
    """
    from conformance.report.exchanges import read_exchanges
    from conformance.report.har import write
    from conformance.report.json_file import load_report
    from conformance.run.folder import EXCHANGES

    run = load_report(report)
    path = output or report / "exchanges.har"
    lines = (line for _, line in read_exchanges(report / EXCHANGES))
    written = write(lines, run.target.url, run.started, path)
    out.print(
        f"{path}: {written.entries:,} requests; {written.left_out:,} byte-level messages left out", soft_wrap=True
    )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: vicidial-conformance har reports/lab --output lab.har")(har)
