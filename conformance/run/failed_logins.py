"""Failed logins of real users, remembered in one file of this user of this machine, for all runs.

A password is not in it: two bytes of its scrypt are, which one password in 65,536 shares. All lines have one salt, so
that several lines tell no more of a password than one does.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Protocol

import msgspec
from filelock import FileLock
from platformdirs import user_state_path

from conformance.errors import UsageError
from conformance.reading import Malformed, contents, json_as
from conformance.report.text import visible

LOCK_SECONDS = 900
"""How long a lock lasts, and so how long a failed login is remembered here (observed.md section 9)."""

NAME = "failed-logins.jsonl"
PATIENCE = 10.0
"""Seconds to wait for another process that writes the file."""

_TAG_BYTES = 2
_SALT_BYTES = 16
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}


@dataclass(frozen=True, slots=True)
class Failures:
    """When logins of a user failed, the earliest first: with its password of now, and with any. Seconds since 1970."""

    same: tuple[float, ...] = ()
    every: tuple[float, ...] = ()


class Memory(Protocol):
    """Where failed logins of one host's users are remembered."""

    @property
    def forget(self) -> str:
        """What a person does to clear it, after "unless you"."""
        ...

    def failures(self, user: str, *, fresh: bool) -> Failures:
        """What is remembered of a user; `fresh`: what other processes have noted meanwhile too. Raises UsageError."""
        ...

    def note(self, user: str, count: int) -> None:
        """Remember that so many logins failed just now. Raises UsageError if that cannot be kept."""
        ...


class FailedLogin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the file: a user of a host whose login was refused, when, and the password's tag with its salt.

    `at` is in seconds since 1970.
    """

    host: str
    user: str
    at: float
    salt: bytes
    tag: bytes


def state_file() -> Path:
    """The file of whoever runs this. Raises UsageError where it has no home."""
    try:
        return user_state_path("vicidial-conformance") / NAME
    except RuntimeError as error:
        raise UsageError(f"no folder to remember failed logins in ({error}): set XDG_STATE_HOME to one") from error


@dataclass
class FailedLogins:
    """The memory of one host, in a file; `passwords` are those of this run, by user. Raises UsageError.

    Times ahead of the clock were written when it was wrong: they count as now, and are written so, to end in time.
    """

    path: Path
    host: str
    passwords: Mapping[str, str] = field(repr=False)
    _began: float = field(init=False)
    _lines: tuple[FailedLogin, ...] = field(default=(), init=False)
    _seen: tuple[int, int, int] | None = field(default=None, init=False)
    _tags: dict[tuple[str, bytes], bytes] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._began = time()
        with self._alone():
            self._read()
            if any(line.at > time() for line in self._lines):
                self._write(self._lines)

    @property
    def forget(self) -> str:
        """What a person does to clear the file."""
        return f"delete {self.path}"

    def failures(self, user: str, *, fresh: bool) -> Failures:
        """What is remembered of a user, in upper or lower case. A run does not forget while it lasts."""
        if user not in self.passwords:
            return Failures()
        if fresh:
            with self._said():
                if self._state() != self._seen:
                    self._read()
        mine = [line for line in self._current() if (line.host, line.user.lower()) == (self.host, user.lower())]
        same = [line.at for line in mine if self._tag(user, line.salt) == line.tag]
        return Failures(tuple(sorted(same)), tuple(sorted(line.at for line in mine)))

    def note(self, user: str, count: int) -> None:
        """Add lines to the file, and leave out those that are too old. They are on the disk when this returns."""
        with self._alone():
            self._read()
            salt = self._lines[0].salt if self._lines else secrets.token_bytes(_SALT_BYTES)
            line = FailedLogin(host=self.host, user=user, at=time(), salt=salt, tag=self._tag(user, salt))
            self._write((*self._current(), *[line] * count))

    def _current(self) -> list[FailedLogin]:
        since = min(self._began, time()) - LOCK_SECONDS
        return [line for line in self._lines if line.at > since]

    def _tag(self, user: str, salt: bytes) -> bytes:
        if (user, salt) not in self._tags:
            password = self.passwords[user].encode(errors="surrogatepass")
            self._tags[user, salt] = hashlib.scrypt(password, salt=salt, **_SCRYPT)[:_TAG_BYTES]
        return self._tags[user, salt]

    def _read(self) -> None:
        self._seen = self._state()
        try:
            data = contents(self.path)
        except FileNotFoundError:
            data = b""
        self._lines = tuple(_line(self.path, number, line) for number, line in enumerate(data.splitlines(), 1))

    def _state(self) -> tuple[int, int, int] | None:
        """What changes when the file does; None if there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _write(self, lines: Sequence[FailedLogin]) -> None:
        now = time()
        self._lines = tuple(msgspec.structs.replace(line, at=min(line.at, now)) for line in lines)
        temporary = self.path.with_suffix(".tmp")
        try:
            with temporary.open("wb") as file:
                file.writelines(msgspec.json.encode(line) + b"\n" for line in self._lines)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
        finally:
            temporary.unlink(missing_ok=True)
        self._seen = self._state()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process reads or writes the file meanwhile; its folder is made, for this user alone."""
        with self._said():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock"), timeout=PATIENCE):
                yield

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except (OSError, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(
                f"{visible(str(self.path))}: {reason}: failed logins are remembered there, lest a user is locked: "
                "make its folder writable, or set XDG_STATE_HOME to one that is"
            ) from error


def _line(path: Path, number: int, line: bytes) -> FailedLogin:
    """Nobody but us writes the file, and we write it whole: what cannot be read could be a failed login."""
    try:
        return json_as(line, FailedLogin)
    except Malformed as error:
        told = f"{path}, line {number}: is no failed login ({error}): delete the file, and wait {LOCK_SECONDS // 60} "
        raise UsageError(visible(told + "minutes if logins have failed lately")) from error
