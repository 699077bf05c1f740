"""How long a reply takes, as a client's author asks for it."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from conformance.errors import UsageError

LONGEST = 3600.0
"""Seconds; more is a mistake of typing."""

_NUMBER = r"(\d+(?:\.\d+)?|\.\d+)"
_RANGE = re.compile(rf"{_NUMBER}(?:-{_NUMBER})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds that every reply waits: any number from `least` to `most`."""

    least: float = 0.0
    most: float = 0.0

    @classmethod
    def parse(cls, option: str, text: str) -> Latency:
        """Read `0.5` or `0.1-2`. Raises UsageError, which names the option."""
        found = _RANGE.fullmatch(text.strip())
        if found is None:
            raise UsageError(f"{option} {text}: is no time: give seconds such as 0.5, or two such as 0.1-2")
        least, most = float(found[1]), float(found[2] or found[1])
        if least > most:
            raise UsageError(f"{option} {text}: the shorter time must come first")
        if most > LONGEST:
            raise UsageError(f"{option} {text}: is more than {LONGEST:g} seconds")
        return cls(least, most)

    def draw(self) -> float:
        """Seconds that one reply waits."""
        return random.uniform(self.least, self.most)  # noqa: S311 - no secret
