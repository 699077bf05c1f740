"""Parameters of which a usual run of the tests takes some, and a thorough one all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def some(values: Iterable[Any], step: int) -> list[Any]:
    """Every `step`th value as it is, the others for thorough runs only. A tuple is several parameters."""
    return [value if at % step == 0 else _thorough(value) for at, value in enumerate(values)]


def _thorough(value: Any) -> Any:
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.thorough)
