"""fixtures/recordings/api*: scenarios of single functions, the world before each, and the rows that it changed."""

import json
import re
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from conformance.contract.contract import Contract
from conformance.contract.kind import Kind
from conformance.contract.settings import Build, ServerSettings, SqlErrors, SqlMode
from conformance.contract.world import NOW, Column, MayChange, Row, User, World
from conformance.exchange import Exchange
from tests.support.recordings import FOLDER, exchange_of

API = FOLDER / "api"

SETTINGS: Mapping[str, ServerSettings] = {
    "api": ServerSettings(),
    "api-strict-sql": ServerSettings(sql_mode=SqlMode.STRICT),
    "api-php-7.4": ServerSettings(sql_errors=SqlErrors.IGNORED),
    "api-2.14-179": ServerSettings(Build(2, 14, 179)),
    "api-2.14-137": ServerSettings(Build(2, 14, 137)),
}
"""The folders of scenarios. All but the first hold only those that differ from it."""

SETTING_COLUMNS = {"modify_dids": "modify_inbound_dids", "delete_dids": "delete_inbound_dids"}
"""Columns of a user that are called otherwise in the contract."""

GRANTED: Mapping[str, set[str]] = {"modify_leads": {"1", "2", "3", "4"}}
"""Values of a setting with which it is granted, where more than one does."""

USERS_TABLE, GROUPS_TABLE, SETTINGS_TABLE = "vicidial_users", "vicidial_user_groups", "system_settings"

STATE_TABLES = {USERS_TABLE, SETTINGS_TABLE}
"""Tables that scenarios change by the statements run before them; calls change no more than counters of logins."""

VIEWABLE_AT_LEAST = 4
"""Characters of the list of groups that somebody may view from which on servers look at it."""

Table = Mapping[str, Any]


@dataclass(frozen=True)
class ApiScenario:
    """One recorded scenario. `changes` are the rows that it changed, as recordings/README.md describes them."""

    folder: str
    function: str
    name: str
    exchanges: tuple[Exchange, ...]
    state: tuple[str, ...]
    changes: tuple[Table, ...]
    unsteady: bool

    @property
    def id(self) -> str:
        """Folder, function and name, as deviations cite it."""
        return f"{self.folder}/{self.function}#{self.name}"

    @property
    def settings(self) -> ServerSettings:
        """The settings of the server that was recorded."""
        return SETTINGS[self.folder]


@cache
def api_scenarios(function: str, folder: str | None = None) -> tuple[ApiScenario, ...]:
    """The scenarios of one function on one server, or on all: none where a build could not run it."""
    return tuple(one for name in ([folder] if folder else SETTINGS) for one in _scenarios(name, function))


def _scenarios(folder: str, function: str) -> Iterator[ApiScenario]:
    path = FOLDER / folder / f"{function}.jsonl"
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        row = json.loads(line)
        if not row.get("unknown"):
            yield ApiScenario(
                folder,
                function,
                row["name"],
                tuple(exchange_of({"form": None, "query": None, **exchange}) for exchange in row["exchanges"]),
                tuple(row.get("state") or ()),
                tuple(row["changes"]),
                bool(row.get("unsteady")),
            )


@cache
def tables() -> Mapping[str, Table]:
    """The columns of the tables, with type, default and key."""
    found: Mapping[str, Table] = json.loads((API / "tables.json").read_text("utf-8"))
    return found


@cache
def recorded_rows() -> Mapping[str, list[Table]]:
    """The rows before each scenario, by table."""
    found: Mapping[str, list[Table]] = json.loads((API / "world.json").read_text("utf-8"))
    return found


def prepared(contract: Contract, scenario: ApiScenario) -> World:
    """The world before a scenario, after the statements that were run first."""
    return _run(contract, scenario, (*_remains(scenario), *scenario.state))


def found_by(contract: Contract, scenario: ApiScenario) -> World:
    """The world before those statements: it may be one that an earlier scenario has left."""
    return _run(contract, scenario, _remains(scenario))


def _run(contract: Contract, scenario: ApiScenario, statements: tuple[str, ...]) -> World:
    found = recorded_rows()
    return api_world(contract, scenario.settings, _after(found, statements) if statements else None)


def _remains(scenario: ApiScenario) -> tuple[str, ...]:
    return tuple(remains().get(f"{scenario.folder}/{scenario.function}", ()))


@cache
def remains() -> Mapping[str, list[str]]:
    """What earlier scenarios had changed when those of a file were recorded, by file."""
    return tomllib.loads((API / "remains.toml").read_text("utf-8"))


def _after(rows: Mapping[str, list[Table]], statements: Iterable[str]) -> Mapping[str, list[Table]]:
    """The rows once these statements have been run."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.row_factory = sqlite3.Row
        for name, table in tables().items():
            columns = ", ".join(_declared(name, column) for column in table["columns"])
            database.execute(f"CREATE TABLE {name} ({columns})")
            for row in rows.get(name, ()):
                values = {column: default_of(name, column) for column in table["columns"]} | dict(row)
                places = ", ".join("?" * len(values))
                database.execute(f"INSERT INTO {name} VALUES ({places})", list(values.values()))  # noqa: S608
        for statement in statements:
            database.execute(re.sub("insert ignore", "insert", statement))
        return {name: [dict(row) for row in database.execute(f"SELECT * FROM {name}")] for name in tables()}  # noqa: S608


def _declared(table: str, column: str) -> str:
    default = default_of(table, column)
    return f'"{column}"' if default is None else f'"{column}" DEFAULT {default!r}'


def api_world(contract: Contract, settings: ServerSettings, recorded: Mapping[str, list[Table]] | None = None) -> World:
    """The world before a scenario: all rows of the kinds that the contract describes, and the users."""
    if recorded is not None:
        return _world(contract, settings, recorded)
    if id(contract) not in _WORLDS:
        _WORLDS[id(contract)] = _world(contract, settings, recorded_rows())
    return replace(_WORLDS[id(contract)], settings=settings)


_WORLDS: dict[int, World] = {}
"""The world of each contract before scenarios that change nothing first, made once."""


def _world(contract: Contract, settings: ServerSettings, found: Mapping[str, list[Table]]) -> World:
    world = World(settings, _users(contract, found), whole=frozenset(contract.kinds))
    for kind in contract.kinds.values():
        rows = [_row(kind, number, entry) for number, entry in enumerate(found.get(kind.table, ()), start=1)]
        world = world.holding(*rows)
        next_number = max((row.number for row in rows), default=0) + 1
        world = replace(world, numbers={**world.numbers, kind.name: next_number})
    return world


def _row(kind: Kind, number: int, entry: Table) -> Row:
    values = {column: default_of(kind.table, column) for column in tables()[kind.table]["columns"]} | dict(entry)
    own = int(values[kind.number]) if kind.number else number
    key = tuple(str(values[column]) for column in kind.key)
    columns = {name: value for name, value in values.items() if name not in (*kind.key, kind.number)}
    return Row(kind.name, own, key, columns)


def default_of(table: str, column: str) -> Column:
    """What a column holds that was left out: its default, or nothing."""
    described = tables()[table]["columns"].get(column, {})
    default = described.get("default")
    if default is None:
        return None if described.get("null") else ""
    if default == "current_timestamp()":
        return NOW
    return int(default) if _is_number(described["type"]) else str(default)


def _is_number(type: str) -> bool:
    return "int" in type


def _users(contract: Contract, found: Mapping[str, list[Table]]) -> Mapping[str, User]:
    groups = {row["user_group"].lower(): row for row in found[GROUPS_TABLE]}
    return {entry["user"]: _user(entry, groups, contract) for entry in found[USERS_TABLE]}


def _user(entry: Table, groups: Mapping[str, Table], contract: Contract) -> User:
    group = groups.get(str(entry.get("user_group", "")).lower())
    settings = {setting for function in contract.functions.values() for setting in function.settings}
    functions = str(entry.get("api_allowed_functions", " ALL_FUNCTIONS "))
    return User(
        entry["user"],
        entry["pass"],
        level=int(entry.get("user_level", 1)),
        active=entry.get("active", "Y") == "Y",
        api_access=entry.get("vdc_agent_api_access") == "1",
        grants=frozenset(s for s in settings if entry.get(SETTING_COLUMNS.get(s, s)) in GRANTED.get(s, {"1"})),
        functions=None if "ALL_FUNCTIONS" in functions else frozenset(functions.split()),
        groups=_viewable(group),
        campaigns=_campaigns(group),
        lists_restricted=entry.get("api_list_restrict") == "1",
        group=str(entry.get("user_group", "")),
        group_exists=group is not None,
    )


def _viewable(group: Table | None) -> frozenset[str] | None:
    """Those that a group may view; all where it names none, in as many characters as a name takes, or is not there."""
    text = str((group or {}).get("admin_viewable_groups", ""))
    return None if "--ALL--" in text or len(text) < VIEWABLE_AT_LEAST else frozenset(text.split())


def _campaigns(group: Table | None) -> frozenset[str] | None:
    text = str((group or {}).get("allowed_campaigns", ""))
    return None if "-ALL" in text else frozenset(word for word in text.split() if word != "-")


def changed_rows(contract: Contract, before: World, after: World) -> list[Table]:
    """What differs between two worlds but for users and settings, as recordings write it."""
    found: list[Table] = []
    for kind in (kind for kind in contract.kinds.values() if kind.table not in STATE_TABLES):
        old, new = before.held.get(kind.name, {}), after.held.get(kind.name, {})
        for number in sorted({*old, *new}):
            was, now = old.get(number), new.get(number)
            if was is None and now is not None:
                values = _values(kind, now).items()
                added = {n: v for n, v in values if v == NOW or v not in (None, default_of(kind.table, n))}
                found.append({"table": kind.table, "added": added})
            elif now is None and was is not None:
                found.append({"table": kind.table, "removed": _key(kind, was)})
            elif was is not None and now is not None and was != now:
                values, others = _values(kind, now), _values(kind, was)
                differing = {name: value for name, value in values.items() if value != others.get(name)}
                if differing:
                    found.append({"table": kind.table, "key": _key(kind, was), "changed": differing})
    return found


def _values(kind: Kind, row: Row) -> dict[str, Column]:
    number = {kind.number: row.number} if kind.number else {}
    key = {column: _typed(kind, column, value) for column, value in zip(kind.key, row.key, strict=True)}
    return {**number, **key, **row.columns}


def _typed(kind: Kind, column: str, value: str) -> Column:
    described = tables()[kind.table]["columns"].get(column, {})
    return int(value) if _is_number(described.get("type", "")) and value.isdigit() else value


def _key(kind: Kind, row: Row) -> dict[str, Column]:
    columns = tables()[kind.table]["columns"]
    primary = [name for name, described in columns.items() if described.get("key") == "PRI"] or list(kind.key)
    values = _values(kind, row)
    return {name: values[name] for name in primary if name in values}


def tables_of(contract: Contract, change: MayChange) -> tuple[str, ...]:
    """The beginnings of the names of tables of which nobody knows what such a change makes."""
    return (contract.kinds[change.kind].table, *TOO.get(change.kind, ()))


TOO: Mapping[str, tuple[str, ...]] = {"custom_field": ("custom_",)}
"""Tables besides that of a kind: a list with custom fields has one of its own for the values."""


@cache
def unreproduced() -> Mapping[str, str]:
    """The scenarios whose replies the contract does not tell, each with the reason."""
    left = tomllib.loads((API / "unreproduced.toml").read_text("utf-8"))
    return {cited: reason for of_function in left.values() for cited, reason in of_function.items()}


def rows_of(scenario: ApiScenario) -> list[Table]:
    """The rows that a scenario changed, but for users and settings."""
    return [change for change in scenario.changes if change["table"] not in STATE_TABLES]


def sorted_rows(changes: Iterable[Table]) -> list[str]:
    """Changes in an order that has nothing to do with that of tables, each once, as in a recording."""
    return sorted({json.dumps(change, sort_keys=True) for change in changes})


def failed_logins(scenario: ApiScenario) -> int:
    """How many logins a scenario saw fail."""
    counts = (c["changed"].get("failed_login_count", 0) for c in scenario.changes if c["table"] == USERS_TABLE)
    return sum(int(count) for count in counts)
