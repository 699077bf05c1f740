"""The emulator's state without a database: what `Store` does, for servers that live for one run of the suite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conformance.contract.model import ServerSettings
from conformance.contract.world import (
    LOCK_AFTER,
    LOGIN_LEVEL,
    Change,
    Did,
    DropDid,
    Entities,
    LoginFailed,
    LoginSucceeded,
    MayChange,
    PutDid,
    User,
)
from conformance.emulator.config import Config
from conformance.emulator.store import LOCK_SECONDS, LONG_AGO
from conformance.selfcheck.target import clock


@dataclass
class _Index:
    """The did_ids by a spelling of their patterns; of several the lowest is found, as in the database."""

    by_pattern: dict[str, set[int]] = field(default_factory=dict)

    def add(self, pattern: str, did_id: int) -> None:
        self.by_pattern.setdefault(pattern, set()).add(did_id)

    def drop(self, pattern: str, did_id: int) -> None:
        left = self.by_pattern.get(pattern, set())
        left.discard(did_id)
        if not left:
            self.by_pattern.pop(pattern, None)

    def find(self, pattern: str) -> int | None:
        return min(self.by_pattern.get(pattern, ()), default=None)


class MemoryStore:
    """A `State` that changes can be applied to. `next_did_id` may be set, to a did_id that was not in use yet."""

    def __init__(self, config: Config) -> None:
        self.settings: ServerSettings = config.settings
        self.entities: Entities = config.entities
        self.next_did_id: int = 1
        self.unknown_did_id: int = -1
        self._users: Mapping[str, User] = config.users
        self._began = clock()
        self._logins: dict[str, tuple[int, float]] = {}
        self._dids: dict[int, Did] = {}
        self._exact = _Index()
        self._folded = _Index()
        for did in config.dids:
            self._put(did)

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

    def find(self, pattern: str, *, exact: bool) -> Did | None:
        """The DID with that pattern; without regard to letter case unless `exact`."""
        found = self._exact.find(pattern) if exact else self._folded.find(pattern.lower())
        return None if found is None else self._dids[found]

    def begin_at(self, did_id: int) -> None:
        """Let the next DID have that did_id, unless one has it already or a higher one."""
        if self.next_did_id != did_id and did_id > max(self._dids, default=0):
            self.next_did_id = did_id

    def apply(self, changes: tuple[Change, ...]) -> None:
        """Make all changes, or none if one of them cannot be made."""
        for change in changes:
            if isinstance(change, LoginFailed):
                self._users[change.user]
        for change in changes:
            self._apply_one(change)

    def _apply_one(self, change: Change) -> None:
        match change:
            case PutDid(did):
                self._put(did)
            case DropDid(did_id):
                self._drop(did_id)
            case LoginFailed(name):
                failed, since = self._of(self._users[name])
                again = failed >= LOCK_AFTER
                self._logins[name] = (1, clock()) if again else (failed + 1, since)
            case LoginSucceeded(name):
                self._logins[name] = (0, clock())
            case MayChange():
                raise ValueError("what is not described cannot be applied")

    def _put(self, did: Did) -> None:
        self._drop(did.did_id)
        self._dids[did.did_id] = did
        self._exact.add(did.pattern, did.did_id)
        self._folded.add(did.pattern.lower(), did.did_id)
        self.next_did_id = max(self.next_did_id, did.did_id + 1)

    def _drop(self, did_id: int) -> None:
        did = self._dids.pop(did_id, None)
        if did is not None:
            self._exact.drop(did.pattern, did_id)
            self._folded.drop(did.pattern.lower(), did_id)

    def _of(self, user: User) -> tuple[int, float]:
        """A user's failed logins, and since when a lock counts: as the database has it for who never tried."""
        known = self._logins.get(user.name)
        if known is not None:
            return known
        return user.failed_logins, self._began if user.active and user.level >= LOGIN_LEVEL else LONG_AGO


def _after(user: User, failed: int, holds: bool) -> User:
    return replace(user, failed_logins=failed, lock_holds=holds)
