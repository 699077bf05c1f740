"""The command line's commands beside `run`: cleanup, doctor and provision; fuzz and replay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from conformance import defaults

if TYPE_CHECKING:
    from conformance.options import Options

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

User = Annotated[str | None, typer.Option(help="The API user. Its password: VICIDIAL_PASS or --password-file.")]
PasswordFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Read the password from this file.")]
TargetFile = Annotated[Path | None, typer.Option("--target", metavar="FILE.toml", help="Roles, users and entities.")]
CaFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Trust the certificates in this PEM file.")]
Insecure = Annotated[bool, typer.Option("--insecure", help="Trust any certificate, as of a lab's own.")]
Timeout = Annotated[float, typer.Option(metavar="SECONDS", help="How long to wait for a reply.")]
Url = Annotated[str | None, typer.Argument(metavar="[URL]", help="The server, unless the target file names it.")]


def cleanup(
    folder: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The folder that the run reported to.")],
    user: User = None,
    password_file: PasswordFile = None,
    target: TargetFile = None,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    timeout: Timeout = defaults.TIMEOUT,
) -> None:
    """Remove the DIDs that an interrupted run left on its server, and nothing else.

    It asks the server before and after each deletion, and may be run again. Exit code 4: something could not be
    removed; the call and the SQL that would are printed.
    """
    from conformance.care import clean_up

    options = _options(None, user, password_file, target, ca_file, insecure, timeout)
    raise typer.Exit(clean_up(folder, options, out))


def doctor(
    url: Url = None,
    user: User = None,
    password_file: PasswordFile = None,
    target: TargetFile = None,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    timeout: Timeout = defaults.TIMEOUT,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say for each role and entity whether it works, what it makes possible, and how to provide it.

    Sends nothing that writes. Exit code 1: something that the target file names is wrong.
    """
    from conformance.care import diagnose

    options = _options(url, user, password_file, target, ca_file, insecure, timeout)
    raise typer.Exit(diagnose(options, out, as_json=as_json))


def fuzz(
    url: Url = None,
    user: User = None,
    password_file: PasswordFile = None,
    target: TargetFile = None,
    budget: Annotated[int, typer.Option(metavar="REQUESTS", help="About how many requests to send.")] = 500,
    seed: Annotated[int, typer.Option(help="What is drawn; the same seed sends the same requests.")] = 0,
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Let another machine be written to.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the findings here.")] = None,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    timeout: Timeout = defaults.TIMEOUT,
) -> None:
    """Send inputs that nobody wrote down, drawn from the contract, and shrink what the contract does not explain.

    Generated add_did, update_did and copy_did requests, under the same guard and ledger as a run. Each finding is tried
    a second time and saved as a file for `replay`. Exit code 1: something was found.
    """
    from conformance.fuzz.command import fuzz as search

    options = _options(url, user, password_file, target, ca_file, insecure, timeout)
    options = replace(options, allow_writes=allow_writes, report=report)
    raise typer.Exit(search(options, budget, seed, out, err))


def replay(
    finding: Annotated[Path, typer.Argument(metavar="FILE", help="A finding that `fuzz` has saved.")],
    url: Annotated[str | None, typer.Option(metavar="URL", help="The server, unless the target file names it.")] = None,
    user: User = None,
    password_file: PasswordFile = None,
    target: TargetFile = None,
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Let another machine be written to.")] = False,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    timeout: Timeout = defaults.TIMEOUT,
) -> None:
    """Send a finding's input again: fixed, still there, or different now.

    Exit code 0: fixed; 1: still there or different; 3: no answer.
    """
    from conformance.fuzz.command import repeat

    options = _options(url, user, password_file, target, ca_file, insecure, timeout)
    raise typer.Exit(repeat(replace(options, allow_writes=allow_writes), finding, out))


def provision(
    url: Annotated[str, typer.Argument(metavar="URL", help="The disposable server, for the target file.")],
    write: Annotated[
        Path | None,
        typer.Option("--target", metavar="FILE.toml", help="Write the target file here; else it is printed."),
    ] = None,
) -> None:
    """Print SQL that makes the test users and entities on a DISPOSABLE server, and write the target file for it.

    Nothing is sent anywhere. The SQL ends with the statements, commented out, that remove everything again.
    """
    from conformance.care import provide

    provide(url, write, out)


def _options(
    url: str | None,
    user: str | None,
    password_file: Path | None,
    target: Path | None,
    ca_file: Path | None,
    insecure: bool,
    timeout: float,
) -> Options:
    from conformance.options import Options

    return Options(
        url=url,
        user=user,
        password_file=password_file,
        target_file=target,
        ca_file=ca_file,
        insecure=insecure,
        timeout=timeout,
    )


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: VICIDIAL_PASS=... vicidial-conformance cleanup reports/dialer.example-...")(cleanup)
    app.command(epilog="Example: VICIDIAL_PASS=... vicidial-conformance doctor --target lab.toml")(doctor)
    app.command(epilog="Example: vicidial-conformance fuzz http://127.0.0.1:8080 --user 6666 --budget 2000")(fuzz)
    app.command(epilog="Example: vicidial-conformance replay out/findings/add_did-group.json --target lab.toml")(replay)
    app.command(epilog="Example: vicidial-conformance provision https://lab.example --target lab.toml > users.sql")(
        provision
    )
