"""Failed logins of real users: counted across runs, because ten of them lock the user and agents' screens with it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import time

import msgspec

from conformance.contract.reply import parse_reply
from conformance.errors import UsageError
from conformance.exchange import Reply

MOST = 3
"""The largest budget that may be asked for; ten failures lock a user (observed.md section 9)."""

LOCK_SECONDS = 900
"""How long a lock lasts, and so how long a failed login is remembered here (observed.md section 9)."""

LOGIN_INCORRECT = "Login incorrect, please try again"
_AFTER_LOGIN = frozenset({"SUCCESS", "NOTICE", "ERROR"})
"""Status words of replies that only those get who have logged in, but for the two above and below."""

LOCKED = "Too many login attempts, try again in 15 minutes"


class FailedLogin(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the file: a user of a host whose login was refused, and when, in seconds since 1970."""

    host: str
    user: str
    at: float


@dataclass
class Logins:
    """The budget of failed logins of each real user of one host; `path` is shared by all runs that report beside it.

    `locked` are users that the server has locked, `proven` those whose login has worked. `lockable` is the user that
    the target file gives away for being locked: it has no budget, and nothing stops it. `good` is when each user's
    login last worked, in seconds since 1970.
    """

    path: Path
    host: str
    budget: int = 0
    lockable: str | None = None
    locked: set[str] = field(default_factory=set)
    proven: set[str] = field(default_factory=set)
    good: dict[str, float] = field(default_factory=dict)
    _failed: Counter[str] = field(default_factory=Counter)
    _spent: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        if not 0 <= self.budget <= MOST:
            raise UsageError(f"--allow-login-failures {self.budget}: must be from 0 to {MOST}; ten lock a user out")
        self._failed.update(self._remembered())

    def _remembered(self) -> list[str]:
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UsageError(f"{self.path}: {error.strerror}: failed logins are counted there") from error
        entries = [entry for line in lines if (entry := _entry(line)) is not None]
        since = time() - LOCK_SECONDS
        return [entry.user for entry in entries if entry.host == self.host and entry.at > since]

    def left(self, user: str) -> int:
        """How many more logins of that user may fail."""
        return max(0, self.budget - self._failed[user])

    def refusal(self, user: str) -> str | None:
        """Why nothing may be sent for that user any more; None if it may."""
        if user == self.lockable:
            return None
        if user in self.locked:
            return (
                f"the server has locked user {user}; that ends {LOCK_SECONDS // 60} minutes after its last good login"
            )
        if self._failed[user] > self.budget:
            return (
                f"a login of {user} was refused before, and ten refusals lock it: mend its password or settings, then "
                f"wait {LOCK_SECONDS // 60} minutes or give --allow-login-failures {min(MOST, self._failed[user])}"
            )
        return None

    def locks(self, told: Callable[[str], str] = str) -> tuple[str, ...]:
        """The users that are locked now, each as it is to be told, and until when, in words."""
        return tuple(
            f"{told(user)} until {datetime.fromtimestamp(self.good.get(user, time()) + LOCK_SECONDS, UTC):%H:%M:%S} UTC"
            for user in sorted(self.locked)
        )

    def spend(self, user: str, count: int) -> None:
        """Count logins that are going to fail before they are sent: of one whose reply is lost nothing is heard."""
        self._count(user, count)
        self._spent[user] += count

    def saw(self, user: str, reply: Reply) -> None:
        """Take note of a reply to a request that a real user sent. What is noted is on the disk when this returns."""
        lines = parse_reply(reply.body)
        messages = {line.message for line in lines if line.status == "ERROR"}
        if LOCKED in messages:
            self.locked.add(user)
        elif LOGIN_INCORRECT not in messages:
            if any(line.status in _AFTER_LOGIN for line in lines):
                self.proven.add(user)
                self.good[user] = time()
        elif user == self.lockable:
            return
        elif self._spent[user]:
            self._spent[user] -= 1
        else:
            self._count(user, 1)

    def _count(self, user: str, count: int) -> None:
        self._failed[user] += count
        line = msgspec.json.encode(FailedLogin(host=self.host, user=user, at=time())) + b"\n"
        with self.path.open("ab") as file:
            file.write(line * count)
            file.flush()
            os.fsync(file.fileno())


def _entry(line: bytes) -> FailedLogin | None:
    try:
        return msgspec.json.decode(line, type=FailedLogin)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
