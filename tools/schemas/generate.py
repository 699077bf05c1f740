"""JSON Schemas from the types that validate target files and baselines, in the words that editors of TOML know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from conformance import schemas
from conformance.baseline.file import BaselineFile
from conformance.run.target_file import ONE_PASSWORD, RoleEntry, tables
from conformance.schemas import SchemaKind, schema_name

TYPES: Mapping[SchemaKind, type] = {SchemaKind.TARGET: tables()[""], SchemaKind.BASELINE: BaselineFile}
MORE: Mapping[str, Mapping[str, Any]] = {RoleEntry.__name__: ONE_PASSWORD}
DRAFT = "http://json-schema.org/draft-07/schema#"
"""taplo, which most editors use, knows what drafts 4 to 7 have in common, and follows references to `definitions`."""


def schema(kind: SchemaKind) -> str:
    """The schema as the text of a file."""
    _, parts = msgspec.json.schema_components([TYPES[kind]], ref_template="#/definitions/{name}")
    definitions = {name: _in_toml({**part, **MORE.get(name, {})}) for name, part in parts.items()}
    whole = definitions.pop(TYPES[kind].__name__)
    named = {"$schema": DRAFT, "title": f"vicidial-conformance {kind}", **whole, "definitions": definitions}
    return json.dumps(named, indent=2, ensure_ascii=False) + "\n"


def write() -> list[Path]:
    """Write all of them to where they ship from."""
    folder = Path(schemas.__file__).parent
    paths = [folder / schema_name(kind) for kind in SchemaKind]
    for kind, path in zip(SchemaKind, paths, strict=True):
        path.write_text(schema(kind), "utf-8")
    return paths


def _in_toml(part: Any) -> Any:
    """The same for TOML, which has no null: what may be null may be left out. Class names are no titles for people."""
    if isinstance(part, list):
        return [_in_toml(one) for one in part if one != {"type": "null"}]
    if not isinstance(part, dict):
        return part
    made = {key: _in_toml(value) for key, value in part.items() if not _says_nothing(key, value)}
    choices = made.get("anyOf", ())
    if len(choices) == 1 and "$ref" not in choices[0]:
        return {**made.pop("anyOf")[0], **made}
    if "$ref" in made and len(made) > 1:  # editors read nothing beside a reference
        return {**made, "anyOf": [{"$ref": made.pop("$ref")}]}
    return made


def _says_nothing(key: str, value: Any) -> bool:
    if key == "default":
        return value is None or (isinstance(value, dict) and set(value.values()) <= {None})
    return (key == "title" and isinstance(value, str)) or (key == "required" and not value)
