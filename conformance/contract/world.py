"""The small world that a prediction carries: rows we know of, users, and the server's settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from conformance.contract.settings import ServerSettings

Column = str | int | None

LOGIN_LEVEL = 7
"""The least user_level that can log in (observed.md section 6)."""

LOCK_AFTER = 10
"""Failed logins that lock a user (observed.md section 9)."""

ALL_GROUPS = "---ALL---"

NOW = "<now>"
"""The time of a call, in a column that holds it."""


@dataclass(frozen=True, slots=True)
class User:
    """An API user. `grants` are the settings that functions ask for; None elsewhere means all.

    `functions` are those that the user may call, `groups` the user groups whose rows the user may view, and
    `campaigns` those that the user's own `group` is allowed. `lists_restricted` is `api_list_restrict`.
    `group_exists` is whether there is such a group.
    """

    name: str
    password: str
    level: int = 9
    active: bool = True
    api_access: bool = True
    grants: frozenset[str] = frozenset()
    functions: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    campaigns: frozenset[str] | None = None
    lists_restricted: bool = False
    group: str = ""
    group_exists: bool = True
    failed_logins: int = 0
    lock_holds: bool = True


@dataclass(frozen=True, order=True, slots=True)
class RowName:
    """What one row is called: its kind, and the values of that kind's key."""

    kind: str
    key: tuple[str, ...]

    def __str__(self) -> str:
        return "|".join(self.key)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its kind, the number that the world knows it by, the values of its kind's key, and its other columns.

    The number is the server's own where its kind has one (a did_id). A negative one stands for one nobody knows.
    """

    kind: str
    number: int
    key: tuple[str, ...]
    columns: Mapping[str, Column] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The values of its key, as people write them."""
        return "|".join(self.key)

    @property
    def called(self) -> RowName:
        """What it is called among rows of all kinds."""
        return RowName(self.kind, self.key)


@dataclass(frozen=True, slots=True)
class Put:
    """A row is inserted, or takes the place of the one of its kind with its number."""

    row: Row


@dataclass(frozen=True, slots=True)
class Drop:
    """A row is gone."""

    row: Row


@dataclass(frozen=True, slots=True)
class LoginFailed:
    """A user's counter of failed logins rises by one."""

    user: str


@dataclass(frozen=True, slots=True)
class LoginSucceeded:
    """A user's counter of failed logins starts again."""

    user: str


ANY = "any"


@dataclass(frozen=True, slots=True)
class MayChange:
    """Rows of a kind, or of ANY kind, may be added, changed or gone: which and how is not described.

    `within` is the row that they belong to, such as the list of some leads; None is whatever row there is.
    """

    kind: str
    within: Row | None = None


Change = Put | Drop | LoginFailed | LoginSucceeded | MayChange


class State(Protocol):
    """What a prediction asks of the world; a database can answer it as well as a value in memory."""

    @property
    def settings(self) -> ServerSettings:
        """The settings that change replies."""
        ...

    def next_number(self, kind: str) -> int | None:
        """The number that the next row of that kind gets; None where nobody can know it."""
        ...

    def unknown_number(self, kind: str) -> int:
        """A negative number that no row of that kind has here."""
        ...

    def user(self, name: str) -> User | None:
        """The user of that name."""
        ...

    def find(self, kind: str, key: tuple[str, ...], *, exact: bool, wanted: bool = True) -> Row | None:
        """The row with that key; without regard to letter case unless `exact`.

        `wanted` is whether the call goes on if there is one: of importance to whoever asks what it could do at worst.
        """
        ...

    def rows(self, kind: str) -> Iterable[Row]:
        """The rows of that kind that are known here, by their numbers."""
        ...

    def knows_all(self, kind: str, *, own: bool = False) -> bool:
        """Whether those are all that there are, as only a server itself can say.

        With `own`, whether they are all that belong to rows of a run's own, which nobody else gives any.
        """
        ...


@dataclass(frozen=True)
class World:
    """A world as a value: `held` are its rows, by kind and number.

    `numbers` has the next number of each kind of which it is known; on a live server it never is. `whole` are the kinds
    of which all rows are there, `unsure` those of which some may have been added to rows of a run's own.
    """

    settings: ServerSettings = field(default_factory=ServerSettings)
    users: Mapping[str, User] = field(default_factory=dict)
    held: Mapping[str, Mapping[int, Row]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()

    def next_number(self, kind: str) -> int | None:
        """The number that the next row of that kind gets."""
        return self.numbers.get(kind)

    def unknown_number(self, kind: str) -> int:
        """A negative number that no row of that kind has here, for one whose real number nobody knows."""
        return min(-1, min(self.held.get(kind, {}), default=0) - 1)

    def user(self, name: str) -> User | None:
        """The user of that name."""
        return self.users.get(name)

    def find(self, kind: str, key: tuple[str, ...], *, exact: bool, wanted: bool = True) -> Row | None:
        """The row with that key; without regard to letter case unless `exact`."""
        del wanted
        sought = key if exact else folded(key)
        for row in self.held.get(kind, {}).values():
            if (row.key if exact else folded(row.key)) == sought:
                return row
        return None

    def rows(self, kind: str) -> Iterable[Row]:
        """The rows of that kind, by their numbers."""
        held = self.held.get(kind, {})
        return [held[number] for number in sorted(held)]

    def knows_all(self, kind: str, *, own: bool = False) -> bool:
        """Whether those are all that there are, or all that belong to rows of a run's own."""
        return kind in self.whole or (own and self.unsure.isdisjoint({kind, ANY}))

    def holding(self, *rows: Row) -> World:
        """The same world with these rows in it."""
        held = {kind: dict(of_kind) for kind, of_kind in self.held.items()}
        for row in rows:
            held.setdefault(row.kind, {})[row.number] = row
        return replace(self, held=held)

    def after(self, changes: tuple[Change, ...]) -> World:
        """The world once the changes are made."""
        world = self
        for change in changes:
            world = world._after_one(change)
        return world

    def _after_one(self, change: Change) -> World:
        match change:
            case Put(row):
                known = self.numbers.get(row.kind)
                numbers = self.numbers if known is None else {**self.numbers, row.kind: max(known, row.number + 1)}
                of_kind = {**self.held.get(row.kind, {}), row.number: row}
                return replace(self, held={**self.held, row.kind: of_kind}, numbers=numbers)
            case Drop(row):
                left = {number: other for number, other in self.held.get(row.kind, {}).items() if number != row.number}
                return replace(self, held={**self.held, row.kind: left})
            case LoginFailed(name):
                return self._with_failures(name, self.users[name].failed_logins + 1)
            case LoginSucceeded(name):
                return self._with_failures(name, 0)
            case MayChange(kind):
                return replace(self, unsure=self.unsure | {kind})

    def _with_failures(self, name: str, count: int) -> World:
        return replace(self, users={**self.users, name: replace(self.users[name], failed_logins=count)})


_OWN_NAME = re.compile(r"999[0-9]{11}")


def is_own_name(*values: str) -> bool:
    """Whether one of these values is a name that only runs give to rows of theirs."""
    return any(map(_OWN_NAME.fullmatch, values))


def folded(key: tuple[str, ...]) -> tuple[str, ...]:
    """A key as it is compared without regard to letter case."""
    return tuple(value.lower() for value in key)
