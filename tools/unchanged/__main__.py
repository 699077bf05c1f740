"""Writes the rows of functions whose behaviour has changed on purpose: `python -m tools.unchanged FUNCTION...`.

All other rows stay as they are. Without a function every row is written anew, and without a file all of today's cases.
"""

from __future__ import annotations

import sys

from tools.unchanged import FILE, case_ids, read, whole, write
from tools.unchanged.servers import cases

functions = sys.argv[1:]
was = read() if FILE.exists() else {}
now = whole(case_ids(was) or list(cases()))
chosen = {row for row in was or now if not functions or row.partition("/")[0] in functions}
write({row: now.get(row, {}) if row in chosen else was[row] for row in was or now})
print(f"{FILE.name}: {len(chosen):,} rows written")
