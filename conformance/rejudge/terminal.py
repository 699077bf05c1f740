"""What a terminal shows of verdicts that changed."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from conformance.rejudge.model import NAME, Rejudged
from conformance.report.text import visible

SHOWN = 10
"""Changed verdicts shown; the file has all of them."""


def changes(found: Rejudged) -> RenderableType:
    """How many verdicts changed, and the first of them."""
    cases = f"{found.cases:,} verdict{'s' * (found.cases != 1)}"
    if not found.changed:
        return Text(f"\nNo verdict changed, of {cases}.")
    return Group(Text(f"\n{len(found.changed):,} of {cases} changed:", style="bold"), *_lines(found))


def _lines(found: Rejudged) -> Iterator[Text]:
    for changed in found.changed[:SHOWN]:
        yield Text(f"  {visible(changed.case)}: {visible(changed.was)} -> {visible(changed.now)}")
    if len(found.changed) > SHOWN:
        yield Text(f"  ... and {len(found.changed) - SHOWN:,} more in {NAME}")
