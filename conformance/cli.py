"""The command line: a thin front for pytest, the emulator and the catalogue."""

from __future__ import annotations

import difflib
import getpass
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import pytest
import typer
from rich.console import Console

from conformance import __version__, listing
from conformance.cases.catalogue import catalogue
from conformance.cases.model import Level
from conformance.contract.load import load_contract
from conformance.contract.model import (
    NEWEST_BUILD,
    OLDEST_BUILD,
    Build,
    ContractError,
    Dialect,
    ServerSettings,
    SqlMode,
)
from conformance.emulator.config import Config
from conformance.emulator.server import running, serve
from conformance.errors import ConformanceError, HarnessError, TargetUnreachable, UsageError
from conformance.options import DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT, Options, plan, select
from conformance.progress import Progressing
from conformance.report.terminal import summary
from conformance.run.run import Plan
from conformance.run.settings import load_target, resolve
from conformance.verdict.model import Expect

EMULATOR_PASSWORD = "1234"  # noqa: S105 - of the emulator's made-up users
EMULATOR_PORT = 8080
STOPPED = 130

app = typer.Typer(
    name="vicidial-conformance",
    help="Does a VICIdial server's Non-Agent API do what is documented?",
    epilog="Example: VICIDIAL_PASS=... vicidial-conformance run https://dialer.example --user 6666",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Console(soft_wrap=False, highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Only = Annotated[list[str] | None, typer.Option("--only", metavar="GLOB", help="Cases whose id matches; repeatable.")]
LevelOption = Annotated[
    Level | None, typer.Option(help="How far to go: loopback standard, elsewhere probe by default.")
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
TargetOption = Annotated[Path | None, typer.Option("--target", metavar="FILE.toml", help="Roles and entities.")]


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"vicidial-conformance {__version__}")
        raise typer.Exit


@app.callback()
def _global(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    del version


@app.command(epilog="Without a URL it tests an emulator of its own, to show the whole thing at work.")
def run(
    url: Annotated[
        str | None, typer.Argument(metavar="[URL]", help="The server; without it, a built-in emulator.")
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="The API user. Its password: VICIDIAL_PASS, a file, or a prompt.")
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read the password from this file.")
    ] = None,
    target: TargetOption = None,
    only: Only = None,
    level: LevelOption = None,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Write to a target that is not loopback.")
    ] = False,
    expect: Annotated[Expect, typer.Option(help="What counts as conforming.")] = Expect.EITHER,
    concurrency: Annotated[int, typer.Option(help="Cases in flight.")] = DEFAULT_CONCURRENCY,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="Patience for one reply.")] = DEFAULT_TIMEOUT,
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write here, not reports/<host>-<time>/.")] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")] = False,
    ca_file: Annotated[Path | None, typer.Option(metavar="FILE", help="Trust the certificates in this file.")] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Trust any certificate (self-signed dialers).")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the answer.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="A line for each case.")] = False,
) -> None:
    """Run the suite against a server and write the reports."""
    options = Options(
        url, target, user, password_file, tuple(only or ()), level, allow_writes, expect, concurrency, timeout, report,
        ca_file, insecure,
    )  # fmt: skip
    select(catalogue(load_contract()), options.only)
    with ExitStack() as stack:
        if url is None and target is None:
            options = _with_emulator(options, stack)
        made = plan(options, os.environ, _prompt(options))
        code = _pytest(options, made, ["-x"] if fail_fast else [], quiet=quiet, verbose=verbose)
    raise typer.Exit(code)


def _prompt(options: Options) -> Callable[[], str] | None:
    """Ask for the password where a person can answer; pytest then finds it in the environment."""
    if options.user is None or not sys.stdin.isatty():
        return None

    def ask() -> str:
        os.environ["VICIDIAL_PASS"] = getpass.getpass(f"Password of {options.user}: ")
        return os.environ["VICIDIAL_PASS"]

    return ask


def _with_emulator(options: Options, stack: ExitStack) -> Options:
    """Start an emulator, and point the options at it with all its roles."""
    url = stack.enter_context(running(Config()))
    os.environ["VICIDIAL_EMULATOR_PASS"] = EMULATOR_PASSWORD
    text = (files("conformance.emulator") / "target.toml").read_text("utf-8")
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="vicidial-conformance-")))
    (folder / "target.toml").write_text(text.replace("http://127.0.0.1:8080/vicidial/non_agent_api.php", url), "utf-8")
    err.print(f"no URL given: testing an emulator at {url}")
    return replace(options, target_file=folder / "target.toml")


def _pytest(options: Options, made: Plan, extra: list[str], *, quiet: bool, verbose: bool) -> int:
    progress = Progressing(err, quiet=quiet, verbose=verbose)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    code = int(pytest.main([*_arguments(options, made), *extra], plugins=[progress]))
    report = progress.session.report if progress.session else None
    if report is None:
        raise HarnessError(f"pytest ended with code {code} and no report: run it as pytest to see why (docs/pytest.md)")
    if not quiet:
        out.print(summary(report), crop=False)
        err.print(f"report: {made.folder / 'report.html'}")
    else:
        out.print(report.answer, markup=False)
    return STOPPED if report.ended == "interrupted" else report.exit_code


def _arguments(options: Options, made: Plan) -> list[str]:
    """The options as pytest's plugin takes them. No password is among them."""
    given: dict[str, object] = {
        "--target-url": options.url,
        "--target-file": options.target_file,
        "--target-user": options.user,
        "--target-password-file": options.password_file,
        "--target-level": made.level.value,
        "--target-expect": options.expect.value,
        "--target-concurrency": options.concurrency,
        "--target-timeout": options.timeout,
        "--target-report": made.folder,
        "--target-ca-file": options.ca_file,
        "--target-run": made.run,
    }
    flags = [f"{name}={value}" for name, value in given.items() if value is not None]
    flags += [f"--target-case={glob}" for glob in options.only]
    flags += ["--target-allow-writes"] if options.allow_writes else []
    flags += ["--target-insecure"] if options.insecure else []
    quiet = ["-p", "conformance.plugin", "-p", "no:terminal", "-p", "no:cacheprovider", "--capture=no", "-c", os.devnull]
    return [*quiet, "--rootdir", str(Path.cwd()), "--pyargs", "conformance.suite", *flags]


@app.command("list", epilog="Example: vicidial-conformance list --only 'add_did/*' --json")
def list_cases(only: Only = None, level: LevelOption = None, as_json: Json = False) -> None:
    """List the cases: id, level, the clause each tests, what it needs."""
    cases = [case for case in select(catalogue(load_contract()), only or ()) if level is None or case.level <= level]
    if as_json:
        print(listing.cases_json(cases))
        return
    out.print(listing.cases_table(cases), crop=False)
    err.print(f"{len(cases)} cases")


def _ids() -> list[str]:
    return [case.id for case in catalogue(load_contract())]


@app.command(epilog="Example: vicidial-conformance show add_did/did_description/too-short")
def show(case: Annotated[str, typer.Argument(metavar="CASE", autocompletion=_ids, help="Its id.")]) -> None:
    """Show a case: what it sends, what is documented, what servers answer."""
    found = {c.id: c for c in catalogue(load_contract())}
    if case not in found:
        near = difflib.get_close_matches(case, found, 1)
        hint = f"did you mean {near[0]}?" if near else "`vicidial-conformance list` shows them all"
        raise UsageError(f"no case {case!r}: {hint}")
    out.print(listing.case_page(found[case], load_contract()), soft_wrap=True)


@app.command()
def deviations(as_json: Json = False) -> None:
    """List where servers are known to leave the documentation, and what it does to a client."""
    listed = load_contract().deviations.values()
    if as_json:
        print(listing.deviations_json(listed))
    else:
        out.print(listing.deviations_table(listed))


@app.command(epilog="Example: vicidial-conformance emulator --build 2.14-137 --port 8080")
def emulator(
    dialect: Annotated[
        Dialect, typer.Option(help="Answer as servers do, or as the documentation says.")
    ] = Dialect.SHIPPED,
    build: Annotated[str, typer.Option(help=f"The API build, {OLDEST_BUILD} to {NEWEST_BUILD}.")] = str(NEWEST_BUILD),
    sql_mode: Annotated[SqlMode, typer.Option(help="The database's mode.")] = SqlMode.LEGACY,
    non_latin: Annotated[bool, typer.Option("--non-latin", help="With use_non_latin=1.")] = False,
    port: Annotated[int, typer.Option(help="0 for any free one.")] = EMULATOR_PORT,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    state: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the DIDs in this SQLite file.")] = None,
    target: TargetOption = None,
) -> None:
    """Serve a VICIdial DID API to develop a client against, until Ctrl-C."""
    config = Config(dialect, ServerSettings(_build(build), sql_mode, non_latin), state)
    if target is not None:
        made = resolve(None, load_target(target), None, None, os.environ)
        config = config.with_target_users(made.logins, made.entities)
    serve(config, host, port, _announce(config))


def _build(text: str) -> Build:
    try:
        build = Build.parse(text)
    except ValueError as error:
        raise UsageError(f"--build: {error}") from error
    if not OLDEST_BUILD <= build <= NEWEST_BUILD:
        raise UsageError(f"--build {text}: only {OLDEST_BUILD} to {NEWEST_BUILD} are described")
    return build


def _announce(config: Config) -> Callable[[str], None]:
    user = next(iter(config.users.values()))

    def announce(url: str) -> None:
        out.print(f"{config.dialect.value} dialect, {config.settings}; Ctrl-C stops it", markup=False)
        query = f"source=test&user={user.name}&pass=$VICIDIAL_PASS&function=add_did&did_pattern=%2B9995550100&active=N"
        out.print(f"{url}\n\ntry it (the built-in users have the password 1234):\n", markup=False)
        out.print(f'  VICIDIAL_PASS=... ; curl "{url}?{query}"', markup=False, soft_wrap=True)

    return announce


def main() -> None:
    """Run the command line; every error of ours is one line and the exit code that belongs to it."""
    try:
        app()
    except TargetUnreachable as error:
        _quit(str(error), 3)
    except UsageError as error:
        _quit(str(error), 2)
    except (ConformanceError, ContractError) as error:
        _quit(str(error), 3)
    except KeyboardInterrupt:
        _quit("stopped", STOPPED)


def _quit(message: str, code: int) -> None:
    err.print(f"vicidial-conformance: {message}", markup=False)
    sys.exit(code)
