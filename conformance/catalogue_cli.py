"""The command line's commands that ask no server: the cases, the deviations, the API's documents."""

from __future__ import annotations

import difflib
from typing import Annotated

import typer

from conformance.cases.model import Case, Level
from conformance.errors import UsageError
from conformance.terminal import err, out


def _ids() -> list[str]:
    return [case.id for case in _catalogue()]


def _catalogue() -> tuple[Case, ...]:
    from conformance.cases.catalogue import catalogue
    from conformance.contract.load import load_contract

    return catalogue(load_contract())


WHAT = "What to test"

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="GLOB",
        autocompletion=_ids,
        rich_help_panel=WHAT,
        help="Only cases whose id matches or begins so, such as add_did/active or '*/active'; may be given again.",
    ),
]
LevelOption = Annotated[
    Level | None,
    typer.Option(
        rich_help_panel=WHAT,
        help="probe changes nothing; standard makes DIDs and deletes them; full leaves some behind."
        " [dim]Default: probe, or standard with --allow-writes.[/]",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def list_cases(only: Only = None, level: LevelOption = None, as_json: Json = False) -> None:
    """List the cases: id, level, what each needs, the clause it tests."""
    from conformance import listing
    from conformance.options import select

    cases = [case for case in select(_catalogue(), only or ()) if level is None or case.level <= level]
    if as_json:
        out.json(listing.cases_json(cases))
    elif out.is_terminal:
        out.print(listing.cases_table(cases))
        err.print(f"{len(cases)} cases")
    else:
        out.raw("".join(f"{line}\n" for line in listing.cases_lines(cases)))


def show(
    case: Annotated[str, typer.Argument(metavar="CASE", autocompletion=_ids, help="Its id, as `list` has it.")],
) -> None:
    """Show a case: what it sends, what is documented, what servers answer."""
    from conformance import listing
    from conformance.contract.load import load_contract

    found = {c.id: c for c in _catalogue()}
    if case not in found:
        near = difflib.get_close_matches(case, found, 1)
        hint = f"did you mean {near[0]} ?" if near else "`vicidial-conformance list` shows them all"
        raise UsageError(f"no case {case!r}: {hint}")
    out.print(listing.case_page(found[case], load_contract()), soft_wrap=True)


def deviations(as_json: Json = False) -> None:
    """List where servers are known to leave the documentation, and what it does to a client."""
    from conformance import listing
    from conformance.contract.load import load_contract

    listed = load_contract().deviations.values()
    if as_json:
        out.json(listing.deviations_json(listed))
    else:
        out.print(listing.deviations_list(listed))


def openapi(
    function: Annotated[
        str | None, typer.Option(metavar="NAME", help="One function's document; without it, all of them by name.")
    ] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="The server that the document names.")] = None,
) -> None:
    """Print OpenAPI 3.1 documents of the API, one for each function, since all share one path."""
    from conformance.contract import openapi as documents
    from conformance.contract.load import load_contract
    from conformance.run.settings import check_url

    contract = load_contract()
    if function is not None and function not in contract.functions:
        raise UsageError(f"--function {function}: is not one of {', '.join(sorted(contract.functions))}")
    out.json(documents.write(contract, function, check_url(url) if url else documents.URL))


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("list", epilog="Example: vicidial-conformance list --only 'add_did/*' --json")(list_cases)
    app.command(epilog="Example: vicidial-conformance show add_did/did_description/too-short")(show)
    app.command(epilog="Example: vicidial-conformance deviations --json")(deviations)
    app.command(epilog="Example: vicidial-conformance openapi --function add_did > add_did.openapi.json")(openapi)
