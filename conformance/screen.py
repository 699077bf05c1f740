"""Where a run is shown."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a run is shown: progress on `err`, what it comes to on `out`. `quiet` leaves only the answer."""

    out: Terminal
    err: Terminal
    quiet: bool = False
    verbose: bool = False
