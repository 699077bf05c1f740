"""All files of a report."""

from __future__ import annotations

from pathlib import Path

from conformance.errors import UsageError
from conformance.report import badge, html, json_file, junit, markdown
from conformance.report.model import Report


def write_all(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write report.json, junit.xml, summary.md, report.html and badge.json.

    Raises UsageError for the first that cannot be written, once the others are.
    """
    written, failed = [], []
    for writer in (json_file.write, junit.write, markdown.write, html.write, badge.write):
        try:
            written.append(writer(report, folder))
        except UsageError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return tuple(written)
