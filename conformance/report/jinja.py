"""The templates, and the words they may use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from jinja2 import Environment, PackageLoader, StrictUndefined

from conformance.report import advice, align, grid, latency, view
from conformance.report.causes import causes
from conformance.report.clauses import clauses
from conformance.report.text import visible, visible_block

_MARKS = re.compile(r"([\\`*_\[\]<>&|#~!$@])")


def environment(*, html: bool) -> Environment:
    """An environment for HTML, where all text is escaped, or for Markdown, where filters do that."""
    found = Environment(
        loader=PackageLoader("conformance.report"),
        autoescape=html,  # noqa: S701 - in Markdown the filters `plain`, `code` and `fenced` do it
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters.update(FILTERS)
    found.globals.update(WORDS)
    return found


def plain(text: str) -> str:
    """Text in Markdown that means nothing but itself."""
    return _MARKS.sub(r"\\\1", visible(text, 500))


def code(text: str) -> str:
    """A code span; the backticks around it are more than any run of them inside."""
    shown = visible(text, 500) or " "
    mark = "`" * (_longest_run(shown) + 1)
    gap = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{mark}{gap}{shown}{gap}{mark}"


def cell(text: str) -> str:
    """A code span in a table, where a bar needs a backslash even in code."""
    return code(text).replace("|", r"\|")


def fenced(text: str, language: str = "text", limit: int = 1_000) -> str:
    """A fenced block that no backtick inside can close."""
    shown = visible_block(text, limit)
    mark = "`" * max(3, _longest_run(shown) + 1)
    return f"{mark}{language}\n{shown}\n{mark}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def seconds(value: float) -> str:
    """A wait, in the unit that suits it."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def moment(text: str) -> str:
    """A time for people, in UTC; as it is if it is not ISO 8601."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError):
        return text


def duration(started: str, finished: str) -> str:
    """How long a run took; `unknown` if a time is not ISO 8601."""
    try:
        passed = datetime.fromisoformat(finished) - datetime.fromisoformat(started)
    except (ValueError, TypeError):
        return "unknown"
    if passed < timedelta(minutes=1):
        return seconds(passed.total_seconds())
    return str(timedelta(seconds=round(passed.total_seconds())))


FILTERS: Mapping[str, Callable[..., str]] = {
    **{one.__name__: one for one in (visible, plain, code, cell, fenced, seconds)},
    "block": visible_block,
}
"""What templates make text of."""

_MODULES = {"advice": advice, "align": align, "grid": grid, "latency": latency, "view": view}

WORDS: Mapping[str, object] = {**_MODULES, **{one.__name__: one for one in (causes, clauses, duration, moment)}}
"""What else templates may ask."""
