"""What only a running server knows: its clock, the date of its build, where a call came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from conformance.contract.settings import Build

Clock = Callable[[], float]
"""Seconds since 1970."""

BUILD_DATES: Mapping[Build, str] = {
    Build(2, 14, 108): "180331-1716",
    Build(2, 14, 133): "201113-0713",
    Build(2, 14, 137): "210209-2014",
    Build(2, 14, 140): "210217-1454",
    Build(2, 14, 155): "210611-1610",
    Build(2, 14, 168): "220223-0838",
    Build(2, 14, 179): "230614-0828",
    Build(2, 14, 192): "240730-1832",
    Build(2, 14, 202): "250720-1841",
}
"""The builds whose dates are known, oldest first (observed.md section 8 and the recordings)."""


def build_date(build: Build) -> str:
    """The date that `version` gives for a build: of the newest known one that is not newer, else of the oldest."""
    oldest, *_ = BUILD_DATES.values()
    return next((date for known, date in reversed(tuple(BUILD_DATES.items())) if known <= build), oldest)


def known_values(build: Build, now: float) -> Mapping[str, str]:
    """Values for what a prediction leaves open. The server's clock runs on UTC, its telephony on -5.00, as recorded.

    A command that it sends to itself never arrives.
    """
    return {
        "build_date": build_date(build),
        "date": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "epoch": str(int(now)),
        "dst": "0",
        "tz": "-5.00",
        "tz_now": "-5.00",
        "user_group": "ADMIN",
        "ip_address": "127.0.0.1",
        "outcome": "NONE",
    }
