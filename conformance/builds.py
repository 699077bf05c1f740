"""A build that somebody asks for on the command line."""

from __future__ import annotations

from conformance.contract.model import NEWEST_BUILD, OLDEST_BUILD, Build
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
