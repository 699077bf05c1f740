"""`schema`: what editors complete files from."""

from __future__ import annotations

from typing import Annotated

import typer

from conformance.schemas import SchemaKind, schema_text
from conformance.terminal import out


def schema(
    kind: Annotated[SchemaKind, typer.Argument(metavar="target|baseline", help="Which kind of file.")],
) -> None:
    """Print the JSON Schema of target files or baselines: editors complete and check them by it.

    Beside such a file, as target.schema.json or baseline.schema.json, it is what the file's first line names.
    """
    out.raw(schema_text(kind))


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: vicidial-conformance schema target > target.schema.json")(schema)
