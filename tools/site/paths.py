"""Where each page is, as a path from the site's root."""

from __future__ import annotations

import re

CASES = "cases/index.md"
CLAUSES = "clauses/index.md"
DEVIATIONS = "deviations/index.md"


def case(id: str) -> str:
    """The page of a case. Ids are letters, digits, `_`, `.` and `-` between slashes."""
    return f"cases/{id}.md"


def function(name: str) -> str:
    """The list of the cases of a function."""
    return f"cases/{name}/index.md"


def clause(name: str) -> str:
    """The page of a clause, such as `observed.md#4`."""
    return f"clauses/{re.sub(r'[^0-9A-Za-z._-]+', '-', name)}.md"


def deviation(id: str) -> str:
    """The page of a deviation."""
    return f"deviations/{id}.md"
