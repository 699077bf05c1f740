"""report.json: all that is known of a run. Checked against the packaged schema before it is written."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path

from jsonschema import Draft202012Validator

from conformance.errors import HarnessError
from conformance.report.files import write_whole
from conformance.report.model import Report, to_json
from conformance.report.text import visible

NAME = "report.json"


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
