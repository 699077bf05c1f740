"""Choosing cases and searches by their ids."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable

from conformance.cases.model import Case
from conformance.errors import UsageError


def wanted(id: str, patterns: Collection[str]) -> bool:
    """Whether an id, or what it begins with before a slash, matches one of the globs; without any, all do."""
    found = (fnmatch.fnmatchcase(id, end) for pattern in patterns for end in (pattern, f"{pattern}/*"))
    return not patterns or any(found)


def no_match(patterns: Iterable[str]) -> str:
    """What to say when nothing has a wanted id."""
    return f"--only {' '.join(patterns)}: matches no case; `vicidial-conformance list` shows them all"


def select(cases: Iterable[Case], only: Iterable[str]) -> tuple[Case, ...]:
    """The cases whose id matches one of the globs, or all without any. Raises UsageError if none does."""
    patterns = tuple(only)
    chosen = tuple(case for case in cases if wanted(case.id, patterns))
    if not chosen:
        raise UsageError(no_match(patterns))
    return chosen
