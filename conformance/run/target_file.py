"""A target file as people write it: the types that validate it, and that its JSON Schema is made of."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args, get_type_hints

import msgspec
from msgspec import Meta

from conformance.cases.model import MADE_UP_ROLES, Need, Role, provided
from conformance.cases.roles import ROLES
from conformance.contract.settings import SqlErrors, SqlMode


@cache
def advice() -> Mapping[Need, str]:
    """How to provide each role and entity that a target file can name: one way through the admin screens.

    Raises ContractError.
    """
    roles: dict[Need, str] = {role: may.advice for role, may in ROLES.items() if role not in MADE_UP_ROLES}
    return roles | dict(provided())


class Mistake(Exception):  # noqa: N818 - names what somebody made
    """What is wrong in a target file: `key`, dotted and empty for the file as a whole, and what to do about it."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(key, what)
        self.key = key
        self.what = what


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table in which every key must be known."""


class RoleEntry(_Table, frozen=True):
    """A user of the target and where its password is: exactly one of a variable's name and a file's."""

    user: Annotated[str, Meta(min_length=1, description="The user's name.")]
    password_env: Annotated[str, Meta(description="The environment variable that holds the password.")] | None = None
    password_file: (
        Annotated[str, Meta(description="The file with the password alone, relative to this one.")] | None
    ) = None


ONE_PASSWORD = {"oneOf": [{"required": ["password_env"]}, {"required": ["password_file"]}]}
"""What the schema of a `RoleEntry` says beside its fields."""


if TYPE_CHECKING:  # which fields they have is not known before contract and roles are read

    class Roles(_Table, frozen=True):
        """Users of the target, by what they may do."""

    class Entities(_Table, frozen=True):
        """What is there for rows to be pointed at. It is not changed."""


class WrittenTarget(_Table, frozen=True):
    """Which server to test, what it is like, and which users and entities of it may be used."""

    url: Annotated[str, Meta(description="http://host or https://host, with the API's path if it has another one.")]
    build: (
        Annotated[
            str,
            Meta(description="The API's version, such as 2.14-202.", extra_json_schema={"pattern": r"^\d+\.\d+-\d+$"}),
        ]
        | None
    ) = None
    sql_mode: Annotated[
        SqlMode | None, Meta(description="strict: MariaDB's sql_mode has STRICT_TRANS_TABLES; else legacy.")
    ] = None
    non_latin: Annotated[bool | None, Meta(description="Admin > System Settings > Use Non-Latin Characters.")] = None
    sql_errors: Annotated[
        SqlErrors | None,
        Meta(description="What a refused SQL statement does: ignored before PHP 8.1, thrown from then on."),
    ] = None
    disposable: Annotated[bool, Meta(description="Whether it may be left with what the API cannot undo.")] = False
    if TYPE_CHECKING:
        roles: Roles = Roles()
        entities: Entities = Entities()


@cache
def tables() -> Mapping[str, type[_Table]]:
    """The tables of a target file by their keys, "" for the file itself; all others are those of one role.

    That of roles has a field for every role, that of entities one for every entity. Raises ContractError.
    """
    needs = advice()
    users = [
        (r.value, Annotated[RoleEntry | None, Meta(description=needs[r])], None) for r in Role if r not in MADE_UP_ROLES
    ]
    rows = [
        (str(entity), Annotated[str, Meta(description=said, min_length=1)] | None, None)
        for entity, said in provided().items()
    ]
    roles = _table("Roles", "Users of the target, by what they may do.", users)
    entities = _table("Entities", "What is there for rows to be pointed at. It is not changed.", rows)
    both = [("roles", roles, roles()), ("entities", entities, entities())]
    file = _table("WrittenTarget", WrittenTarget.__doc__ or "", both, WrittenTarget)
    return {"": file, "roles": roles, "entities": entities}


def _table(name: str, doc: str, fields: list[tuple[str, Any, Any]], base: type[_Table] = _Table) -> type[Any]:
    return msgspec.defstruct(name, fields, bases=(base,), namespace={"__doc__": doc}, frozen=True)


def decoded(raw: Mapping[str, Any]) -> WrittenTarget:
    """A target file's content, checked as far as types go. Raises Mistake."""
    try:
        return cast("WrittenTarget", msgspec.convert(raw, tables()[""]))
    except msgspec.ValidationError as error:
        what, at, where = str(error).rpartition(" - at `$")
        raise _mistake(what if at else where, where.strip("`.") if at else "") from None


def _mistake(what: str, where: str) -> Mistake:
    """What msgspec says of the key or the table at `where`, in words for people."""
    if missing := re.fullmatch(r"Object missing required field `(\w+)`", what):
        return Mistake(_within(where, missing[1]), "is missing: add it")
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", what, re.DOTALL):
        return Mistake(_within(where, unknown[1]), _unknown(unknown[1], where))
    if what.startswith("Expected `object"):
        return Mistake(where, f"must be a table: write [{where}]")
    if what.endswith("of length >= 1"):
        return Mistake(where, "is empty: give the name")
    return Mistake(where, _said(what, where))


def _within(table: str, key: str) -> str:
    return f"{table}.{key}" if table else key


def _unknown(key: str, where: str) -> str:
    """What to write instead of a key that there is not, a password above all."""
    if key in ("password", "pass"):
        return "never in the file: use password_env or password_file"
    names = tables().get(where, RoleEntry).__struct_fields__
    near = difflib.get_close_matches(key, names, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"unknown; {hint}there are {', '.join(names)}"


_WORDS = {"str": "text in quotes", "bool": "true or false", "int": "a whole number", "float": "a number"}


def _said(what: str, key: str) -> str:
    text = re.sub(r"`([^`]*)`", lambda types: _in_words(types[1]), what)
    choices = _choices(key)
    there_are = f": there are {', '.join(choices)}" if choices else ""
    return " ".join((text[:1].lower() + text[1:] + there_are).split())


def _in_words(types: str) -> str:
    return " or ".join(_WORDS.get(name, name) for name in types.split(" | ") if name != "null")


def _choices(key: str) -> tuple[str, ...]:
    """The values that a key may have, if they are few."""
    kinds = get_args(get_type_hints(WrittenTarget).get(key))
    return tuple(value for kind in kinds if isinstance(kind, type) and issubclass(kind, StrEnum) for value in kind)
