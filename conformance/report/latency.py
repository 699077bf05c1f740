"""How long replies took, as a chart: what the template needs to draw it, in units of its picture. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from conformance.report.model import CaseResult, Report
from conformance.verdict.model import VerdictKind

WIDTH, HEIGHT = 1000, 250
"""The size of the field that the points are in."""

LEAST = 0.001
"""Seconds; what is shorter is drawn here, for the scale is logarithmic."""

SHAPES = {
    **dict.fromkeys(VerdictKind, "h0"),
    VerdictKind.FAIL: "m-4-4 8 8m0-8-8 8",
    VerdictKind.ERROR: "m-4.5 0h9m-4.5-4.5v9",
    VerdictKind.DEVIATION: "m-2.5 0h5",
}
"""What is drawn around a point: a dot, unless the verdict has a shape. Colour is never all there is."""

_STEPS = (1, 2, 5)
_MOST_TICKS = 8


class Tick(NamedTuple):
    """A mark on an axis: where it is, and what it stands for: seconds, or the number of a case."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """The cases of one verdict. `path` has a mark for each; `middle` is the median, in seconds."""

    kind: VerdictKind
    cases: int
    path: str
    middle: float
    slowest: CaseResult


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture: seconds for each reply upwards, the cases in their order to the right."""

    series: tuple[Series, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def wait(case: CaseResult) -> float:
    """Seconds for one reply of a case, on average."""
    return case.elapsed / case.requests


def chart(report: Report) -> Chart | None:
    """The chart of a report; None if nothing was sent."""
    asked = [(number, case) for number, case in enumerate(report.results, 1) if case.requests and case.elapsed > 0]
    if not asked:
        return None
    scale = _Scale.around([wait(case) for _, case in asked], len(report.results))
    kinds = [kind for kind in VerdictKind if any(case.kind is kind for _, case in asked)]
    series = (_series(kind, [(n, case) for n, case in asked if case.kind is kind], scale) for kind in kinds)
    return Chart(tuple(series), scale.across, scale.up)


@dataclass(frozen=True, slots=True)
class _Scale:
    """`lowest` and `highest` are powers of ten, in seconds; `cases` is the number of the last one."""

    lowest: int
    highest: int
    cases: int

    @classmethod
    def around(cls, waits: list[float], cases: int) -> _Scale:
        lowest = math.floor(math.log10(max(LEAST, min(waits))))
        highest = math.ceil(math.log10(max(LEAST, *waits)))
        return cls(lowest, max(highest, lowest + 1), cases)

    def x(self, number: float) -> float:
        return round(WIDTH * (number - 0.5) / self.cases, 1)

    def y(self, seconds: float) -> float:
        share = (math.log10(max(LEAST, seconds)) - self.lowest) / (self.highest - self.lowest)
        return round(HEIGHT * (1 - share), 1)

    @property
    def up(self) -> tuple[Tick, ...]:
        steps = _STEPS if self.highest - self.lowest <= 2 else (1,)
        values = [step * 10.0**power for power in range(self.lowest, self.highest) for step in steps]
        return tuple(Tick(self.y(value), value) for value in [*values, 10.0**self.highest])

    @property
    def across(self) -> tuple[Tick, ...]:
        step = next(s for p in range(9) for n in _STEPS if self.cases / (s := n * 10**p) <= _MOST_TICKS)
        return tuple(Tick(self.x(number), number) for number in sorted({1, *range(step, self.cases + 1, step)}))


def _series(kind: VerdictKind, cases: list[tuple[int, CaseResult]], scale: _Scale) -> Series:
    path = "".join(f"M{scale.x(number):g} {scale.y(wait(case)):g}{SHAPES[kind]}" for number, case in cases)
    waits = [wait(case) for _, case in cases]
    return Series(kind, len(cases), path, median(waits), max((case for _, case in cases), key=wait))
