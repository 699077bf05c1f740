"""What every state of an emulator does, wherever it is kept: who may log in, and what becomes of each change."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

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
)
from conformance.emulator.clock import Clock
from conformance.emulator.config import Config

LOCK_SECONDS = 900
"""How long a lock holds after the user's last good login (observed.md section 9)."""

LONG_AGO = 0.0


class KeptState(ABC):
    """A `State` that changes can be applied to; open is where its rows and each user's failed logins are kept."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self.settings = config.settings
        self._users = config.users
        self._clock = clock
        self._began = clock()

    def unknown_number(self, kind: str) -> int:
        """Never needed, because `next_number` is always known."""
        del kind
        return -1

    def knows_all(self, kind: str, *, own: bool = False) -> bool:
        """Whether those are all that there are: nobody else knows of any."""
        del kind, own
        return True

    def user(self, name: str) -> User | None:
        """The user of that name with what is known of past logins."""
        user = self._users.get(name)
        if user is None:
            return None
        failed, since = self._logins(user)
        holds = self._clock() - since < LOCK_SECONDS
        as_it_is = (failed, holds) == (user.failed_logins, user.lock_holds)
        return user if as_it_is else replace(user, failed_logins=failed, lock_holds=holds)

    def _logins(self, user: User) -> tuple[int, float]:
        """A user's failed logins, and since when a lock counts.

        Who can log in did so when the emulator began, and who cannot never did: so were the users recorded.
        """
        kept = self._kept_logins(user.name)
        if kept is not None:
            return kept
        return user.failed_logins, self._began if user.active and user.level >= LOGIN_LEVEL else LONG_AGO

    def _apply_one(self, change: Change) -> None:
        match change:
            case Put(row):
                self._put(row)
            case Drop(row):
                self._drop(row)
            case LoginFailed(name):
                self._login_failed(name)
            case LoginSucceeded(name):
                self._keep_logins(name, 0, self._clock())
            case MayChange():
                self._may_change()

    def _login_failed(self, name: str) -> None:
        """Count a failed login. The one after a lock that no longer holds begins count and time again, as recorded."""
        failed, since = self._logins(self._users[name])
        again = failed >= LOCK_AFTER
        self._keep_logins(name, 1 if again else failed + 1, self._clock() if again else since)

    @abstractmethod
    def _put(self, row: Row) -> None: ...

    @abstractmethod
    def _drop(self, row: Row) -> None: ...

    @abstractmethod
    def _may_change(self) -> None: ...

    @abstractmethod
    def _kept_logins(self, name: str) -> tuple[int, float] | None:
        """The failed logins of a user, and since when a lock counts; None if nobody has logged in by that name."""

    @abstractmethod
    def _keep_logins(self, name: str, failed: int, since: float) -> None: ...
