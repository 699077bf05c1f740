"""`openapi`: the API's documents."""

from __future__ import annotations

from typing import Annotated

import typer

from conformance.commands.shared import value
from conformance.errors import UsageError
from conformance.terminal import out

EPILOG = "Example: vicidial-conformance openapi --function add_did > add_did.openapi.json"


def openapi(
    function: Annotated[str | None, value("NAME", "One function's document; without it, all of them by name.")] = None,
    url: Annotated[str | None, value("URL", "The server that the document names.")] = None,
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
    """Add this command."""
    app.command(epilog=EPILOG)(openapi)
