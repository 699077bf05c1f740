"""Which cases the suite could do without, and the fewest that catch as much as all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

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
