"""Bugs of access: whose permissions count, what a login needs, when users are locked, what `version` says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from conformance.contract.settings import Build
from conformance.contract.world import LOCK_AFTER, Change, LoginFailed, LoginSucceeded, User
from conformance.emulator.faults.asked import Asked
from conformance.emulator.faults.by_hand import bug, by_hand, read_as, remembering, reworded
from conformance.emulator.faults.generated import COMMON, with_function
from conformance.emulator.respond import Response

EVERY_GRANT = frozenset({"modify_dids", "delete_dids"})

NOBODY_WAITS = "a lock lasts 15 minutes, and no run waits so long"


@dataclass
class LastLogin:
    """The first or the last user who logged in stays logged in for all who come after."""

    stays: bool
    user: User | None = None

    def __call__(self, asked: Asked) -> Response:
        """Answer with the permissions of the one who came before."""
        known, caller = self.user, asked.caller
        if caller is not None and caller.password == asked.value("pass") and not (self.stays and known):
            self.user = caller
        if known is None:
            return asked.honestly()
        return asked.seeing(as_user=lambda _, user: user and _with_rights_of(known, user)).honestly()


def _with_rights_of(other: User, user: User) -> User:
    return replace(other, name=user.name, password=user.password, active=user.active)


@dataclass
class SharedFailures:
    """Failed logins of anybody are counted together, and lock everybody."""

    seen: int = 0

    def __call__(self, asked: Asked) -> Response:
        """Answer honestly until there were too many."""
        if self.seen >= LOCK_AFTER and asked.caller is not None:
            return asked.seeing(as_user=lambda _, user: user and _locked(user)).honestly()
        response = asked.honestly()
        self.seen += b"Login incorrect" in response.body
        return response


def _locked(user: User) -> User:
    return replace(user, failed_logins=LOCK_AFTER, lock_holds=True)


def _locks_at(limit: int, asked: Asked) -> Response:
    """The lock comes after another number of failures."""

    def seen(_: str, user: User | None) -> User | None:
        if user is None or not user.lock_holds:
            return user
        reached = LOCK_AFTER if user.failed_logins >= limit else min(user.failed_logins, LOCK_AFTER - 1)
        return replace(user, failed_logins=reached)

    return asked.seeing(as_user=seen).honestly()


@bug("access/locks-one-late", "The failure after the tenth is no lock yet")
def _locks_late(asked: Asked) -> Response:
    """One more failure than there should be is let pass; the store stops counting by itself."""
    response = asked.honestly()
    user = asked.caller
    if user is None or user.failed_logins != LOCK_AFTER or b"LOCK" not in response.body:
        return response
    return asked.seeing(as_user=lambda _, found: found and replace(found, failed_logins=LOCK_AFTER - 1)).honestly()


def _without(kind: type[Change], asked: Asked) -> Response:
    response = asked.honestly()
    return replace(response, changes=tuple(change for change in response.changes if not isinstance(change, kind)))


def _bypassed(by: str, asked: Asked) -> Response:
    """Who sends one parameter need not log in."""
    if by not in asked.request.parameters.values:
        return asked.honestly()
    stranger = User(asked.value("user"), asked.value("pass"), grants=EVERY_GRANT)
    return asked.seeing(as_user=lambda *_: stranger).honestly()


@bug("access/unknown-told", "A user who does not exist is told so")
def _tells_which(asked: Asked) -> Response:
    response = asked.honestly()
    if b"Login incorrect" not in response.body or asked.caller is not None:
        return response
    return replace(response, body=f"ERROR: Login incorrect, unknown user: |{asked.value('user')}|BAD|\n".encode())


@bug("access/inactive-told", "A user who is not active is told so")
def _tells_inactive(asked: Asked) -> Response:
    response = asked.honestly()
    if b"Login incorrect" not in response.body or asked.caller is None or asked.caller.active:
        return response
    return replace(response, body=f"ERROR: User is not active: |{asked.value('user')}|\n".encode())


@bug("access/source-before-login", "The source is checked before the login")
def _source_first(asked: Asked) -> Response:
    order = ("version", "source", "login", "function", "allowed")
    contract = with_function(asked.contract, COMMON, checks=order)
    return replace(asked, contract=contract).honestly()


@bug("access/user-as-sent", "The user's name is printed as it was sent")
def _raw_user(asked: Asked) -> Response:
    response = asked.honestly()
    clean, sent = asked.value("user"), asked.sent("user")
    return replace(response, body=response.body.replace(f"|{clean}|".encode(), f"|{sent}|".encode()))


def _source_optional(asked: Asked) -> Asked:
    return asked if "source" in asked.request.parameters.values else asked.saying({"source": "none"})


def _as_build(build: str, asked: Asked) -> Response:
    if asked.calls == "version":
        return asked.honestly()
    old = Build.parse(build)
    return asked.seeing(as_settings=lambda settings: replace(settings, build=old)).honestly()


FAULTS = (
    remembering("access/rights-of-last-user", "The permissions of the last user count", lambda: LastLogin(stays=False)),
    remembering(
        "access/rights-of-first-user", "The permissions of the first user count", lambda: LastLogin(stays=True)
    ),
    remembering("access/failures-together", "Ten failed logins of anybody lock everybody", SharedFailures),
    by_hand(
        "access/failures-not-forgiven", "A good login does not end a row of failures", partial(_without, LoginSucceeded)
    ),
    by_hand("access/failures-not-counted", "Failed logins are not counted", partial(_without, LoginFailed)),
    by_hand("access/locks-at-5", "Five failed logins lock", partial(_locks_at, 5)),
    by_hand("access/locks-at-9", "Nine failed logins lock", partial(_locks_at, 9)),
    _locks_late,
    by_hand("access/lock-never-ends", "A lock never ends", lambda asked: asked.honestly(), hidden=NOBODY_WAITS),
    by_hand("access/delete-did-bypasses", "With delete_did nobody needs to log in", partial(_bypassed, "delete_did")),
    by_hand("access/debug-bypasses", "With DB nobody needs to log in", partial(_bypassed, "DB")),
    _tells_which,
    _tells_inactive,
    _source_first,
    _raw_user,
    read_as("access/source-optional", "The source may be left out", _source_optional),
    reworded(
        "access/version-with-dots",
        "version writes 2.14.202",
        lambda body: body.replace("VERSION: 2.14-", "VERSION: 2.14."),
    ),
    reworded(
        "access/version-with-letter", "version writes 2.14-202a", lambda b: b.replace("-202|BUILD", "-202a|BUILD")
    ),
    reworded(
        "access/version-of-another", "version tells of an old build", lambda b: b.replace("-202|BUILD", "-137|BUILD")
    ),
    reworded(
        "access/version-only",
        "version tells nothing but the version",
        lambda b: b.partition("|BUILD")[0] + "\n" if "|BUILD" in b else b,
    ),
    by_hand(
        "access/older-than-it-says",
        "A server of build 2.14-137 says that it is of build 2.14-202",
        lambda asked: _as_build("2.14-137", asked),
    ),
)
