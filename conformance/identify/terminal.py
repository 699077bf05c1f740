"""What a terminal and another program see of it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.identify.result import Identified, rows
from conformance.report.text import visible, visible_block

_POSSIBLE = "still possible"
"""Combinations of build and settings that explain the reply, of those that there were before."""

_WORDS = {"follows": "behaves like", "prints": "words its replies like"}
"""What the row names of the JSON are to a person."""


def page(identified: Identified) -> RenderableType:
    """The questions, what is left, and what is to be said about it."""
    return Group(_questions(identified), *answer(identified))


def _questions(identified: Identified) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("question", _POSSIBLE, "what came back"):
        table.add_column(name, overflow="fold", justify="right" if name == _POSSIBLE else "left")
    for asked in identified.asked:
        came = Text("\n").join(Text(visible_block(text) or "(nothing)") for text in asked.came)
        if not asked.explained:
            came.append("\nno build that we know answers this", style="bold red")
        table.add_row(Text(asked.case), f"{asked.after} of {asked.before}", came)
    return table


def answer(identified: Identified) -> Iterator[Text]:
    """What the questions came to."""
    if identified.ended:
        yield Text(f"\nIt ended early: {visible(identified.ended)}", style="bold red")
    if identified.is_explained:
        yield Text("\nEvery reply is explained by", style="bold green")
    else:
        yield Text("\nNo build that we know answers all of this. The nearest:", style="bold red")
    for row in rows(identified):
        yield Text("  " + "; ".join(f"{_WORDS.get(name, name)} {value}" for name, value in row.items()))
    yield Text(f"\nversion: {identified.about_version}")
    yield Text(_rest(identified))
    yield Text(f"{identified.url}, {identified.requests} requests", style="dim")
    for did in identified.left_behind:
        yield Text(f"may still be on the target: {visible(did)!r}", style="bold red")


def _rest(identified: Identified) -> str:
    if identified.ended:
        return "What would tell more was not asked."
    if len(identified.left) == 1:
        return "Nothing else is left."
    if identified.wanting:
        return "More could be told apart with: " + "; or with ".join(identified.wanting)
    return "No case of the suite tells the rest apart."


def as_json(identified: Identified) -> str:
    """The same for a program."""
    told = str(identified.told) if identified.told else None
    found = {
        "url": identified.url,
        "placed": rows(identified),
        "explained": identified.is_explained,
        "version": {"line": identified.version, "build": told, "verdict": identified.about_version},
        "questions": [msgspec.to_builtins(asked) for asked in identified.asked],
        "more_with": list(identified.wanting),
        "requests": identified.requests,
        "left": list(identified.left_behind),
        "ended": identified.ended,
    }
    return msgspec.json.encode(found).decode()
