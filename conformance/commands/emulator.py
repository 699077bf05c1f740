"""`emulator`: a server to develop a client against."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.builds import NEWEST_PHP, described_build, described_php
from conformance.commands.shared import command, flag, value
from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Dialect, SqlMode
from conformance.terminal import out

if TYPE_CHECKING:
    from conformance.emulator.config import Config

PORT = 8080

EPILOG = """[bold]Examples[/]

vicidial-conformance emulator --build 2.14-137 --sql-mode strict --state dids.sqlite

vicidial-conformance emulator --log - --latency 0.1-2                 [dim]see what a client sends, slowly[/]

vicidial-conformance emulator --fault by-hand/wire/closes             [dim]see what it makes of a bug[/]
"""

PANELS: Mapping[str, tuple[str, ...]] = {
    "What server it is": ("dialect", "build", "sql_mode", "non_latin", "php", "target"),
    "Where it listens, what it keeps": ("port", "host", "state"),
    "For trying a client": ("log", "latency", "fault", "faults"),
}


def _listed(wanted: bool) -> None:
    """Print every fault and end."""
    if wanted:
        from conformance.emulator.faults.catalogue import faults

        out.raw("".join(f"{fault.id}  {fault.title}\n" for fault in faults()))
        raise typer.Exit


@dataclass(frozen=True, slots=True)
class EmulatorOptions:
    """What `emulator` is told."""

    dialect: Annotated[Dialect, typer.Option(help="Answer as servers do, or as the documentation says.")] = (
        Dialect.SHIPPED
    )
    build: Annotated[str, value("BUILD", f"The API build, {OLDEST_BUILD} to {NEWEST_BUILD}.")] = str(NEWEST_BUILD)
    sql_mode: Annotated[
        SqlMode,
        typer.Option(help="Whether the database refuses values that do not fit, or bends them."),
    ] = SqlMode.LEGACY
    non_latin: Annotated[bool, flag("As with use_non_latin=1.")] = False
    php: Annotated[str, value("VERSION", "The PHP: before 8.1 a refused SQL statement is skipped in silence.")] = (
        NEWEST_PHP
    )
    target: Annotated[
        Path | None, value("FILE.toml", "Have the users and entities of this target file.", "--target")
    ] = None
    port: Annotated[int, typer.Option(help="The port to listen on; 0 for any free one.")] = PORT
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1"
    state: Annotated[Path | None, value("FILE", "Keep the DIDs in this SQLite file, not in memory.")] = None
    log: Annotated[
        Path | None,
        value("FILE|-", "Write a line for each request there, at the end of what is there; - is standard output."),
    ] = None
    latency: Annotated[str, value("SECONDS", "Wait before each reply: 0.5, or any time in 0.1-2.")] = "0"
    fault: Annotated[str | None, value("ID", "Be wrong in this one way.")] = None
    faults: Annotated[bool, flag("List the faults and exit.", "--faults", callback=_listed, is_eager=True)] = False


def emulator(given: EmulatorOptions) -> None:
    """Serve a VICIdial DID API to develop a client against, until Ctrl-C.

    A POST to /emulator/reset from the same machine puts everything back as it was at the start.
    """
    from conformance.emulator.server import serve
    from conformance.stand_in.app import NONE, StandIn, fault_named
    from conformance.stand_in.latency import Latency
    from conformance.stand_in.log import request_log

    config = _config(given)
    wrong = fault_named("--fault", given.fault) if given.fault is not None else NONE
    slow = Latency.parse("--latency", given.latency)
    with request_log(given.log) as watch, closing(StandIn(config, wrong, slow, watch)) as app:
        announce = _announce(app.config, built_in=given.target is None)
        serve(app.config, given.host, given.port, announce, app)


def _config(given: EmulatorOptions) -> Config:
    """What server it is to be: its build, settings and PHP, and whose users it has."""
    from conformance.contract.settings import ServerSettings
    from conformance.emulator.config import Config
    from conformance.run.settings import load_target, resolve

    build, php = described_build("--build", given.build), described_php("--php", given.php)
    config = Config(given.dialect, ServerSettings(build, given.sql_mode, given.non_latin, php), given.state)
    if given.target is None:
        return config
    made = resolve(None, load_target(given.target), None, None, os.environ)
    return config.with_target_users(made.logins, made.entities)


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
    command(app, emulator, epilog=EPILOG, panels=PANELS)
