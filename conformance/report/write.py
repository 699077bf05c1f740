"""All files of a report."""

from __future__ import annotations

from pathlib import Path

from conformance.report import badge, html, json_file, junit, markdown
from conformance.report.model import Report


def write_all(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write report.json, junit.xml, summary.md, report.html and badge.json. Raises UsageError when one cannot be."""
    writers = (json_file.write, junit.write, markdown.write, html.write, badge.write)
    return tuple(writer(report, folder) for writer in writers)
