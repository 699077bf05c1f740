"""Reading a report back."""

from __future__ import annotations

import os
from pathlib import Path

from conformance.contract.load import load_contract
from conformance.errors import UsageError
from conformance.reading import LARGE, Malformed, contents, json_as
from conformance.report.json_file import NAME
from conformance.report.model import SCHEMA_VERSION, Report
from conformance.report.older import OLDEST_SCHEMA, modern
from conformance.report.text import visible


def check_folder(folder: Path) -> None:
    """Raise UsageError for what is no folder, so that no report and no run can be in it."""
    if not os.path.isdir(folder):  # noqa: PTH112 - a name too long for a file is none, and no crash
        what = "is a file: give the folder that it is in" if os.path.exists(folder) else "does not exist"  # noqa: PTH110
        raise UsageError(visible(f"{folder}: {what}"))


def load_report(path: Path) -> Report:
    """The report in a file, or in `report.json` of a folder. Raises UsageError, which names the file and the reason."""
    try:
        file = path / NAME if path.is_dir() else path
        report = json_as(contents(file, LARGE), Report)
    except OSError as error:
        raise UsageError(visible(f"cannot read {error.filename or path}: {error.strerror or error}")) from error
    except Malformed as error:
        raise UsageError(visible(f"{file} is not a report: {error}")) from error
    if report.schema not in range(OLDEST_SCHEMA, SCHEMA_VERSION + 1):
        told = f"{OLDEST_SCHEMA} to {SCHEMA_VERSION}"
        raise UsageError(visible(f"{file} is a report of schema {report.schema}; this version reads {told}"))
    return report if report.schema == SCHEMA_VERSION else modern(report, load_contract())
