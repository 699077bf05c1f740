"""A build, and a version of PHP, that somebody asks for on the command line."""

from __future__ import annotations

import re

from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Build, SqlErrors
from conformance.errors import UsageError


def described_build(option: str, text: str) -> Build:
    """The build, which the contract describes. Raises UsageError, which names the option, for any other."""
    try:
        build = Build.parse(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error
    if not OLDEST_BUILD <= build <= NEWEST_BUILD:
        raise UsageError(f"{option} {text}: only {OLDEST_BUILD} to {NEWEST_BUILD} are described")
    return build


NEWEST_PHP = "8.2"
"""The newest PHP whose replies were recorded; the oldest is 7.4."""

_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})(\.\d{1,5})?")


def described_php(option: str, text: str) -> SqlErrors:
    """What that PHP does where the database refuses a statement. Raises UsageError, which names the option."""
    version = _VERSION.fullmatch(text)
    if version is None:
        raise UsageError(f"{option}: {text!r} is no version of PHP such as 7.4 or {NEWEST_PHP}")
    release = int(version[1]), int(version[2])
    if release == (8, 0):
        raise UsageError(f"{option} {text}: no server with PHP 8.0 was recorded; 7.4 and 8.1 are its neighbours")
    return SqlErrors.THROWN if release > (8, 0) else SqlErrors.IGNORED
