"""report.json: all that is known of a run, written and read back.

It is checked against the packaged schema before it is written. Reports of older versions are read as this one would
have written them.
"""

from __future__ import annotations

import json
import os
from functools import cache
from importlib import resources
from pathlib import Path

from jsonschema import Draft202012Validator
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.errors import HarnessError, UsageError
from conformance.reading import LARGE, Malformed, contents, json_as
from conformance.report.files import write_whole
from conformance.report.model import SCHEMA_VERSION, CaseResult, Report, to_json
from conformance.report.settle import settled
from conformance.report.text import visible
from conformance.verdict.model import Deviates, conforming

NAME = "report.json"

OLDEST_SCHEMA = 1
"""There, what differs in form alone is a deviation like any other, and the documented form leaves no trace."""


def write(report: Report, folder: Path) -> Path:
    """Write `report.json`. Raises UsageError if the file cannot be written, HarnessError if the report is not valid."""
    data = to_json(report)
    for error in _validator().iter_errors(json.loads(data)):
        raise HarnessError(visible(f"{NAME} does not fit its schema at {error.json_path}: {error.message}"))
    return write_whole(folder / NAME, data)


@cache
def _validator() -> Draft202012Validator:
    text = resources.files("conformance.report").joinpath("schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))


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


def modern(report: Report, contract: Contract) -> Report:
    """The same run, with what differs in form alone said once."""
    outcome = settled((_parted(result, contract.forms) for result in report.results), contract)
    deviations = tuple(seen for seen in report.deviations if seen.id not in contract.forms)
    return replace(report, schema=SCHEMA_VERSION, results=outcome.results, deviations=deviations, form=outcome.form)


def _parted(result: CaseResult, forms: frozenset[str]) -> CaseResult:
    if not isinstance(result.verdict, Deviates):
        return result
    return replace(result, verdict=conforming(result.verdict.ids, result.verdict.differences, forms))
