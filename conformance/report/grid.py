"""The shape of what was checked: for each function its fields, and in their rows the rules. Pure.

Most rules belong to one field. A column for each would be hundreds of columns with one cell, so only the rules that
several fields share have one; a field's own rules stand at the end of its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.contract.deviation import Severity
from conformance.report.model import CaseResult, Report
from conformance.verdict.model import Deviates, VerdictKind

SHARED = 3
"""How many fields must have a rule for it to get a column."""

DANGEROUS = "dangerous"

SIGNS = {
    VerdictKind.FAIL: "✗",
    VerdictKind.ERROR: "!",
    VerdictKind.BLOCKED: "‖",
    VerdictKind.NOT_TESTED: "–",  # noqa: RUF001 - a sign, not a minus
    DANGEROUS: "▲",
    VerdictKind.DEVIATION: "≈",
    VerdictKind.PASS: "✓",
}
"""A sign for each look that a cell may have, the worst first: colour is never all there is."""

WORDS = {DANGEROUS: f"{VerdictKind.DEVIATION}, {DANGEROUS}"}
"""How a look is called, unless it is the verdict's name."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A case in its place. `look` is what is said of it: in a report its verdict, or that a deviation is dangerous."""

    id: str
    rule: str
    look: str


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field: a cell or none for each column, then the rules that only this field has."""

    field: str
    shared: tuple[Cell | None, ...]
    own: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """One function. `columns` are rules, those of the most fields first."""

    function: str
    columns: tuple[str, ...]
    rows: tuple[FieldRow, ...]


def grids(report: Report) -> tuple[Grid, ...]:
    """A grid for each function."""
    dangerous = frozenset(seen.id for seen in report.deviations if seen.severity == Severity.DANGEROUS)
    return laid_out((result.id, _look(result, dangerous)) for result in report.results)


def laid_out(cases: Iterable[tuple[str, str]]) -> tuple[Grid, ...]:
    """A grid for each function of these ids of cases and their looks, all in alphabetical order."""
    functions: dict[str, dict[str, list[Cell]]] = {}
    for id, look in sorted(cases):
        function, field, rule = _parts(id)
        functions.setdefault(function, {}).setdefault(field, []).append(Cell(id, rule, look))
    return tuple(_grid(function, functions[function]) for function in sorted(functions))


def looks(grids: Iterable[Grid], signs: Mapping[str, str]) -> tuple[str, ...]:
    """The looks that the grids have, in the order of their signs."""
    found = {cell.look for grid in grids for row in grid.rows for cell in (*row.shared, *row.own) if cell}
    return tuple(look for look in signs if look in found)


def field_of(result: CaseResult) -> str:
    """The field that a case is about: the second part of its id."""
    return _parts(result.id)[1]


def fields(report: Report) -> tuple[str, ...]:
    """Every field of a report, in alphabetical order."""
    return tuple(sorted({field_of(result) for result in report.results}))


def _parts(id: str) -> tuple[str, str, str]:
    function, _, rest = id.partition("/")
    field, _, rule = rest.partition("/")
    return function, field, rule


def _grid(function: str, cells: Mapping[str, list[Cell]]) -> Grid:
    counts = Counter(rule for row in cells.values() for rule in {cell.rule for cell in row})
    columns = tuple(rule for rule, number in counts.most_common() if rule and number >= SHARED)
    return Grid(function, columns, tuple(_row(field, row, columns) for field, row in cells.items()))


def _row(field: str, cells: list[Cell], columns: tuple[str, ...]) -> FieldRow:
    by_rule = {cell.rule: cell for cell in cells}
    shared = tuple(by_rule.get(rule) for rule in columns)
    return FieldRow(field, shared, tuple(cell for cell in cells if cell not in shared))


def _look(result: CaseResult, dangerous: frozenset[str]) -> str:
    harmful = isinstance(result.verdict, Deviates) and not dangerous.isdisjoint(result.verdict.ids)
    return DANGEROUS if harmful else result.kind
