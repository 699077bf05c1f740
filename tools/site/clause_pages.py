"""The page of a clause: the section or the recorded exchange that a claim comes from, and who refers to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from conformance.cases.model import Case
from conformance.contract.contract import Contract
from conformance.contract.form import ReplyForm
from conformance.contract.function import Function
from tools.site import paths
from tools.site.headings import heading_of
from tools.site.recorded import RECORDED_BY_FUNCTION, is_recorded, recorded
from tools.site.text import code, link, page, prose, table

OBSERVED = Path(__file__).parents[2] / "docs/observed.md"


def clauses(contract: Contract, cases: Iterable[Case]) -> tuple[str, ...]:
    """Every clause that a case, a function, a parameter, a reply or a deviation names, in order."""
    found = {case.clause for case in cases} | {deviation.clause for deviation in contract.deviations.values()}
    for function in functions(contract):
        found.add(function.clause)
        found.update(parameter.clause for parameter in function.parameters)
        found.update(form.clause for form in function.replies.values())
    return tuple(sorted(found))


def functions(contract: Contract) -> tuple[Function, ...]:
    """All functions, what is common to them first."""
    return (contract.common, *contract.functions.values())


def clause_page(clause: str, contract: Contract, cases: Iterable[Case]) -> str:
    """One clause. Raises KeyError if it names a section or a recording that does not exist."""
    at = paths.clause(clause)
    deviating = [d for d in contract.deviations.values() if d.clause == clause]
    testing = [case for case in cases if case.clause == clause]
    rows = [(link(at, paths.deviation(d.id), code(d.id)), prose(d.title)) for d in deviating]
    tested = [(link(at, paths.case(case.id), code(case.id)), prose(case.title)) for case in testing]
    return page(
        f"# {code(clause)}",
        _source(clause, at),
        "## Replies",
        table(("function", "reply", "documented", "servers"), _replies(clause, contract)) or "None.",
        "## Fields",
        table(("function", "field", "from build"), _fields(clause, contract)) or "None.",
        f"## Deviations ({len(rows)})",
        table(("deviation", ""), rows) or "None.",
        f"## Cases ({len(tested)})",
        table(("case", ""), tested) or "None.",
    )


def _source(clause: str, at: str) -> str:
    name, _, part = clause.partition("#")
    if is_recorded(clause):
        return recorded(clause)
    if name == OBSERVED.name:
        heading, anchor = heading_of(OBSERVED, part)
        target = link(at, f"docs/{name}#{anchor}", prose(heading))
        return f"What servers were observed to do: {target}."
    if name.startswith(RECORDED_BY_FUNCTION):
        on = f", on {code(part)}" if part else ""
        return f"What was recorded of {code(name.removeprefix(RECORDED_BY_FUNCTION))}{on}."
    return f"The published documentation, {code(name)}, on {code(part)}."


def _replies(clause: str, contract: Contract) -> Iterator[tuple[str, ...]]:
    for function in functions(contract):
        for name, form in function.replies.items():
            if form.clause == clause:
                yield code(function.name), code(name), *_forms(form)


def _forms(form: ReplyForm) -> tuple[str, str]:
    return code(form.documented or "(none)"), code(form.shipped or "(none)")


def _fields(clause: str, contract: Contract) -> Iterator[tuple[str, ...]]:
    for function in functions(contract):
        for parameter in function.parameters:
            if parameter.clause == clause:
                yield code(function.name), code(parameter.name), code(parameter.since)


def index_page(names: Iterable[str], cases: Iterable[Case]) -> str:
    """All clauses, with how many cases test each."""
    own = [case.clause for case in cases]
    rows = [(link(paths.CLAUSES, paths.clause(name), code(name)), str(own.count(name))) for name in names]
    intro = "Where each claim comes from: the documentation, what was observed, or a recorded exchange."
    return page("# Clauses", intro, table(("clause", "cases"), rows))
