"""The report folder of a run that was judged again, and what a terminal shows of the verdicts that changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
from rich.console import Group, RenderableType
from rich.text import Text

from conformance.errors import UsageError
from conformance.rejudge.model import NAME, Rejudged
from conformance.rejudge.rejudge import Terms
from conformance.report.files import whole_file, write_whole
from conformance.report.model import Report
from conformance.report.text import visible
from conformance.report.write import write_all
from conformance.run.files import RUN_FILE
from conformance.run.folder import EXCHANGES

SHOWN = 10
"""Changed verdicts shown; the file has all of them."""


def folder_beside(run: Path, terms: Terms) -> Path:
    """Where a run that is judged again is reported: beside its folder, by the terms."""
    whole = run if run.name not in ("", "..") else run.resolve()
    given = [str(term) for term in (terms.expect, terms.build) if term is not None]
    return whole.with_name("-".join([whole.name, "rejudged", *given]))


def check_folder(folder: Path) -> None:
    """Raise UsageError for the folder of a run: its report is not written over."""
    if os.path.lexists(folder / RUN_FILE):
        raise UsageError(visible(f"{folder}: holds a run, which is not written over: choose another --report"))


def write(report: Report, found: Rejudged, run: Path, folder: Path) -> None:
    """Write a whole report folder, and copy the run's exchanges into it. Raises UsageError if the disk does not."""
    check_folder(folder)
    write_whole(folder / NAME, msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    with whole_file(folder / EXCHANGES) as file, (run / EXCHANGES).open("rb") as exchanges:
        shutil.copyfileobj(exchanges, file)
    write_all(report, folder)


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
