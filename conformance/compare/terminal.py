"""What a terminal shows of a comparison: differences first, and last what they come to."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance.compare import view
from conformance.compare.model import Cell, Change, Comparison, DeviationChange, Pair, Row
from conformance.report.terminal import SEVERITIES, STYLES
from conformance.report.text import visible

GROUPS = 8
IDS = 3
ROWS = 40
LINES = 4
"""How many of each are shown; --json has them all."""

_WIDEST = 300
_TONES = {
    Change.REGRESSION: "bold red",
    Change.DEVIATES: "bold yellow",
    Change.NO_DEVIATION: "bold green",
    Change.FIX: "bold green",
    Change.REPLY: "bold cyan",
    Change.FLAKY: "bold yellow",
}
_ANSWERS = {0: "bold green", 1: "bold red", 3: "bold yellow"}
"""How the last line looks, by the exit code."""


def shown(comparison: Comparison) -> RenderableType:
    """The whole comparison; of more than two runs, the matrix in place of each change."""
    parts = list(_runs(comparison))
    if len(comparison.pairs) == 1:
        parts += _pair(comparison.pairs[0])
    else:
        parts += _matrix(comparison)
    return Lines(*parts, Text("\n" + visible(comparison.answer), style=_ANSWERS[comparison.exit_code]))


def _runs(comparison: Comparison) -> Iterator[RenderableType]:
    table = _table("", "run", "server", "build", "cases")
    for number, side in enumerate(comparison.sides, 1):
        table.add_row(*map(_text, (str(number), side.name, side.url, side.build, str(side.cases))))
    yield table
    for number, side in enumerate(comparison.sides, 1):
        for note in side.notes:
            yield Text(visible(f"run {number} {note}", _WIDEST), style="yellow")
    if comparison.facts:
        yield _heading("Not the same for all runs")
        facts = _table("", *map(str, range(1, len(comparison.sides) + 1)))
        for fact in comparison.facts:
            facts.add_row(*map(_text, (fact.name, *fact.values)))
        yield _indented(facts)


def _pair(pair: Pair) -> Iterator[RenderableType]:
    for change, heading in view.HEADINGS.items():
        yield from _groups(pair, change, heading)
    for name, rows in view.tables(pair):
        yield _heading(f"By {name}")
        columns = view.columns(rows)
        table = _table("", *(view.COLUMNS[change] for change in columns))
        for row in rows[:ROWS]:
            table.add_row(*map(_text, (row.name, *(str(row.counts.get(change, 0)) for change in columns))))
        yield _indented(table)
    yield from _deviations(pair)
    yield from _shifts(pair)
    for change, heading in view.NAMED.items():
        yield from _named(pair, change, heading)


def _groups(pair: Pair, change: Change, heading: str) -> Iterator[RenderableType]:
    found = view.groups(pair.of(change))
    if not found:
        return
    yield _heading(f"{heading}: {len(pair.of(change))}", _TONES[change])
    for group in found[:GROUPS]:
        yield _indented(Lines(*_group(group)))
    if len(found) > GROUPS:
        yield _indented(Text(f"... and {sum(len(group.cases) for group in found[GROUPS:])} more: see --json"))


def _group(group: view.Group) -> Iterator[RenderableType]:
    where = f", request {group.step}" if group.step else ""
    yield Text.assemble((_counted(len(group.cases)), "bold"), visible(f", {group.verdicts}{where}", _WIDEST))
    for sign, reply, style in (("-", group.before, "red"), ("+", group.after, "green")):
        lines = reply.split("\n") if reply is not None else []
        for line in [*lines[:LINES], *["..."] * (len(lines) > LINES)]:
            yield _indented(Text(f"{sign} {visible(line, _WIDEST)}", style=style, overflow="fold"))
    if group.summary:
        yield _indented(Text(visible(group.summary, _WIDEST), overflow="fold"))
    yield _indented(Text(visible(view.ids(group.cases, IDS), _WIDEST), style="dim", overflow="fold"))


def _deviations(pair: Pair) -> Iterator[RenderableType]:
    if pair.deviations:
        yield _heading("By known deviation: the cases that showed it before, and do now")
        yield from (_indented(_deviation(deviation)) for deviation in pair.deviations)


def _deviation(deviation: DeviationChange) -> RenderableType:
    style = SEVERITIES.get(deviation.severity, "")
    head = Text.assemble((visible(deviation.severity), style), "  ", visible(deviation.id))
    counts = f"  {deviation.before} -> {_counted(deviation.after)}"
    return Lines(head + Text(counts, style="dim"), _indented(Text(visible(deviation.effect))))


def _shifts(pair: Pair) -> Iterator[RenderableType]:
    if not pair.shifts:
        return
    yield _heading("Waits that shifted: median, and the half of all replies around it")
    table = _table("", "before", "after", "factor")
    for shift in pair.shifts:
        table.add_row(shift.function, view.waits(shift.before), view.waits(shift.after), f"{shift.factor:.1f}")
    yield _indented(table)


def _named(pair: Pair, change: Change, heading: str) -> Iterator[RenderableType]:
    found = pair.of(change)
    if not found:
        return
    yield _heading(f"{heading}: {len(found)}", _TONES.get(change, "bold"))
    every = view.reasons(found)
    for why, cases in every[:GROUPS]:
        yield _indented(Text(visible(f"{_counted(len(cases))}, {why}", _WIDEST), overflow="fold"))
        yield _indented(_indented(Text(visible(view.ids(cases, IDS), _WIDEST), style="dim", overflow="fold")))
    if len(every) > GROUPS:
        yield _indented(Text(f"... and {sum(len(cases) for _, cases in every[GROUPS:])} more: see --json"))


def _matrix(comparison: Comparison) -> Iterator[RenderableType]:
    rows = comparison.differing
    if rows:
        yield _heading("Cases that differ; runs with the same letter sent the same replies")
        table = _table("case", *map(str, range(1, len(comparison.sides) + 1)))
        for row in rows[:ROWS]:
            table.add_row(*_cells(row))
        yield _indented(table)
    if len(rows) > ROWS:
        yield _indented(Text(f"... and {len(rows) - ROWS} more: see --json"))
    yield Text("")
    for pair in comparison.pairs:
        yield Text(visible(f"{pair.before + 1} -> {pair.after + 1}: {pair.answer}"))


def _cells(row: Row) -> Iterator[Text]:
    yield _text(row.id)
    yield from map(_cell, row.cells)


def _cell(cell: Cell) -> Text:
    if cell.kind is None:
        return Text("-", style="dim")
    told = f"{cell.kind.value}{f' {cell.replies}' * bool(cell.replies)}{' flaky' * cell.is_flaky}"
    return Text(told, style=STYLES[cell.kind])


def _counted(cases: int) -> str:
    return f"{cases} case{'s' * (cases != 1)}"


def _heading(text: str, style: str = "bold") -> Text:
    return Text(f"\n{text}", style=style)


def _text(text: str) -> Text:
    return Text(visible(text, _WIDEST), overflow="fold")


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _indented(renderable: RenderableType) -> Padding:
    return Padding(renderable, (0, 0, 0, 2), expand=False)
