"""Writes the numbers of the documentation that come from the data: `python -m tools.counts`."""

from __future__ import annotations

from tools.counts import counts

for count in counts():
    if set(count.found()) != {count.right}:
        count.correct()
        print(f"{count.page}: {count.pattern}: {count.right}")
