"""`defaults.toml` to types: the users, entities and DIDs that an emulator starts with."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.contract.struct import Struct
from conformance.contract.world import Column, Row, User
from conformance.errors import UsageError


class UserEntry(Struct, frozen=True):
    """One user of the file. `functions`, `groups` and `campaigns` left out mean all."""

    name: str
    password: str
    level: int
    active: bool = True
    api_access: bool = True
    grants: frozenset[str] = frozenset()
    functions: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    campaigns: frozenset[str] | None = None
    lists_restricted: bool = False


class RowEntry(Struct, frozen=True):
    """One row of the file, by the name of its kind. Columns left out have the defaults of the kind."""

    key: tuple[str, ...]
    columns: Mapping[str, Column] = {}


class DefaultsFile(Struct, frozen=True):
    """The whole file: users, and rows by their kinds."""

    users: tuple[UserEntry, ...]
    rows: Mapping[str, tuple[RowEntry, ...]]


@dataclass(frozen=True)
class Defaults:
    """The file's content in the contract's own types. Numbers count from 1 in the order of the file."""

    users: Mapping[str, User]
    rows: tuple[Row, ...]


@cache
def load_defaults() -> Defaults:
    """The defaults that ship with this package."""
    return read_defaults(files("conformance.emulator") / "defaults.toml")


def read_defaults(path: Traversable) -> Defaults:
    """Read a defaults file. Raises UsageError, which names file and key."""
    try:
        content = msgspec.convert(tomllib.loads(path.read_text("utf-8")), DefaultsFile)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"{path.name}: {error}") from error
    _refuse_twice(path.name, "users", (user.name for user in content.users))
    users = {user.name: User(**msgspec.structs.asdict(user)) for user in content.users}
    contract = load_contract()
    rows = (row for kind, entries in content.rows.items() for row in _rows(contract, path.name, kind, entries))
    return Defaults(users, tuple(rows))


def default_columns(contract: Contract, kind: str) -> Mapping[str, Column]:
    """What the columns of a row hold that nobody set (observed.md section 4)."""
    described = contract.kinds[kind]
    adding = (f for f in contract.functions.values() if f.creates == kind)
    fields = {p.column: p.default for function in adding for p in function.parameters if p.column}
    of_kind = {name: column.default for name, column in described.columns.items()}
    whole = of_kind | {name: value for name, value in fields.items() if value is not None or name not in of_kind}
    return {name: value for name, value in whole.items() if name not in described.key}


def _rows(contract: Contract, file: str, kind: str, entries: tuple[RowEntry, ...]) -> Iterator[Row]:
    if kind not in contract.kinds:
        raise UsageError(f"{file}: rows.{kind}: is not a kind of row: there are {', '.join(contract.kinds)}")
    _refuse_twice(file, f"rows.{kind}", ("|".join(entry.key) for entry in entries))
    columns, key = default_columns(contract, kind), contract.kinds[kind].key
    for number, entry in enumerate(entries, start=1):
        where = f"{file}: rows.{kind}[{number - 1}]"
        if len(entry.key) != len(key):
            raise UsageError(f"{where}.key: expected a value for each of {', '.join(key)}")
        for column in entry.columns.keys() - columns.keys():
            raise UsageError(f"{where}.columns.{column}: is not a column that the API can set")
        yield Row(kind, number, entry.key, {**columns, **entry.columns})


def _refuse_twice(file: str, key: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            raise UsageError(f"{file}: {key}[{index}]: {name!r} stands twice")
        seen.add(name)
