"""report.html: one file that needs nothing else, with or without JavaScript."""

from __future__ import annotations

from pathlib import Path

from conformance.report.files import write_whole
from conformance.report.model import Report
from conformance.report.page import page

NAME = "report.html"


def write(report: Report, folder: Path) -> Path:
    """Write `report.html`."""
    return write_whole(folder / NAME, render(report).encode())


def render(report: Report) -> str:
    """The page."""
    return page("report", report=report)
