"""`defaults.toml` to types: the users, entities and DIDs that an emulator starts with."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from conformance.contract.load import load_contract
from conformance.contract.model import Struct
from conformance.contract.world import ALL_GROUPS, Column, Did, Entities, User
from conformance.errors import UsageError


class UserEntry(Struct, frozen=True):
    """One user of the file. `functions` and `groups` left out mean all."""

    name: str
    password: str
    level: int
    active: bool = True
    api_access: bool = True
    grants: frozenset[str] = frozenset()
    functions: frozenset[str] | None = None
    groups: frozenset[str] | None = None


class EntitiesEntry(Struct, frozen=True):
    """What DIDs may refer to."""

    ingroup: frozenset[str] = frozenset()
    call_menu: frozenset[str] = frozenset()
    server_ip: frozenset[str] = frozenset()


class DidEntry(Struct, frozen=True):
    """One DID of the file. Columns left out have the defaults of add_did."""

    pattern: str
    columns: Mapping[str, Column] = {}
    group: str = ALL_GROUPS


class DefaultsFile(Struct, frozen=True):
    """The whole file."""

    users: tuple[UserEntry, ...]
    entities: EntitiesEntry
    dids: tuple[DidEntry, ...]


@dataclass(frozen=True)
class Defaults:
    """The file's content in the contract's own types. did_ids count from 1 in the order of the file."""

    users: Mapping[str, User]
    entities: Entities
    dids: tuple[Did, ...]


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
    _refuse_twice(path.name, "dids", (did.pattern for did in content.dids))
    users = {user.name: User(**msgspec.structs.asdict(user)) for user in content.users}
    entities = Entities(**msgspec.structs.asdict(content.entities))
    dids = tuple(_did(path.name, number, entry) for number, entry in enumerate(content.dids, start=1))
    return Defaults(users, entities, dids)


def default_columns() -> Mapping[str, Column]:
    """What the columns of a DID hold that nobody set (observed.md section 4)."""
    optional = load_contract().functions["add_did"].optional
    return {parameter.column: parameter.default for parameter in optional if parameter.column}


def _did(file: str, number: int, entry: DidEntry) -> Did:
    columns = default_columns()
    for column in entry.columns:
        if column not in columns:
            raise UsageError(f"{file}: dids[{number - 1}].columns.{column}: is not a column that the API can set")
    return Did(number, entry.pattern, {**columns, **entry.columns}, entry.group)


def _refuse_twice(file: str, key: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            raise UsageError(f"{file}: {key}[{index}]: {name!r} stands twice")
        seen.add(name)
