"""badge.json: what a run came to, in the form that the endpoint badge of shields.io reads."""

from __future__ import annotations

from pathlib import Path

import msgspec

from conformance.report.files import write_whole
from conformance.report.model import Report
from conformance.verdict.model import VerdictKind

NAME = "badge.json"


class Badge(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One badge: a label on the left, a message on a colour on the right."""

    schema_version: int = 1
    label: str = "VICIdial API"
    message: str
    color: str


def write(report: Report, folder: Path) -> Path:
    """Write `badge.json`. Raises UsageError if the file cannot be written."""
    return write_whole(folder / NAME, msgspec.json.encode(badge(report)) + b"\n")


def badge(report: Report) -> Badge:
    """What a run came to, in a few words. A run without an answer never looks like one that conforms."""
    counts = report.counts
    is_whole = not (report.ended or counts[VerdictKind.ERROR] or len(report.results) != report.expected)
    if report.fails or (report.known and is_whole):
        new = "" if report.fails else ", as known"
        rest = f", {report.untested:,} not tested" if report.untested else ""
        return Badge(message=f"{counts[VerdictKind.FAIL]:,} of {report.tested:,} fail{new}{rest}", color="red")
    if not is_whole:
        return Badge(message="no answer", color="orange")
    if not counts[VerdictKind.PASS] + counts[VerdictKind.DEVIATION]:
        return Badge(message="not tested", color="lightgrey")
    if report.left:
        return Badge(message="left something behind", color="orange")
    return _conforming(report)


def _conforming(report: Report) -> Badge:
    number, deviates = len(report.deviations), report.counts[VerdictKind.DEVIATION] > 0
    said = f"conforms, {number} deviation{'s' * (number != 1)}" if deviates else "conforms"
    if report.mixes_forms:
        return Badge(message=f"{said}, two forms", color="yellowgreen")
    if report.untested:
        return Badge(message=f"{said}, {report.tested:,} of {len(report.results):,} tested", color="yellowgreen")
    return Badge(message=said, color="green" if deviates else "brightgreen")
