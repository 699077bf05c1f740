"""JSON Schemas of the files that people write, from which editors complete and check them.

Each ships as `NAME.schema.json` beside this module. `python -m tools.schemas` makes them of the types that validate
such a file.
"""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files


class SchemaKind(StrEnum):
    """A kind of file that people write."""

    TARGET = "target"
    BASELINE = "baseline"


def schema_name(kind: SchemaKind) -> str:
    """The name of its schema as a file."""
    return f"{kind}.schema.json"


def schema_text(kind: SchemaKind) -> str:
    """The schema as it ships."""
    return (files("conformance.schemas") / schema_name(kind)).read_text("utf-8")


def directive(kind: SchemaKind) -> str:
    """The first line of such a file, which says where an editor finds the schema: beside it."""
    return f"#:schema ./{schema_name(kind)}\n"
