"""`provision`: the test users and entities of a disposable server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.commands.shared import value
from conformance.terminal import out

EPILOG = "Example: vicidial-conformance provision https://lab.example --target lab.toml > users.sql"


def provision(
    url: Annotated[str, typer.Argument(metavar="URL", help="The disposable server, for the target file.")],
    write: Annotated[
        Path | None, value("FILE.toml", "Write the target file here; else it is printed.", "--target")
    ] = None,
) -> None:
    """Print SQL that makes the test users and entities on a DISPOSABLE server, and write the target file for it.

    Nothing is sent anywhere. The SQL ends with the statements, commented out, that remove everything again.
    """
    from conformance.contract.load import load_contract
    from conformance.report.files import write_whole
    from conformance.run.provision import sql, target_file
    from conformance.run.settings import check_url

    text = target_file(check_url(url))
    if write is not None:
        write_whole(write, text.encode(), is_new=True)
    out.raw(sql(load_contract()) + "\n")
    if write is None:
        out.raw("".join(f"-- {line}\n" for line in text.splitlines()) + "\n")


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=EPILOG)(provision)
