"""The file that lists the cases of a quick run: the fewest that catch what the whole suite catches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from conformance.cases.model import Case
from conformance.cases.quick import QuickFile
from conformance.errors import UsageError
from conformance.reading import Malformed, contents, json_as


def encode(cases: Sequence[str], faults: int) -> bytes:
    """The file for these cases, one a line."""
    lines = ",\n".join(f"  {msgspec.json.encode(case).decode()}" for case in cases)
    return f'{{\n "faults": {faults},\n "cases": [\n{lines}\n ]\n}}\n'.encode()


def read(path: Path, known: Sequence[Case]) -> tuple[Case, ...]:
    """The cases that a file lists, in the order of the catalogue. Raises UsageError."""
    try:
        listed = frozenset(json_as(contents(path), QuickFile).cases)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}: give a file that --write-quick has written") from error
    except Malformed as error:
        raise UsageError(f"{path}: lists no cases: {error}: write it with --write-quick") from error
    unknown = sorted(listed - {case.id for case in known})
    if unknown:
        raise UsageError(f"{path}: {unknown[0]}: is no case any more: write the file anew with --write-quick")
    return tuple(case for case in known if case.id in listed)
