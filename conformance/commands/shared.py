"""Options that several commands have, declared once, and how a dataclass of options becomes a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import MISSING, dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

import typer

from conformance import defaults
from conformance.cases.model import Case, Level

T = TypeVar("T")

OPTIONS = "Options"
"""The panel of those options that are in no other."""


def every_case() -> tuple[Case, ...]:
    """The catalogue."""
    from conformance.cases.catalogue import catalogue
    from conformance.contract.load import load_contract

    return catalogue(load_contract())


def case_ids() -> list[str]:
    """For shell completion."""
    return [case.id for case in every_case()]


def value(metavar: str, help: str, *names: str, **more: Any) -> Any:
    """An option that takes a value, for a dataclass of options; `names` if it has others than its field."""
    return typer.Option(*names, metavar=metavar, help=help, **more)


def flag(help: str, *names: str, **more: Any) -> Any:
    """An option that takes nothing, likewise; there is none that says no."""
    return typer.Option(*names, help=help, **more)


Url = Annotated[str | None, typer.Argument(metavar="URL", help="The server, unless the target file names it.")]
User = Annotated[
    str | None, typer.Option(help="The API user. Its password: VICIDIAL_PASS, --password-file, or a prompt.")
]
PasswordFile = Annotated[Path | None, value("FILE", "Read the password from this file.")]
TargetFile = Annotated[Path | None, value("FILE.toml", "Roles, users and entities.", "--target")]
BuildName = Annotated[str | None, value("BUILD", "Its API build, where it tells none or another.")]
CaFile = Annotated[Path | None, value("FILE", "Trust the certificates in this PEM file.")]
Insecure = Annotated[bool, flag("Trust any certificate, as of a lab's own.")]
Only = Annotated[
    list[str] | None,
    value(
        "GLOB",
        "Only cases whose id matches or begins so, such as add_did/active or '*/active'; may be given again.",
        autocompletion=case_ids,
    ),
]
ToLevel = Annotated[
    Level | None,
    typer.Option(
        help="probe changes nothing; standard makes DIDs and deletes them; full leaves some behind."
        " [dim]Default: probe, or standard with --allow-writes.[/]",
    ),
]
AllowWrites = Annotated[bool, flag("Let the server be written to.")]
Timeout = Annotated[float, value("SECONDS", "How long to wait for a reply.")]
Settling = Annotated[
    float, value("SECONDS", "How long a server may go on working on a request that it has not answered.")
]
Rate = Annotated[float | None, value("N", "At most so many requests a second; 0: no limit. [dim]Default: 10.[/]")]
MaskUsers = Annotated[bool, flag("Keep user names out of the reports.")]
Quiet = Annotated[bool, flag("Only the answer.", "--quiet", "-q")]
Json = Annotated[bool, flag("As JSON.", "--json")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How a server is reached, and as whom: what every command is told that asks one."""

    user: User = None
    password_file: PasswordFile = None
    target_file: TargetFile = None
    ca_file: CaFile = None
    insecure: Insecure = False
    timeout: Timeout = defaults.TIMEOUT
    settling: Settling = defaults.SETTLING


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingOptions(ServerOptions):
    """What every command is told that may write to a server whose build is known."""

    build: BuildName = None
    allow_writes: AllowWrites = False


def command(
    app: typer.Typer,
    function: Callable[[Any], None],
    name: str | None = None,
    *,
    epilog: str,
    panels: Mapping[str, Iterable[str]] | None = None,
) -> None:
    """Add a command. Its options are the fields of the dataclass that its function takes.

    `panels` groups them, and says in which order they are shown; those that it does not name come first.
    """
    (declared,) = inspect.signature(function, eval_str=True).parameters.values()
    kind = declared.annotation
    panel_of = {field: panel for panel, names in (panels or {}).items() for field in names}

    @wraps(function)
    def call(**given: Any) -> None:
        function(kind(**given))

    parameters = _parameters(kind, panel_of)
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {one.name: one.annotation for one in parameters}
    app.command(name, epilog=epilog)(call)


def _parameters(kind: Any, panel_of: Mapping[str, str]) -> list[inspect.Parameter]:
    """What Typer reads of a function, of the fields of a dataclass."""
    hints, order = get_type_hints(kind, include_extras=True), list(panel_of)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=_declared(field.name, hints[field.name], panel_of.get(field.name)),
        )
        for field in sorted(fields(kind), key=lambda field: order.index(field.name) if field.name in order else -1)
    ]


def _declared(name: str, hint: Any, panel: str | None) -> Any:
    """The same declaration of an option, shown in that panel of the help, and without the `--no-` of Typer's flags."""
    type_, declared = get_args(hint)
    declared = copy(declared)
    declared.rich_help_panel = panel
    if type_ is bool and declared.default is ...:
        declared.param_decls = (f"--{name.replace('_', '-')}",)
    return Annotated[type_, declared]


def taken(kind: type[T], given: Any, **more: Any) -> T:
    """A dataclass of that kind, each of its fields the one of the same name of what was given, or of `more`."""
    names = {field.name for field in fields(kind)} & {field.name for field in fields(given)}  # type: ignore[arg-type]
    return kind(**{**{name: getattr(given, name) for name in names}, **more})
