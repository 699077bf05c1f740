"""Parameters of which a usual run of the tests takes some, and a thorough one all."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from typing import Any

import pytest


def some(values: Iterable[Any], step: int) -> list[Any]:
    """Every `step`th value as it is, the others for thorough runs only. A tuple is several parameters."""
    return [value if at % step == 0 else _thorough(value) for at, value in enumerate(values)]


def drawn(values: Iterable[Any], number: int = 1) -> list[Any]:
    """So many values as they are, drawn by EDGES_SEED, the others for thorough runs only."""
    every = list(values)
    usual = chance().sample(range(len(every)), number)
    return [value if at in usual else _thorough(value) for at, value in enumerate(every)]


def portion(values: Iterable[Any], share: float) -> list[Any]:
    """That share of the values as they are, drawn by EDGES_SEED, the others for thorough runs only."""
    every = list(values)
    return drawn(every, max(1, round(len(every) * share))) if every else []


def chance() -> random.Random:
    """What draws: anew for each table, for all processes of a run have to draw the same."""
    return random.Random(int(os.environ.get("EDGES_SEED", "0")))  # noqa: S311 - a sample


def _thorough(value: Any) -> Any:
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.thorough)
