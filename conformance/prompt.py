"""Asking a person for a password."""

from __future__ import annotations

import getpass
import sys

from conformance.errors import UsageError
from conformance.report.text import visible
from conformance.terminal import err


def ask_password(user: str) -> str | None:
    """What a person types, unseen; None where nobody can. Raises UsageError for what is no text."""
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    try:
        return getpass.getpass(f"Password of {visible(user)}: ")
    except (EOFError, KeyboardInterrupt, UnicodeDecodeError) as error:
        err.print()  # what comes next does not stand beside the question
        if isinstance(error, KeyboardInterrupt):
            raise
        if isinstance(error, UnicodeDecodeError):
            raise UsageError("what was typed is not UTF-8: give the password by --password-file") from None
        return None
