"""The emulator's state without a database: what `Store` does, for servers that live for one run of the suite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.contract.world import (
    Change,
    LoginFailed,
    Row,
    folded,
)
from conformance.emulator.config import Config
from conformance.emulator.kept_state import KeptState
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


class MemoryStore(KeptState):
    """A `State` that changes can be applied to. The next numbers may be set, to some that were not in use yet."""

    def __init__(self, config: Config) -> None:
        super().__init__(config, clock)
        self._counted: dict[str, tuple[int, float]] = {}
        self._kinds: dict[str, _Rows] = {}
        for row in config.rows:
            self._of_kind(row.kind).put(row)

    def next_number(self, kind: str) -> int:
        """The number of the next row of that kind."""
        return self._of_kind(kind).next_number

    def failed_logins(self) -> tuple[int, ...]:
        """The failed logins of each user, in the order of the configuration."""
        return tuple(self._logins(user)[0] for user in self._users.values())

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

    def _put(self, row: Row) -> None:
        self._of_kind(row.kind).put(row)

    def _drop(self, row: Row) -> None:
        self._of_kind(row.kind).drop(row.number)

    def _may_change(self) -> None:
        raise ValueError("what is not described cannot be applied")

    def _kept_logins(self, name: str) -> tuple[int, float] | None:
        return self._counted.get(name)

    def _keep_logins(self, name: str, failed: int, since: float) -> None:
        self._counted[name] = (failed, since)
