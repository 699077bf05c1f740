"""The command line's commands beside `run`: cleanup, doctor and provision; fuzz and replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance import defaults
from conformance.errors import UsageError
from conformance.fuzz.names import IDS, NAMES, SUBJECT
from conformance.terminal import comes_to, err, out

if TYPE_CHECKING:
    from conformance.options import Options


def _searches(incomplete: str) -> list[str]:
    """For shell completion."""
    return [name for name in NAMES if name.startswith(incomplete)]


User = Annotated[
    str | None, typer.Option(help="The API user. Its password: VICIDIAL_PASS, --password-file, or a prompt.")
]
PasswordFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Read the password from this file.")]
TargetFile = Annotated[Path | None, typer.Option("--target", metavar="FILE.toml", help="Roles, users and entities.")]
CaFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Trust the certificates in this PEM file.")]
Insecure = Annotated[bool, typer.Option("--insecure", help="Trust any certificate, as of a lab's own.")]
Timeout = Annotated[float, typer.Option(metavar="SECONDS", help="How long to wait for a reply.")]
Settling = Annotated[
    float,
    typer.Option(metavar="SECONDS", help="How long a server may go on working on a request that it has not answered."),
]
BuildOption = Annotated[
    str | None, typer.Option("--build", metavar="BUILD", help="Its API build, where it tells none or another.")
]
Url = Annotated[str | None, typer.Argument(metavar="URL", help="The server, unless the target file names it.")]


def cleanup(
    folder: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The folder that the run reported to.")],
    user: User = None,
    password_file: PasswordFile = None,
    target: TargetFile = None,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    timeout: Timeout = defaults.TIMEOUT,
    settling: Settling = defaults.SETTLING,
) -> None:
    """Remove the DIDs that an interrupted run left on its server, and nothing else.

    It asks the server before and after each deletion, and may be run again. Exit code 4: something could not be
    removed; the call and the SQL that would are printed.
    """
    from conformance.care import clean_up

    options = _options(None, user, password_file, target, ca_file, insecure, timeout, settling)
    raise typer.Exit(clean_up(folder, options, out, lambda line: err.print(line, markup=False)))


def doctor(
    url: Url = None,
    user: User = None,
    password_file: PasswordFile = None,
    target: TargetFile = None,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    timeout: Timeout = defaults.TIMEOUT,
    settling: Settling = defaults.SETTLING,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say for each role and entity whether it works, what it makes possible, and how to provide it.

    Sends nothing that writes. Exit code 1: something that the target file names is wrong. 3: something got no answer.
    """
    from conformance.care import diagnose

    options = _options(url, user, password_file, target, ca_file, insecure, timeout, settling)
    raise typer.Exit(diagnose(options, out, as_json=as_json))


def fuzz(
    url: Url = None,
    user: User = None,
    password_file: PasswordFile = None,
    target: TargetFile = None,
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="REQUESTS", help="How many requests to send at most, clean-up included. [dim]Default: 500.[/]"
        ),
    ] = None,
    time: Annotated[
        str | None, typer.Option(metavar="DURATION", help="How long to go on instead: 60s, 10m, 2h.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What is drawn; the same seed sends the same requests.")] = 0,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", autocompletion=_searches, help="Only this search; may be given again."),
    ] = None,
    build: BuildOption = None,
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Let the server be written to.")] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write report and findings here, not to reports/<host>-<time>/.")
    ] = None,
    concurrency: Annotated[int, typer.Option(metavar="N", help="Inputs in flight.")] = defaults.CONCURRENCY,
    rate: Annotated[
        float | None,
        typer.Option(metavar="N", help="At most so many requests a second; 0: no limit. [dim]Default: 10.[/]"),
    ] = None,
    mask_users: Annotated[bool, typer.Option("--mask-users", help="Keep user names out of the reports.")] = False,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    timeout: Timeout = defaults.TIMEOUT,
    settling: Settling = defaults.SETTLING,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the answer.")] = False,
) -> None:
    """Send inputs that nobody wrote down, drawn from the contract, and make small what it does not explain.

    Without a URL: an emulator. Under the same guard, ledger, pace and reports as a run. Each finding is tried a second
    time and saved as a file for `replay`.
    """
    from conformance.launch import launch
    from conformance.options import Effort
    from conformance.screen import Screen

    options = _options(url, user, password_file, target, ca_file, insecure, timeout, settling)
    options = replace(
        options,
        only=_chosen(only or ()),
        build=build,
        allow_writes=allow_writes,
        report=report,
        concurrency=concurrency,
        rate=rate,
        mask_users=mask_users,
        fuzz=Effort(_requests(budget, time), _seconds(time), seed),
    )
    raise typer.Exit(launch(options, Screen(out, err, quiet)))


def replay(
    finding: Annotated[Path, typer.Argument(metavar="FILE", help="A finding that `fuzz` has saved.")],
    url: Annotated[str | None, typer.Option(metavar="URL", help="The server, unless the target file names it.")] = None,
    user: User = None,
    password_file: PasswordFile = None,
    target: TargetFile = None,
    build: BuildOption = None,
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Let the server be written to.")] = False,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    timeout: Timeout = defaults.TIMEOUT,
    settling: Settling = defaults.SETTLING,
) -> None:
    """Send a finding's input again: fixed, still there, or different now.

    Exit code 0: fixed; 1: still there or different; 3: no answer.
    """
    from conformance.fuzz.repeat import repeat

    options = _options(url, user, password_file, target, ca_file, insecure, timeout, settling)
    repeated = repeat(replace(options, allow_writes=allow_writes, build=build), finding)
    lines = [str(repeated), *(f"may still be on the target: {did}" for did in repeated.left)]
    for line in lines:
        out.print(line, soft_wrap=True)
    comes_to(*lines)
    raise typer.Exit(repeated.exit_code)


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


_UNITS = {"s": 1, "m": 60, "h": 3600}


def _seconds(time: str | None) -> float | None:
    """A duration in seconds. Raises UsageError for what is none."""
    if time is None:
        return None
    number, unit = (time[:-1], time[-1:]) if time[-1:] in _UNITS else (time, "s")
    try:
        return float(number) * _UNITS[unit]
    except ValueError:
        raise UsageError(f"--time {time}: is no duration such as 60s, 10m or 2h") from None


def _requests(budget: int | None, time: str | None) -> int | None:
    if budget is not None and time is not None:
        raise UsageError("--budget and --time exclude each other: give the one you mean")
    return budget if budget is not None or time is not None else defaults.FUZZ_REQUESTS


def _chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The ids of searches by their names. Raises UsageError for one that there is not."""
    for name in names:
        if name not in NAMES:
            raise UsageError(f"--only {name}: there is no such search; there are {', '.join(NAMES)}")
    return tuple(f"{SUBJECT}/{name}" for name in names) or IDS


def _options(
    url: str | None,
    user: str | None,
    password_file: Path | None,
    target: Path | None,
    ca_file: Path | None,
    insecure: bool,
    timeout: float,
    settling: float,
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
        settling=settling,
    )


FUZZ_EPILOG = """[bold]Examples[/]

vicidial-conformance fuzz --budget 2000                             [dim]an emulator of its own[/]

vicidial-conformance fuzz --target lab.toml --allow-writes --time 10m --seed 7

vicidial-conformance fuzz --target lab.toml --allow-writes --only sequences --only wire

[bold]Exit codes[/]

0 nothing found, 1 something was found, 2 wrong usage or settings, 3 no answer to be had, 4 something was left
"""


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: VICIDIAL_PASS=... vicidial-conformance cleanup reports/dialer.example-...")(cleanup)
    app.command(epilog="Example: VICIDIAL_PASS=... vicidial-conformance doctor --target lab.toml")(doctor)
    app.command(epilog=FUZZ_EPILOG)(fuzz)
    app.command(epilog="Example: vicidial-conformance replay out/findings/add_did-group.json --target lab.toml")(replay)
    app.command(epilog="Example: vicidial-conformance provision https://lab.example --target lab.toml > users.sql")(
        provision
    )
