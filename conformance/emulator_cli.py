"""The command line's command that serves the emulator."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.builds import NEWEST_PHP, described_build, described_php
from conformance.contract.model import NEWEST_BUILD, OLDEST_BUILD, Dialect, SqlMode
from conformance.terminal import out

if TYPE_CHECKING:
    from conformance.emulator.config import Config

PORT = 8080

_WHAT, _WHERE, _CLIENT = "What server it is", "Where it listens, what it keeps", "For trying a client"

EPILOG = """[bold]Examples[/]

vicidial-conformance emulator --build 2.14-137 --sql-mode strict --state dids.sqlite

vicidial-conformance emulator --log - --latency 0.1-2                 [dim]see what a client sends, slowly[/]

vicidial-conformance emulator --fault by-hand/wire/closes             [dim]see what it makes of a bug[/]
"""


def _listed(wanted: bool) -> None:
    """Print every fault and end."""
    if wanted:
        from conformance.emulator.faults.catalogue import faults

        out.raw("".join(f"{fault.id}  {fault.title}\n" for fault in faults()))
        raise typer.Exit


def emulator(
    dialect: Annotated[
        Dialect, typer.Option(rich_help_panel=_WHAT, help="Answer as servers do, or as the documentation says.")
    ] = Dialect.SHIPPED,
    build: Annotated[
        str,
        typer.Option(metavar="BUILD", rich_help_panel=_WHAT, help=f"The API build, {OLDEST_BUILD} to {NEWEST_BUILD}."),
    ] = str(NEWEST_BUILD),
    sql_mode: Annotated[
        SqlMode,
        typer.Option(rich_help_panel=_WHAT, help="Whether the database refuses values that do not fit, or bends them."),
    ] = SqlMode.LEGACY,
    non_latin: Annotated[
        bool, typer.Option("--non-latin", rich_help_panel=_WHAT, help="As with use_non_latin=1.")
    ] = False,
    php: Annotated[
        str,
        typer.Option(
            metavar="VERSION",
            rich_help_panel=_WHAT,
            help="The PHP: before 8.1 a refused SQL statement is skipped in silence.",
        ),
    ] = NEWEST_PHP,
    target: Annotated[
        Path | None,
        typer.Option(
            "--target",
            metavar="FILE.toml",
            rich_help_panel=_WHAT,
            help="Have the users and entities of this target file.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(rich_help_panel=_WHERE, help="The port to listen on; 0 for any free one.")
    ] = PORT,
    host: Annotated[str, typer.Option(rich_help_panel=_WHERE, help="The address to listen on.")] = "127.0.0.1",
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", rich_help_panel=_WHERE, help="Keep the DIDs in this SQLite file, not in memory."),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE|-",
            rich_help_panel=_CLIENT,
            help="Write a line for each request there, at the end of what is there; - is standard output.",
        ),
    ] = None,
    latency: Annotated[
        str,
        typer.Option(
            metavar="SECONDS", rich_help_panel=_CLIENT, help="Wait before each reply: 0.5, or any time in 0.1-2."
        ),
    ] = "0",
    fault: Annotated[
        str | None, typer.Option(metavar="ID", rich_help_panel=_CLIENT, help="Be wrong in this one way.")
    ] = None,
    faults: Annotated[
        bool,
        typer.Option(
            "--faults", callback=_listed, is_eager=True, rich_help_panel=_CLIENT, help="List the faults and exit."
        ),
    ] = False,
) -> None:
    """Serve a VICIdial DID API to develop a client against, until Ctrl-C.

    A POST to /emulator/reset from the same machine puts everything back as it was at the start.
    """
    del faults
    from conformance.contract.model import ServerSettings
    from conformance.emulator.config import Config
    from conformance.emulator.server import serve
    from conformance.run.settings import load_target, resolve
    from conformance.stand_in.app import NONE, StandIn, fault_named
    from conformance.stand_in.latency import Latency
    from conformance.stand_in.log import request_log

    settings = ServerSettings(described_build("--build", build), sql_mode, non_latin, described_php("--php", php))
    config = Config(dialect, settings, state)
    if target is not None:
        made = resolve(None, load_target(target), None, None, os.environ)
        config = config.with_target_users(made.logins, made.entities)
    wrong, slow = fault_named("--fault", fault) if fault is not None else NONE, Latency.parse("--latency", latency)
    with request_log(log) as watch, closing(StandIn(config, wrong, slow, watch)) as app:
        serve(app.config, host, port, _announce(app.config, built_in=target is None), app)


def _announce(config: Config, *, built_in: bool) -> Callable[[str], None]:
    user = next(iter(config.users.values()))
    whose = f"all built-in users have the password {user.password}" if built_in else "its password is the target file's"
    password = user.password if built_in else "$VICIDIAL_PASS"
    before = "" if built_in else "VICIDIAL_PASS='...'; "

    def announce(url: str) -> None:
        query = f"source=test&user={user.name}&pass={password}&function=add_did&did_pattern=%2B9995550100&active=N"
        out.raw(f"{config.dialect.value} dialect, {config.settings}; Ctrl-C stops it\n{url}\n\n")
        out.raw(f'try it ({whose}):\n\n  {before}curl "{url}?{query}"\n')

    return announce


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=EPILOG)(emulator)
