"""`show`: one case."""

from __future__ import annotations

import difflib
from typing import Annotated

import typer

from conformance.commands.shared import case_ids, every_case
from conformance.errors import UsageError
from conformance.terminal import out

EPILOG = "Example: vicidial-conformance show add_did/did_description/too-short"


def show(
    case: Annotated[str, typer.Argument(metavar="CASE", autocompletion=case_ids, help="Its id, as `list` has it.")],
) -> None:
    """Show a case: what it sends, what is documented, what servers answer."""
    from conformance import listing
    from conformance.contract.load import load_contract

    found = {c.id: c for c in every_case()}
    if case not in found:
        near = difflib.get_close_matches(case, found, 1)
        hint = f"did you mean {near[0]} ?" if near else "`vicidial-conformance list` shows them all"
        raise UsageError(f"no case {case!r}: {hint}")
    out.print(listing.case_page(found[case], load_contract()), soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=EPILOG)(show)
