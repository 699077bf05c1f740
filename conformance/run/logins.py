"""Failed logins of real users: counted across runs, because ten of them lock the user and agents' screens with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import time
from urllib.parse import urlsplit

from conformance.cases.model import Role
from conformance.contract.contract import Contract
from conformance.contract.reply import parse_reply
from conformance.errors import UsageError
from conformance.exchange import Reply
from conformance.run.failed_logins import LOCK_SECONDS, FailedLogins, Failures, Memory, state_file
from conformance.run.messages import messages
from conformance.run.settings import Target

MOST = 3
"""The largest budget that may be asked for; ten failures lock a user (observed.md section 9)."""

MOST_TOGETHER = 6
"""Logins of a user that may fail from this machine while they are remembered, by any passwords: agents fail too."""

BUDGET_FLAG = f"--allow-login-failures {MOST}"

_AFTER_LOGIN = frozenset({"SUCCESS", "NOTICE", "ERROR"})
"""Status words of replies that only those get who have logged in, but for those that refuse a login."""


@dataclass
class Logins:
    """The budget of failed logins of each real user of one host; `memory` is what earlier runs know too.

    `locked` are users that the server has locked, `proven` those whose login has worked. `lockable` is the user that
    the target file gives away for being locked: it has no budget, and nothing stops it. `good` is when each user's
    login last worked, in seconds since 1970. `spent` are logins that were counted before they were sent.
    """

    contract: Contract
    memory: Memory
    budget: int = 0
    lockable: str | None = None
    locked: set[str] = field(default_factory=set)
    proven: set[str] = field(default_factory=set)
    good: dict[str, float] = field(default_factory=dict)
    spent: Counter[str] = field(default_factory=Counter)
    _unnoted: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._refused = messages(self.contract, self.contract.common.name, "login-incorrect")
        self._locked = messages(self.contract, self.contract.common.name, "locked")
        if not 0 <= self.budget <= MOST:
            raise UsageError(f"--allow-login-failures {self.budget}: must be from 0 to {MOST}; ten lock a user out")

    def left(self, user: str) -> int:
        """How many more logins of that user may fail."""
        try:
            failed = self.memory.failures(user, fresh=True)
        except UsageError:
            return 0
        return max(0, min(self.budget - len(failed.same), MOST_TOGETHER - len(failed.every)))

    def wanting(self, user: str) -> str:
        """What gives that user a budget again: a larger one, or time."""
        if self.budget < MOST:
            return f"--allow-login-failures {MOST}"
        return f"{LOCK_SECONDS // 60} minutes without a failed login of {user}"

    def refusal(self, user: str) -> str | None:
        """Why nothing may be sent for that user any more; None if it may."""
        if user == self.lockable:
            return None
        if user in self.locked:
            return (
                f"the server has locked user {user}; that ends {LOCK_SECONDS // 60} minutes after its last good login"
            )
        if user in self._unnoted:
            return f"a login of {user} was refused, and that could not be noted: {self._unnoted[user]}"
        try:
            failed = self.memory.failures(user, fresh=user not in self.proven)
        except UsageError as error:
            return str(error)
        return self._too_many(user, failed)

    def _too_many(self, user: str, failed: Failures) -> str | None:
        most = MOST_TOGETHER - 1 + self.spent[user]
        if len(failed.same) > self.budget:
            why = f"a login of {user} was refused before, with this password, and ten refusals lock it: mend its "
            why += f"password or settings; with this password nothing is sent until {_end(failed.same, self.budget)}"
        elif len(failed.every) > most:
            why = f"{len(failed.every)} logins of {user} were refused, with one password or another, and ten refusals "
            why += f"lock it: nothing is sent for it until {_end(failed.every, most)}"
        else:
            return None
        return f"{why}, unless you {self.memory.forget}"

    def locks(self, told: Callable[[str], str] = str) -> tuple[str, ...]:
        """The users that are locked now, each as it is to be told, and until when, in words."""
        return tuple(
            f"{told(user)} until {datetime.fromtimestamp(self.good.get(user, time()) + LOCK_SECONDS, UTC):%H:%M:%S} UTC"
            for user in sorted(self.locked)
        )

    def spend(self, user: str, count: int) -> None:
        """Count logins that are going to fail before they are sent: of one whose reply is lost nothing is heard."""
        self._count(user, count)
        self.spent[user] += count

    def saw(self, user: str, reply: Reply) -> None:
        """Take note of a reply to a request that a real user sent. What is noted is on the disk when this returns."""
        lines = parse_reply(reply.body)
        errors = {line.message for line in lines if line.status == "ERROR"}
        if errors & self._locked:
            self.locked.add(user)
        elif not errors & self._refused:
            if any(line.status in _AFTER_LOGIN for line in lines):
                self.proven.add(user)
                self.good[user] = time()
        elif user == self.lockable:
            return
        elif self.spent[user]:
            self.spent[user] -= 1
        else:
            self._count(user, 1)

    def _count(self, user: str, count: int) -> None:
        try:
            self.memory.note(user, count)
        except UsageError as error:
            self._unnoted[user] = str(error)


def _end(times: Sequence[float], most: int) -> str:
    """When so many of these failures are forgotten that only `most` are left."""
    return f"{datetime.fromtimestamp(times[len(times) - most - 1] + LOCK_SECONDS, UTC):%H:%M:%S} UTC"


def logins_of(contract: Contract, target: Target, failures: int) -> Logins:
    """A budget of so many failed logins, counted over all runs of this user of this machine. Raises UsageError."""
    given = target.logins.get(Role.LOCKABLE)
    others = {login.user.lower() for role, login in target.logins.items() if role is not Role.LOCKABLE}
    if given is not None and given.user.lower() in others:
        raise UsageError(f"[roles.lockable] {given.user}: is another role's user too: give one away for being locked")
    passwords = {login.user: login.password for login in target.logins.values()}
    memory = FailedLogins(state_file(), _host(target.url), passwords)
    return Logins(contract, memory, failures, given.user if given else None)


def _host(url: str) -> str:
    """Host and port of a server, the same for http and https where neither names a port."""
    parts = urlsplit(url)
    return parts.netloc.lower().removesuffix(":80" if parts.scheme == "http" else ":443")
