"""The emulator's state in SQLite: its rows, and each user's failed logins."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from conformance.contract.kind import Kind
from conformance.contract.world import (
    Change,
    Column,
    Row,
    folded,
)
from conformance.emulator.clock import Clock
from conformance.emulator.config import Config
from conformance.emulator.kept_state import KeptState
from conformance.errors import UsageError

SCHEMA_VERSION = 2

_SCHEMA = (
    "CREATE TABLE held (kind TEXT NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL, folded TEXT NOT NULL,"
    " columns TEXT NOT NULL, PRIMARY KEY (kind, number)) WITHOUT ROWID",
    "CREATE INDEX held_key ON held (kind, key)",
    "CREATE INDEX held_folded ON held (kind, folded)",
    "CREATE TABLE numbers (kind TEXT PRIMARY KEY, last INTEGER NOT NULL)",
    "CREATE TABLE logins (user TEXT PRIMARY KEY, failed INTEGER NOT NULL, since REAL NOT NULL)",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)
_PUT = "INSERT OR REPLACE INTO held (kind, number, key, folded, columns) VALUES (?, ?, ?, ?, ?)"
_COUNT = "INSERT INTO numbers VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET last = max(last, excluded.last)"
_DROP = "DELETE FROM held WHERE kind = ? AND number = ?"
_FIND_EXACT = "SELECT kind, number, key, columns FROM held WHERE kind = ? AND key = ? ORDER BY number LIMIT 1"
_FIND_FOLDED = "SELECT kind, number, key, columns FROM held WHERE kind = ? AND folded = ? ORDER BY number LIMIT 1"
_ALL = "SELECT kind, number, key, columns FROM held WHERE kind = ? ORDER BY number"
_LAST = "SELECT last FROM numbers WHERE kind = ?"
_GET_LOGINS = "SELECT failed, since FROM logins WHERE user = ?"
_PUT_LOGINS = "INSERT OR REPLACE INTO logins (user, failed, since) VALUES (?, ?, ?)"

_columns = msgspec.json.Decoder(dict[str, Column])


class Store(KeptState):
    """The `State` that predictions ask, kept in a file or in memory. Threads take turns.

    A state file belongs to one emulator at a time. Raises UsageError for one that cannot be used.
    """

    def __init__(self, config: Config, clock: Clock = time.time) -> None:
        super().__init__(config, clock)
        self._lock = threading.RLock()
        self._database = _open(config)
        self._start: sqlite3.Connection | None = None

    def next_number(self, kind: str) -> int:
        """The number of the next row of that kind; one that was in use once is never used again."""
        row: tuple[int] | None = self._one(_LAST, kind)
        return row[0] + 1 if row else 1

    def find(self, kind: str, key: tuple[str, ...], *, exact: bool, wanted: bool = True) -> Row | None:
        """The row with that key; without regard to letter case, in any script, unless `exact`."""
        del wanted
        how, text = (_FIND_EXACT, _text(key)) if exact else (_FIND_FOLDED, _text(folded(key)))
        row = self._one(how, kind, text)
        return _row(row) if row else None

    def rows(self, kind: str) -> list[Row]:
        """The rows of that kind in the order of their numbers."""
        with self.turn():
            return [_row(row) for row in self._database.execute(_ALL, (kind,))]

    def table(self, kind: Kind) -> list[Mapping[str, Column]]:
        """The rows of a kind as the database has them, without those that every install depends on."""
        rows = (row for row in self.rows(kind.name) if not kind.is_special(row.key))
        number = {kind.number} if kind.number else set()
        return [
            {**dict.fromkeys(number, row.number), **dict(zip(kind.key, row.key, strict=True)), **row.columns}
            for row in rows
        ]

    def apply(self, changes: tuple[Change, ...]) -> None:
        """Make all changes, or none if one of them cannot be made."""
        if changes:
            with self.turn(), _transaction(self._database):
                for change in changes:
                    self._apply_one(change)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Keep other threads out, so that what was read still holds when changes are applied."""
        with self._lock:
            yield

    def mark_start(self) -> None:
        """Remember everything as it is now, for `reset`."""
        with self.turn():
            self._start = self._start or sqlite3.connect(":memory:", check_same_thread=False)
            self._database.backup(self._start)

    def reset(self) -> None:
        """Put everything back as it was when the start was marked."""
        assert self._start is not None
        with self.turn():
            self._start.backup(self._database)
            self._began = self._clock()

    def close(self) -> None:
        """Give the state file back. The store is of no use afterwards."""
        with self.turn():
            self._database.close()
            if self._start is not None:
                self._start.close()

    def _one(self, statement: str, *values: str) -> Any:
        with self.turn():
            return self._database.execute(statement, values).fetchone()

    def _put(self, row: Row) -> None:
        _put(self._database, row)

    def _drop(self, row: Row) -> None:
        self._database.execute(_DROP, (row.kind, row.number))

    def _may_change(self) -> None:
        """What a server does by a request to itself: the emulator's never arrive (docs/emulator.md)."""

    def _kept_logins(self, name: str) -> tuple[int, float] | None:
        kept: tuple[int, float] | None = self._one(_GET_LOGINS, name)
        return kept

    def _keep_logins(self, name: str, failed: int, since: float) -> None:
        self._database.execute(_PUT_LOGINS, (name, failed, since))


def _open(config: Config) -> sqlite3.Connection:
    path = str(config.state) if config.state else ":memory:"
    try:
        database = sqlite3.connect(path, timeout=0.5, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise UsageError(f"state file {path}: {error}") from error
    try:
        _prepare(database, path, config.rows)
    except sqlite3.Error as error:
        database.close()
        raise UsageError(f"state file {path}: {error}") from error
    except UsageError:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, path: str, rows: tuple[Row, ...]) -> None:
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    with _transaction(database):
        (version,) = database.execute("PRAGMA user_version").fetchone()
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version == SCHEMA_VERSION:
            return
        if version or tables:
            raise UsageError(f"state file {path}: was not written by this version of the emulator")
        for statement in _SCHEMA:
            database.execute(statement)
        for row in rows:
            _put(database, row)


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _put(database: sqlite3.Connection, row: Row) -> None:
    columns = msgspec.json.encode(row.columns).decode()
    database.execute(_PUT, (row.kind, row.number, _text(row.key), _text(folded(row.key)), columns))
    database.execute(_COUNT, (row.kind, row.number))


def _row(found: tuple[str, int, str, str]) -> Row:
    kind, number, key, columns = found
    return Row(kind, number, tuple(key.split(_BETWEEN)), _columns.decode(columns))


_BETWEEN = "\x1f"
"""What no value of a key holds: every server drops it."""


def _text(key: tuple[str, ...]) -> str:
    return _BETWEEN.join(key)
