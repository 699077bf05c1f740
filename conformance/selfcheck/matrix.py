"""The kill matrix as a file to be committed: what caught what, and what is lost since.

Each fault has the numbers of the cases that catch it, in the file's own list of cases; runs of them are written as
`3-7`. One fault a line, so that a difference between two matrices can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import msgspec

from conformance.errors import UsageError
from conformance.reading import Malformed, contents, json_as
from conformance.selfcheck.result import FaultRow
from conformance.selfcheck.target import PREFLIGHT

RUN = re.compile(r"(\d+)(?:-(\d+))?")


class MatrixFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    cases: tuple[str, ...]
    faults: Mapping[str, str]


@dataclass(frozen=True)
class Loss:
    """A fault that a case caught once, and does not catch now."""

    fault: str
    cases: tuple[str, ...]


def encode(rows: Sequence[FaultRow], cases: Sequence[str]) -> bytes:
    """The matrix of these faults; `cases` gives the order."""
    caught = {row.id: row.trial.killed_by for row in rows if row.killed}
    busy = frozenset[str]().union(*caught.values())
    listed = [case for case in (PREFLIGHT, *cases) if case in busy]
    number = {case: place for place, case in enumerate(listed)}
    lines = [f" {_json(case)}" for case in listed]
    faults = [f" {_json(fault)}: {_json(_runs(number[case] for case in by))}" for fault, by in sorted(caught.items())]
    return ('{"cases": [\n' + ",\n".join(lines) + '\n], "faults": {\n' + ",\n".join(faults) + "\n}}\n").encode()


def decode(data: bytes, name: str) -> dict[str, frozenset[str]]:
    """The cases that catch each fault of a matrix. Raises UsageError for what is none."""
    try:
        file = json_as(data, MatrixFile)
        return {fault: frozenset(file.cases[n] for n in _numbers(runs)) for fault, runs in file.faults.items()}
    except (Malformed, ValueError, IndexError) as error:
        raise UsageError(f"{name}: is no kill matrix: {error}: write one with --write-matrix") from error


def read(path: Path) -> dict[str, frozenset[str]]:
    """The matrix in a file. Raises UsageError."""
    try:
        return decode(contents(path), str(path))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}: give a file that --write-matrix has written") from error


def losses(before: Mapping[str, Iterable[str]], rows: Sequence[FaultRow]) -> tuple[Loss, ...]:
    """What was caught before and is not now, of the faults that were tried now."""
    lost = ((row.id, frozenset(before.get(row.id, ())) - row.trial.killed_by) for row in rows)
    return tuple(Loss(fault, tuple(sorted(cases))) for fault, cases in lost if cases)


def _runs(numbers: Iterable[int]) -> str:
    placed = enumerate(sorted(numbers))
    runs = [[number for _, number in run] for _, run in groupby(placed, key=lambda at: at[1] - at[0])]
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _numbers(runs: str) -> Iterable[int]:
    for part in runs.split(","):
        match = RUN.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is no number of a case")
        yield from range(int(match[1]), int(match[2] or match[1]) + 1)


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()
