"""Whether a server takes longer than before: decided by the same requests in both runs, and by all of a run.

A wait says little: it depends on what was asked, on the network, and on what else the machines did just then. So each
request is compared with itself in the other run, which takes out what was asked. The median of these factors takes
out single late replies. And the run is cut into parts, one after the other: another program that used the machine for
a while slows some of them, a slower server all. A shift counts only if the factor of the whole run is at least 2,
that of every part at least 1.5 in the same direction, and the medians are at least 3 ms apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median, quantiles

from conformance.compare.model import Shift, Waits
from conformance.compare.traces import Wait

FACTOR = 2.0
FACTOR_OF_A_PART = 1.5
PARTS = 5
LEAST_REQUESTS = 40
"""Requests that both runs must have sent to a function: eight for each part."""

LEAST_SECONDS = 0.003
_CLOCK = 1e-6
"""Seconds; nothing is faster."""

Key = tuple[str, int]


def shifts(before: Mapping[Key, Wait], after: Mapping[Key, Wait]) -> tuple[Shift, ...]:
    """The functions whose waits have shifted beyond noise, the greatest shift first."""
    pairs: dict[str, list[tuple[float, float]]] = {}
    for key, wait in before.items():
        other = after.get(key)
        if other is not None and other.function == wait.function:
            pairs.setdefault(wait.function, []).append((max(wait.seconds, _CLOCK), max(other.seconds, _CLOCK)))
    found = (_shift(function, both) for function, both in pairs.items() if len(both) >= LEAST_REQUESTS)
    return tuple(sorted(filter(None, found), key=lambda shift: -max(shift.factor, 1 / shift.factor)))


def _shift(function: str, pairs: Sequence[tuple[float, float]]) -> Shift | None:
    before, after = (_waits([pair[side] for pair in pairs]) for side in (0, 1))
    factors = [later / earlier for earlier, later in pairs]
    factor = median(factors)
    is_apart = abs(after.median - before.median) >= LEAST_SECONDS and max(factor, 1 / factor) >= FACTOR
    if not is_apart or not _is_throughout(factors, is_slower=factor > 1):
        return None
    return Shift(function=function, requests=len(pairs), before=before, after=after, factor=factor)


def _is_throughout(factors: Sequence[float], *, is_slower: bool) -> bool:
    """Whether every part of the run is slower, or every part faster."""
    size = len(factors) / PARTS
    parts = [median(factors[round(part * size) : round((part + 1) * size)]) for part in range(PARTS)]
    return all((part if is_slower else 1 / part) >= FACTOR_OF_A_PART for part in parts)


def _waits(seconds: Sequence[float]) -> Waits:
    low, middle, high = quantiles(seconds, n=4, method="inclusive")
    return Waits(low=low, median=middle, high=high)
