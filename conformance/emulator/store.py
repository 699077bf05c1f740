"""The emulator's state in SQLite: its DIDs, and each user's failed logins."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec

from conformance.contract.model import ServerSettings
from conformance.contract.world import (
    LOCK_AFTER,
    LOGIN_LEVEL,
    Change,
    Column,
    Did,
    DropDid,
    Entities,
    LoginFailed,
    LoginSucceeded,
    MayChange,
    PutDid,
    User,
)
from conformance.emulator.clock import Clock
from conformance.emulator.config import Config
from conformance.errors import UsageError

LOCK_SECONDS = 900
"""How long a lock holds after the user's last good login (observed.md section 9)."""

LONG_AGO = 0.0

SCHEMA_VERSION = 1

SPECIAL_DID = "default"
"""The DID that every install has, and that recordings leave out of their rows."""

_SCHEMA = (
    "CREATE TABLE dids (did_id INTEGER PRIMARY KEY AUTOINCREMENT, pattern TEXT NOT NULL, folded TEXT NOT NULL,"
    " user_group TEXT NOT NULL, columns TEXT NOT NULL)",
    "CREATE INDEX dids_pattern ON dids (pattern)",
    "CREATE INDEX dids_folded ON dids (folded)",
    "CREATE TABLE logins (user TEXT PRIMARY KEY, failed INTEGER NOT NULL, since REAL NOT NULL)",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)
_PUT_DID = "INSERT OR REPLACE INTO dids (did_id, pattern, folded, user_group, columns) VALUES (?, ?, ?, ?, ?)"
_DROP_DID = "DELETE FROM dids WHERE did_id = ?"
_FIND_EXACT = "SELECT did_id, pattern, user_group, columns FROM dids WHERE pattern = ? ORDER BY did_id LIMIT 1"
_FIND_FOLDED = "SELECT did_id, pattern, user_group, columns FROM dids WHERE folded = ? ORDER BY did_id LIMIT 1"
_ALL_DIDS = "SELECT did_id, pattern, user_group, columns FROM dids ORDER BY did_id"
_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name = 'dids'"
_GET_LOGINS = "SELECT failed, since FROM logins WHERE user = ?"
_PUT_LOGINS = "INSERT OR REPLACE INTO logins (user, failed, since) VALUES (?, ?, ?)"

_columns = msgspec.json.Decoder(dict[str, Column])


class Store:
    """The `State` that predictions ask, kept in a file or in memory. Threads take turns.

    A state file belongs to one emulator at a time. Raises UsageError for one that cannot be used.
    """

    def __init__(self, config: Config, clock: Clock = time.time) -> None:
        self._config = config
        self._clock = clock
        self._began = clock()
        self._lock = threading.RLock()
        self._database = _open(config)
        self._start: sqlite3.Connection | None = None

    @property
    def settings(self) -> ServerSettings:
        """The server's settings."""
        return self._config.settings

    @property
    def entities(self) -> Entities:
        """What DIDs may refer to."""
        return self._config.entities

    @property
    def next_did_id(self) -> int:
        """The did_id of the next DID that is added; one that was in use once is never used again."""
        row: tuple[int] | None = self._one(_LAST_ID)
        return row[0] + 1 if row else 1

    @property
    def unknown_did_id(self) -> int:
        """Never needed, because `next_did_id` is always known."""
        return -1

    def user(self, name: str) -> User | None:
        """The user of that name with what is known of past logins."""
        user = self._config.users.get(name)
        if user is None:
            return None
        failed, since = self._logins(user)
        return replace(user, failed_logins=failed, lock_holds=self._clock() - since < LOCK_SECONDS)

    def find(self, pattern: str, *, exact: bool) -> Did | None:
        """The DID with that pattern; without regard to letter case, in any script, unless `exact`."""
        row = self._one(_FIND_EXACT, pattern) if exact else self._one(_FIND_FOLDED, pattern.lower())
        return _did(row) if row else None

    def apply(self, changes: tuple[Change, ...]) -> None:
        """Make all changes, or none if one of them cannot be made."""
        if changes:
            with self.turn(), _transaction(self._database):
                for change in changes:
                    self._apply_one(change)

    def rows(self) -> list[Mapping[str, Column]]:
        """The DID table in the order of did_id, in the form of the recordings' `dids_after`."""
        with self.turn():
            dids = [_did(row) for row in self._database.execute(_ALL_DIDS)]
        return [
            {"did_id": did.did_id, "did_pattern": did.pattern, **did.columns}
            for did in dids
            if did.pattern != SPECIAL_DID
        ]

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

    def _logins(self, user: User) -> tuple[int, float]:
        """A user's failed logins, and since when a lock counts.

        Who can log in did so when the emulator began, and who cannot never did: so were the users recorded.
        """
        row: tuple[int, float] | None = self._one(_GET_LOGINS, user.name)
        if row is not None:
            return row
        return user.failed_logins, self._began if user.active and user.level >= LOGIN_LEVEL else LONG_AGO

    def _apply_one(self, change: Change) -> None:
        match change:
            case PutDid(did):
                _put(self._database, did)
            case DropDid(did_id):
                self._database.execute(_DROP_DID, (did_id,))
            case LoginFailed(name):
                self._login_failed(name)
            case LoginSucceeded(name):
                self._database.execute(_PUT_LOGINS, (name, 0, self._clock()))
            case MayChange():
                raise ValueError("what is not described cannot be applied")

    def _login_failed(self, name: str) -> None:
        """Count a failed login. The one after a lock that no longer holds begins count and time again, as recorded."""
        failed, since = self._logins(self._config.users[name])
        again = failed >= LOCK_AFTER
        self._database.execute(_PUT_LOGINS, (name, 1 if again else failed + 1, self._clock() if again else since))


def _open(config: Config) -> sqlite3.Connection:
    path = str(config.state) if config.state else ":memory:"
    try:
        database = sqlite3.connect(path, timeout=0.5, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise UsageError(f"state file {path}: {error}") from error
    try:
        _prepare(database, path, config.dids)
    except sqlite3.Error as error:
        database.close()
        raise UsageError(f"state file {path}: {error}") from error
    except UsageError:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, path: str, dids: tuple[Did, ...]) -> None:
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
        for did in dids:
            _put(database, did)


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _put(database: sqlite3.Connection, did: Did) -> None:
    columns = msgspec.json.encode(did.columns).decode()
    database.execute(_PUT_DID, (did.did_id, did.pattern, did.pattern.lower(), did.group, columns))


def _did(row: tuple[int, str, str, str]) -> Did:
    did_id, pattern, group, columns = row
    return Did(did_id, pattern, _columns.decode(columns), group)
