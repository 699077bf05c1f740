"""`list`: the cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import typer

from conformance.commands.shared import Json, Only, ToLevel, command, every_case
from conformance.terminal import err, out

EPILOG = "Example: vicidial-conformance list --only 'add_did/*' --json"

PANELS: Mapping[str, tuple[str, ...]] = {"What to test": ("only", "level")}


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What `list` is told."""

    only: Only = None
    level: ToLevel = None
    as_json: Json = False


def list_cases(given: ListOptions) -> None:
    """List the cases: id, level, what each needs, the clause it tests."""
    from conformance import listing
    from conformance.cases.select import select

    chosen = select(every_case(), given.only or ())
    cases = [case for case in chosen if given.level is None or case.level <= given.level]
    if given.as_json:
        out.json(listing.cases_json(cases))
    elif out.is_terminal:
        out.print(listing.cases_table(cases))
        err.print(f"{len(cases)} cases")
    else:
        out.raw("".join(f"{line}\n" for line in listing.cases_lines(cases)))


def register(app: typer.Typer) -> None:
    """Add this command."""
    command(app, list_cases, "list", epilog=EPILOG, panels=PANELS)
