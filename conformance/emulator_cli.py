"""The command line's command that serves the emulator."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.builds import described_build
from conformance.contract.model import NEWEST_BUILD, OLDEST_BUILD, Dialect, SqlMode
from conformance.terminal import out

if TYPE_CHECKING:
    from conformance.emulator.config import Config

PORT = 8080


def emulator(
    dialect: Annotated[
        Dialect, typer.Option(help="Answer as servers do, or as the documentation says.")
    ] = Dialect.SHIPPED,
    build: Annotated[
        str, typer.Option(metavar="BUILD", help=f"The API build, {OLDEST_BUILD} to {NEWEST_BUILD}.")
    ] = str(NEWEST_BUILD),
    sql_mode: Annotated[
        SqlMode, typer.Option(help="Whether the database refuses values that do not fit, or bends them.")
    ] = SqlMode.LEGACY,
    non_latin: Annotated[bool, typer.Option("--non-latin", help="As with use_non_latin=1.")] = False,
    port: Annotated[int, typer.Option(help="The port to listen on; 0 for any free one.")] = PORT,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    state: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the DIDs in this SQLite file, not in memory.")
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option("--target", metavar="FILE.toml", help="Have the users and entities of this target file."),
    ] = None,
) -> None:
    """Serve a VICIdial DID API to develop a client against, until Ctrl-C."""
    from conformance.contract.model import ServerSettings
    from conformance.emulator.config import Config
    from conformance.emulator.server import serve
    from conformance.run.settings import load_target, resolve

    config = Config(dialect, ServerSettings(described_build("--build", build), sql_mode, non_latin), state)
    if target is not None:
        made = resolve(None, load_target(target), None, None, os.environ)
        config = config.with_target_users(made.logins, made.entities)
    serve(config, host, port, _announce(config, built_in=target is None))


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
    app.command(epilog="Example: vicidial-conformance emulator --build 2.14-137 --sql-mode strict --state dids.sqlite")(
        emulator
    )
