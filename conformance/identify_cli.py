"""The command line's command that places a server by what it answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from conformance import defaults
from conformance.errors import UsageError
from conformance.terminal import comes_to, err, out

EPILOG = """[bold]Examples[/]

vicidial-conformance identify https://dialer.example --user 6666    [dim]changes nothing[/]

vicidial-conformance identify --target lab.toml --allow-writes      [dim]can ask more[/]

[bold]Exit codes[/]

0 placed, 1 no build that we know answers so, 2 wrong usage, 3 no answer to be had, 4 something was left on the server
"""


def identify(
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="The server, unless the target file names it.")
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="The API user. Its password: VICIDIAL_PASS, --password-file, or a prompt.")
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read the password from this file.")
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--target", metavar="FILE.toml", help="Roles, users and entities.")
    ] = None,
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Let the server be written to.")] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the ledger here, not in reports/<host>-<time>/.")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(metavar="N", help="At most so many requests a second; 0: no limit. [dim]Default: 10.[/]"),
    ] = None,
    ca_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Trust the certificates in this PEM file.")
    ] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Trust any certificate, as of a lab's own.")] = False,
    settling: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="How long a server may go on with what it has not answered."),
    ] = defaults.SETTLING,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="How long to wait for a reply.")] = defaults.TIMEOUT,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say which builds and settings explain what a server answers, by the fewest questions that tell them apart.

    What the server says of its build is shown beside that, and not relied on.
    """
    from conformance.contract.load import load_contract
    from conformance.crash import told_redacted
    from conformance.identify import terminal
    from conformance.identify.asking import identify as placing
    from conformance.options import Options, plan
    from conformance.prompt import ask_password
    from conformance.run.run import left_line, redactor

    if url is None and target is None:
        raise UsageError("identify needs a server: give its URL, or a target file with --target")
    options = Options(
        url=url,
        user=user,
        password_file=password_file,
        target_file=target,
        allow_writes=allow_writes,
        report=report,
        rate=rate,
        ca_file=ca_file,
        insecure=insecure,
        timeout=timeout,
        settling=settling,
        concurrency=1,
    )
    made = plan(options, os.environ, ask_password)
    with told_redacted(redactor(made)):
        found = placing(load_contract(), made)
    if as_json:
        out.json(terminal.as_json(found))
    else:
        out.print(terminal.page(found), soft_wrap=True)
    left = [left_line(found.left_behind, made.folder)] if found.left_behind else []
    for line in left or ([] if found.is_explained else [_about(made.folder)]):
        err.print(line)
    comes_to(*(line.plain.strip() for line in terminal.answer(found)), *left)
    raise typer.Exit(found.exit_code)


def _about(folder: Path) -> str:
    """Where the run is written down that nothing explains, for whoever wants to be sure that it left nothing."""
    from conformance.run.folder import cleanup_line

    return (
        f"run folder: {folder}; nothing is left on the server that we know of, and `{cleanup_line(folder)}` asks again"
    )


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=EPILOG)(identify)
