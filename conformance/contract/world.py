"""The small world that a prediction carries: DIDs we know of, users, entities and the server's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from conformance.contract.model import ServerSettings

Column = str | int | None

LOGIN_LEVEL = 7
"""The least user_level that can log in (observed.md section 6)."""

LOCK_AFTER = 10
"""Failed logins that lock a user (observed.md section 9)."""

ALL_GROUPS = "---ALL---"


@dataclass(frozen=True, slots=True)
class User:
    """An API user. `functions` and `groups` None mean all; `grants` are the settings that functions ask for."""

    name: str
    password: str
    level: int = 9
    active: bool = True
    api_access: bool = True
    grants: frozenset[str] = frozenset()
    functions: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    failed_logins: int = 0
    lock_holds: bool = True


@dataclass(frozen=True, slots=True)
class Did:
    """One row of the DID table. `columns` are the routing columns that the API can set."""

    did_id: int
    pattern: str
    columns: Mapping[str, Column]
    group: str = ALL_GROUPS


@dataclass(frozen=True, slots=True)
class PutDid:
    """A row is inserted, or takes the place of the one with its did_id."""

    did: Did


@dataclass(frozen=True, slots=True)
class DropDid:
    """The row with this did_id is gone."""

    did_id: int


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
    """Rows of a kind, or of ANY kind, may be added, changed or gone: which and how is not described."""

    kind: str


Change = PutDid | DropDid | LoginFailed | LoginSucceeded | MayChange


@dataclass(frozen=True, slots=True)
class Entities:
    """What DIDs may refer to."""

    ingroup: frozenset[str] = frozenset()
    call_menu: frozenset[str] = frozenset()
    server_ip: frozenset[str] = frozenset()

    def has(self, kind: str, name: str, *, exact: bool) -> bool:
        """Whether an entity of that kind exists, with or without regard to letter case."""
        known: frozenset[str] = getattr(self, kind)
        return name in known if exact else name.lower() in {entity.lower() for entity in known}


class State(Protocol):
    """What a prediction asks of the world; a database can answer it as well as a value in memory."""

    @property
    def settings(self) -> ServerSettings:
        """The settings that change replies."""
        ...

    @property
    def entities(self) -> Entities:
        """What DIDs may refer to."""
        ...

    @property
    def next_did_id(self) -> int | None:
        """The did_id that the next DID gets; None where nobody can know it."""
        ...

    @property
    def unknown_did_id(self) -> int:
        """A negative did_id that no DID here has."""
        ...

    def user(self, name: str) -> User | None:
        """The user of that name."""
        ...

    def find(self, pattern: str, *, exact: bool) -> Did | None:
        """The DID with that pattern; without regard to letter case unless `exact`."""
        ...


@dataclass(frozen=True)
class World:
    """A world as a value. `next_did_id` None means that it is not known, as on a live server."""

    settings: ServerSettings = field(default_factory=ServerSettings)
    users: Mapping[str, User] = field(default_factory=dict)
    entities: Entities = field(default_factory=Entities)
    dids: Mapping[int, Did] = field(default_factory=dict)
    next_did_id: int | None = None

    @property
    def unknown_did_id(self) -> int:
        """A negative did_id that no DID here has, for one whose real id nobody knows."""
        return min(-1, min(self.dids, default=0) - 1)

    def user(self, name: str) -> User | None:
        """The user of that name."""
        return self.users.get(name)

    def find(self, pattern: str, *, exact: bool) -> Did | None:
        """The DID with that pattern; without regard to letter case unless `exact`."""
        wanted = pattern if exact else pattern.lower()
        for did in self.dids.values():
            if (did.pattern if exact else did.pattern.lower()) == wanted:
                return did
        return None

    def after(self, changes: tuple[Change, ...]) -> World:
        """The world once the changes are made."""
        world = self
        for change in changes:
            world = world._after_one(change)
        return world

    def _after_one(self, change: Change) -> World:
        match change:
            case PutDid(did):
                next_id = self.next_did_id and max(self.next_did_id, did.did_id + 1)
                return replace(self, dids={**self.dids, did.did_id: did}, next_did_id=next_id)
            case DropDid(did_id):
                return replace(self, dids={key: did for key, did in self.dids.items() if key != did_id})
            case LoginFailed(name):
                return self._with_failures(name, self.users[name].failed_logins + 1)
            case LoginSucceeded(name):
                return self._with_failures(name, 0)
            case MayChange():
                return self

    def _with_failures(self, name: str, count: int) -> World:
        return replace(self, users={**self.users, name: replace(self.users[name], failed_logins=count)})
