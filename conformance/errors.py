"""Errors by whose fault they are. Everything that can go wrong ends as one of these, with one line for a person."""

from __future__ import annotations

from typing import ClassVar


class ConformanceError(Exception):
    """The base of our errors. The message is one line: what is wrong, where, and what to do."""

    exit_code: ClassVar[int] = 3


class UsageError(ConformanceError):
    """Our user's mistake: a flag, a setting, a file. Exit code 2."""

    exit_code = 2


class TargetUnreachable(ConformanceError):  # noqa: N818 - names what happened to the target, not a class of error
    """The target did not answer as HTTP, or not as a VICIdial API. Exit code 3."""


class Stopped(ConformanceError):  # noqa: N818 - names what happened
    """Somebody pressed Ctrl-C. Exit code 130."""

    exit_code = 130


class HarnessError(ConformanceError):
    """We failed: never the server's fault. Exit code 3."""


class LeftBehind(ConformanceError):  # noqa: N818 - names what happened
    """DIDs may be left on the target; the message names them. Exit code 4."""

    exit_code = 4
