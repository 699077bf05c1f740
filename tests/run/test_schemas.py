"""The JSON Schemas that ship are those of the types, and say of a file what reading it says."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from conformance.cases.model import MADE_UP_ROLES, Role, provided
from conformance.run.provision import target_file
from conformance.run.target_file import tables
from conformance.schemas import SchemaKind, schema_name, schema_text
from tests.baseline.test_file import CASE, KNOWN, written
from tests.front.conftest import Cli, command
from tests.run.test_settings_target_file import ADMIN, EXAMPLES, URL
from tools.schemas.generate import schema

__all__ = ["command"]


def errors(kind: SchemaKind, text: str) -> list[str]:
    """What the schema has against a file."""
    whole = json.loads(schema_text(kind))
    Draft7Validator.check_schema(whole)
    return [error.message for error in Draft7Validator(whole).iter_errors(tomllib.loads(text))]


@pytest.mark.parametrize("kind", SchemaKind)
def test_the_schema_that_ships_is_that_of_the_types(kind: SchemaKind) -> None:
    assert schema_text(kind) == schema(kind), "make them anew: python -m tools.schemas"


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_of_a_target_file_fits(example: Path) -> None:
    assert errors(SchemaKind.TARGET, example.read_text("utf-8")) == []


def test_what_we_write_fits_and_names_its_schema() -> None:
    target, baseline = target_file("https://lab.example"), written({CASE: KNOWN})
    assert target.startswith("#:schema ./target.schema.json\n\n")
    assert baseline.startswith("#:schema ./baseline.schema.json\n\n")
    assert (errors(SchemaKind.TARGET, target), errors(SchemaKind.BASELINE, baseline)) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "url = 5",
        URL + 'bulid = "2.14-202"',
        URL + 'build = "2.14"',
        URL + 'sql_mode = "loose"',
        URL + 'non_latin = "yes"',
        URL + 'roles = "admin"',
        URL + "[roles.amdin]",
        URL + '[roles.admin]\npassword_env = "P"',
        URL + '[roles.admin]\nuser = ""\npassword_env = "P"',
        URL + '[roles.admin]\nuser = "6666"',
        URL + ADMIN + 'password_file = "p"',
        URL + ADMIN + 'password = "hunter22"',
        URL + "[entities]\ningruop = 'A'",
        URL + "[entities]\ningroup = ''",
    ],
)
def test_what_is_refused_in_a_target_file_does_not_fit(text: str) -> None:
    assert errors(SchemaKind.TARGET, text) != []


@pytest.mark.parametrize(
    ("before", "after"),
    [("reason", "reson"), ('"message"', '"mesage"'), ("cases = [", "cases = [1, "), ("known", "nown")],
)
def test_what_is_refused_in_a_baseline_does_not_fit(before: str, after: str) -> None:
    text = written({CASE: KNOWN})
    assert errors(SchemaKind.BASELINE, text.replace(before, after)) != []


@pytest.mark.parametrize(("table", "names"), [("roles", set(Role) - MADE_UP_ROLES), ("entities", set(provided()))])
def test_every_role_and_entity_has_a_key(table: str, names: set[str]) -> None:
    assert set(tables()[table].__struct_fields__) == names


def _descriptions(part: Mapping[str, Any]) -> list[str]:
    return [name for name, field in part.get("properties", {}).items() if not field.get("description")]


@pytest.mark.parametrize("kind", SchemaKind)
def test_an_editor_has_something_to_say_of_every_key(kind: SchemaKind) -> None:
    whole = json.loads(schema_text(kind))
    unsaid = {name: _descriptions(part) for name, part in whole["definitions"].items()}
    assert {name: keys for name, keys in unsaid.items() if keys} == {}
    assert "null" not in schema_text(kind)


@pytest.mark.parametrize("kind", SchemaKind)
def test_the_command_prints_the_schema(kind: SchemaKind, command: Cli) -> None:
    ended = command("schema", kind.value)
    assert (ended.code, ended.out, ended.err) == (0, schema_text(kind), "")


def test_a_kind_of_file_that_has_no_schema_is_one_line(command: Cli) -> None:
    ended = command("schema", "report")
    assert (ended.code, ended.err.count("\n"), "'target', 'baseline'" in ended.err) == (2, 1, True)


def test_the_file_beside_has_the_name_that_the_directive_says() -> None:
    assert schema_name(SchemaKind.TARGET) == "target.schema.json"
