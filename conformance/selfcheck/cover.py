"""Which cases the suite could do without, and the fewest that catch as much as all of them.

These are the cases of a quick run, which a file lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from conformance.cases.model import Case
from conformance.cases.quick import QuickFile
from conformance.errors import UsageError
from conformance.reading import Malformed, contents, json_as
from conformance.selfcheck.result import FaultRow
from conformance.selfcheck.target import PREFLIGHT

Killers = Mapping[str, Collection[str]]
"""For each fault that is caught, the cases that catch it."""


def killers(rows: Sequence[FaultRow]) -> dict[str, frozenset[str]]:
    """Every fault that a case catches; what preflight catches needs none."""
    caught = ((row.id, row.trial.killed_by) for row in rows if row.killed)
    return {fault: cases for fault, cases in caught if PREFLIGHT not in cases}


def idle(cases: Sequence[str], killers: Killers) -> tuple[str, ...]:
    """The cases that catch no fault at all."""
    busy = {case for caught in killers.values() for case in caught}
    return tuple(case for case in cases if case not in busy)


def redundant(cases: Sequence[str], killers: Killers) -> tuple[str, ...]:
    """The cases that catch only what others catch too."""
    busy = {case for caught in killers.values() for case in caught}
    needed = {case for caught in killers.values() if len(caught) == 1 for case in caught}
    return tuple(case for case in cases if case in busy - needed)


def fewest(cases: Sequence[str], killers: Killers) -> tuple[str, ...]:
    """A small set of cases that together catch every fault, in the order of `cases`.

    Greedy: the case that catches the most of what is left, of several the first; then those that turn out to be
    needless are dropped, the last one first.
    """
    place = {case: number for number, case in enumerate(cases)}
    caught: dict[str, set[str]] = {}
    for fault, by in killers.items():
        for case in by:
            caught.setdefault(case, set()).add(fault)
    left = set(killers)
    chosen: list[str] = []
    while left:
        best = max(caught, key=lambda case: (len(caught[case] & left), -place[case]))
        chosen.append(best)
        left -= caught[best]
    return tuple(sorted(_needed(chosen, caught), key=place.__getitem__))


def _needed(chosen: Sequence[str], caught: Mapping[str, set[str]]) -> list[str]:
    times = Counter(fault for case in chosen for fault in caught[case])
    kept = []
    for case in reversed(chosen):
        if all(times[fault] > 1 for fault in caught[case]):
            times.subtract(caught[case])
        else:
            kept.append(case)
    return kept


def quick_file(cases: Sequence[str], faults: int) -> bytes:
    """The file that lists these cases, one a line."""
    lines = ",\n".join(f"  {msgspec.json.encode(case).decode()}" for case in cases)
    return f'{{\n "faults": {faults},\n "cases": [\n{lines}\n ]\n}}\n'.encode()


def read_quick_file(path: Path, known: Sequence[Case]) -> tuple[Case, ...]:
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
