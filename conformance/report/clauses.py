"""What a clause says, to be read beside a failure: a section of what was observed, or the documented replies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from conformance.contract.function import Function
from conformance.contract.load import load_contract
from conformance.report.model import Report
from conformance.verdict.model import VerdictKind

_OBSERVED = "observed.md"
_DOCUMENTED = "NON-AGENT_API.txt"


def clauses(report: Report) -> dict[str, str]:
    """The clauses of what failed, ended in an error or deviated, each with its text; without those that have none."""
    named = {r.clause for r in report.with_kind(VerdictKind.FAIL, VerdictKind.ERROR)} | {
        d.clause for d in report.deviations
    }
    return {clause: told for clause in sorted(named) if (told := text(clause))}


def text(clause: str) -> str:
    """What that clause says; empty for a recorded exchange, which says it itself."""
    name, _, part = clause.partition("#")
    if name == _OBSERVED:
        return _sections().get(part, "")
    function = load_contract().functions.get(part)
    return "\n".join(_documented(function)) if name == _DOCUMENTED and function else ""


def _documented(function: Function) -> Iterator[str]:
    yield f"{function.name}: {function.summary}"
    fields = [parameter.name for parameter in function.parameters if parameter.documented is not None]
    if fields:
        yield f"Fields: {', '.join(fields)}"
    yield from sorted(form.documented for form in function.replies.values() if form.documented)


@cache
def _sections() -> dict[str, str]:
    """The numbered sections of the page on what was observed."""
    parts = re.split(r"^## (\d+)\. ", _page(), flags=re.MULTILINE)
    return {number: f"{number}. {told.strip()}" for number, told in zip(parts[1::2], parts[2::2], strict=True)}


def _page() -> str:
    """The page as it is installed, or in a checkout as it stands in docs/."""
    installed = files("conformance") / "docs" / _OBSERVED
    found = installed if installed.is_file() else Path(__file__).parents[2] / "docs" / _OBSERVED
    return found.read_text("utf-8")
