"""`deviations`: where servers leave the documentation."""

from __future__ import annotations

import typer

from conformance.commands.shared import Json
from conformance.terminal import out

EPILOG = "Example: vicidial-conformance deviations --json"


def deviations(as_json: Json = False) -> None:
    """List where servers are known to leave the documentation, and what it does to a client."""
    from conformance import listing
    from conformance.contract.load import load_contract

    listed = load_contract().deviations.values()
    if as_json:
        out.json(listing.deviations_json(listed))
    else:
        out.print(listing.deviations_list(listed))


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=EPILOG)(deviations)
