"""summary.md: what a GitHub job summary shows."""

from __future__ import annotations

from pathlib import Path

from conformance.report import view
from conformance.report.files import write_whole
from conformance.report.jinja import environment
from conformance.report.model import CaseResult, Report
from conformance.report.text import visible

NAME = "summary.md"

LIMIT = 1_000_000
"""Bytes; GitHub drops a summary of more than a mebibyte."""

_WIDEST = 300
_SHOWN = (50, 20, 5, 1, 0)


def write(report: Report, folder: Path) -> Path:
    """Write `summary.md`: with fewer failures than there are if it would grow too long for GitHub."""
    return write_whole(folder / NAME, render(report).encode())


def render(report: Report) -> str:
    """The summary, at most `LIMIT` bytes unless a run with no failures at all says more."""
    for shown in _SHOWN:
        text = _render(report, shown)
        if len(text.encode()) <= LIMIT:
            break
    return text


def _render(report: Report, shown: int) -> str:
    template = environment(html=False).get_template("summary.md")
    return template.render(report=report, shown=shown, differences=lambda case: _table(case, report.expect))


def _table(case: CaseResult, expect: str) -> str:
    """What was expected and what came, one above the other so that the eye finds where they part."""
    lines: list[str] = []
    for difference in view.unexplained(case)[:10]:
        lines += [view.place(difference)]
        lines += [
            f"  expected  {visible(view.expected(difference, expect), _WIDEST)}",
            f"  got       {visible(difference.got, _WIDEST)}",
        ]
    return "\n".join(lines)
