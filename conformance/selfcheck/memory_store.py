"""The emulator's state without a database: what `Store` does, for servers that live for one run of the suite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conformance.contract.settings import ServerSettings
from conformance.contract.world import (
    LOCK_AFTER,
    LOGIN_LEVEL,
    Change,
    Drop,
    LoginFailed,
    LoginSucceeded,
    MayChange,
    Put,
    Row,
    User,
    folded,
)
from conformance.emulator.config import Config
from conformance.emulator.store import LOCK_SECONDS, LONG_AGO
from conformance.selfcheck.target import clock

Key = tuple[str, ...]


@dataclass
class _Index:
    """Numbers of rows by a spelling of their keys; of several the lowest is found, as in the database."""

    by_key: dict[Key, set[int]] = field(default_factory=dict)

    def add(self, key: Key, number: int) -> None:
        self.by_key.setdefault(key, set()).add(number)

    def drop(self, key: Key, number: int) -> None:
        left = self.by_key.get(key, set())
        left.discard(number)
        if not left:
            self.by_key.pop(key, None)

    def find(self, key: Key) -> int | None:
        return min(self.by_key.get(key, ()), default=None)


@dataclass
class _Rows:
    """The rows of one kind, and the number of the next."""

    next_number: int = 1
    held: dict[int, Row] = field(default_factory=dict)
    exact: _Index = field(default_factory=_Index)
    folded: _Index = field(default_factory=_Index)

    def put(self, row: Row) -> None:
        self.drop(row.number)
        self.held[row.number] = row
        self.exact.add(row.key, row.number)
        self.folded.add(folded(row.key), row.number)
        self.next_number = max(self.next_number, row.number + 1)

    def drop(self, number: int) -> None:
        row = self.held.pop(number, None)
        if row is not None:
            self.exact.drop(row.key, number)
            self.folded.drop(folded(row.key), number)


class MemoryStore:
    """A `State` that changes can be applied to. The next numbers may be set, to some that were not in use yet."""

    def __init__(self, config: Config) -> None:
        self.settings: ServerSettings = config.settings
        self._users: Mapping[str, User] = config.users
        self._began = clock()
        self._logins: dict[str, tuple[int, float]] = {}
        self._kinds: dict[str, _Rows] = {}
        for row in config.rows:
            self._of_kind(row.kind).put(row)

    def next_number(self, kind: str) -> int:
        """The number of the next row of that kind."""
        return self._of_kind(kind).next_number

    def unknown_number(self, kind: str) -> int:
        """Never needed, because `next_number` is always known."""
        del kind
        return -1

    def user(self, name: str) -> User | None:
        """The user of that name with what is known of past logins."""
        user = self._users.get(name)
        if user is None:
            return None
        failed, since = self._of(user)
        holds = clock() - since < LOCK_SECONDS
        return user if (failed, holds) == (user.failed_logins, user.lock_holds) else _after(user, failed, holds)

    def failed_logins(self) -> tuple[int, ...]:
        """The failed logins of each user, in the order of the configuration."""
        return tuple(self._of(user)[0] for user in self._users.values())

    def find(self, kind: str, key: Key, *, exact: bool, wanted: bool = True) -> Row | None:
        """The row with that key; without regard to letter case unless `exact`."""
        del wanted
        rows = self._of_kind(kind)
        found = rows.exact.find(key) if exact else rows.folded.find(folded(key))
        return None if found is None else rows.held[found]

    def rows(self, kind: str) -> list[Row]:
        """The rows of that kind, by their numbers."""
        held = self._of_kind(kind).held
        return [held[number] for number in sorted(held)]

    def knows_all(self, kind: str, *, own: bool = False) -> bool:
        """Whether those are all that there are."""
        del kind, own
        return True

    def begin_at(self, numbers: Mapping[str, int]) -> None:
        """Let the next rows have those numbers, unless one of their kind has it already or a higher one."""
        for kind, number in numbers.items():
            rows = self._of_kind(kind)
            if number > max(rows.held, default=0):
                rows.next_number = number

    def _of_kind(self, kind: str) -> _Rows:
        return self._kinds.setdefault(kind, _Rows())

    def apply(self, changes: tuple[Change, ...]) -> None:
        """Make all changes, or none if one of them cannot be made."""
        for change in changes:
            if isinstance(change, LoginFailed):
                self._users[change.user]
        for change in changes:
            self._apply_one(change)

    def _apply_one(self, change: Change) -> None:
        match change:
            case Put(row):
                self._of_kind(row.kind).put(row)
            case Drop(row):
                self._of_kind(row.kind).drop(row.number)
            case LoginFailed(name):
                failed, since = self._of(self._users[name])
                again = failed >= LOCK_AFTER
                self._logins[name] = (1, clock()) if again else (failed + 1, since)
            case LoginSucceeded(name):
                self._logins[name] = (0, clock())
            case MayChange():
                raise ValueError("what is not described cannot be applied")

    def _of(self, user: User) -> tuple[int, float]:
        """A user's failed logins, and since when a lock counts: as the database has it for who never tried."""
        known = self._logins.get(user.name)
        if known is not None:
            return known
        return user.failed_logins, self._began if user.active and user.level >= LOGIN_LEVEL else LONG_AGO


def _after(user: User, failed: int, holds: bool) -> User:
    return replace(user, failed_logins=failed, lock_holds=holds)
