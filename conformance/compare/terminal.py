"""What a terminal shows of a comparison: differences first, and last what they come to."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.text import Text

from conformance.compare import view
from conformance.compare.model import CaseRow, ChangeKind, Comparison, DeviationChange, Pair, RunCell
from conformance.report.terminal import SEVERITIES, TONES, columns, indented
from conformance.report.terminal import STYLES as VERDICTS
from conformance.report.text import visible
from conformance.upgrade.effect import WORDS, ClientEffect
from conformance.upgrade.terminal import STYLES

GROUPS = 8
IDS = 3
ROWS = 40
LINES = 4
"""How many of each are shown; --json has them all."""

_WIDEST = 300


def shown(comparison: Comparison) -> RenderableType:
    """The whole comparison; of more than two runs, the matrix in place of each change."""
    pair = comparison.pairs[0] if len(comparison.pairs) == 1 else None
    parts = (*_counts(pair), *_pair(pair, view.unseen(comparison))) if pair else _matrix(comparison)
    maps = _maps(pair) if pair else ()
    answer = Text("\n" + visible(comparison.answer), style=TONES[view.tone(comparison)])
    return Lines(*_runs(comparison), *parts, *_facts(comparison), *maps, answer)


def _runs(comparison: Comparison) -> Iterator[RenderableType]:
    table = columns("", "run", "server", "build", "cases")
    for number, side in enumerate(comparison.sides, 1):
        table.add_row(*map(_text, (str(number), side.name, side.url, side.build, str(side.cases))))
    yield table
    for number, side in enumerate(comparison.sides, 1):
        for note in side.notes:
            yield Text(visible(f"run {number} {note}", _WIDEST), style="yellow")


def _facts(comparison: Comparison) -> Iterator[RenderableType]:
    if comparison.facts:
        yield _heading("Not the same for all runs")
        facts = columns("", *map(str, range(1, len(comparison.sides) + 1)))
        for fact in comparison.facts:
            facts.add_row(*map(_text, (fact.name, *fact.values)))
        yield indented(facts)


def _pair(pair: Pair, prediction: str) -> Iterator[RenderableType]:
    for effect in pair.effects:
        yield from _effect(pair, effect)
    yield from _unseen(pair, prediction)
    yield from _deviations(pair)
    yield from _shifts(pair)
    for change, heading in view.NAMED.items():
        yield from _named(pair, change, heading)


def _counts(pair: Pair) -> Iterator[RenderableType]:
    """What a client will feel, on the first screen."""
    table = columns("", "", "")
    table.show_header, table.columns[0].justify = False, "right"
    for one in view.counts(pair):
        table.add_row(f"{one.number:,}", Text(one.words, style=STYLES[one.effect]), _text(one.places))
    if table.row_count:
        yield _heading("What a client will feel")
        yield indented(table)


def _effect(pair: Pair, effect: ClientEffect) -> Iterator[RenderableType]:
    cases = pair.with_effect(effect)
    found = view.groups(cases)
    yield _heading(f"{WORDS[effect].heading}: {_counted(len(cases))}", STYLES[effect])
    yield indented(Text(WORDS[effect].meaning, style="dim"))
    for group in found[:GROUPS]:
        yield from _group(group)
    if len(found) > GROUPS:
        yield indented(Text(f"... and {sum(len(group.cases) for group in found[GROUPS:])} more: see --json"))


def _unseen(pair: Pair, prediction: str) -> Iterator[RenderableType]:
    """What is known and was not seen, and where to read more of it."""
    if not pair.unseen:
        return
    yield _heading(f"{view.UNSEEN.capitalize()}: {_counted(len(pair.unseen))}", STYLES[ClientEffect.STORED])
    yield indented(Text(view.UNSEEN_MEANING, style="dim"))
    yield Text(f"  {prediction}", no_wrap=True, overflow="ignore")
    yield indented(Text(view.some(pair.unseen, IDS), style="dim", overflow="fold"))


def _group(group: view.Group) -> Iterator[RenderableType]:
    yield indented(Text(visible(group.title, _WIDEST), style="bold"))
    yield indented(indented(Text(visible(f"for example {group.example}:", _WIDEST), style="dim", overflow="fold")))
    yield indented(indented(_replies(group)))
    if group.summary:
        yield indented(indented(_text(group.summary)))
    if group.curl:
        yield Text(f"    {visible(group.curl)}", no_wrap=True, overflow="ignore", style="dim")
    if group.others:
        others = visible(f"also {view.ids(group.others, IDS)}", _WIDEST)
        yield indented(indented(Text(others, style="dim", overflow="fold")))


def _replies(group: view.Group) -> RenderableType:
    table = columns("", "")
    table.show_header = False
    for name, reply, style in (("before", group.before, "red"), ("after", group.after, "green")):
        lines = reply.split("\n") if reply is not None else []
        shown = [visible(line, _WIDEST) for line in [*lines[:LINES], *["..."] * (len(lines) > LINES)]]
        if shown:
            table.add_row(Text(name, style="dim"), Text("\n".join(shown), style=style, overflow="fold"))
    return table


def _maps(pair: Pair) -> Iterator[RenderableType]:
    """Where it is: functions and fields by what is felt."""
    for name, rows in view.tables(pair):
        yield _heading(f"By {name}")
        effects = view.columns(rows)
        table = columns("", *(WORDS[effect].short for effect in effects))
        for row in rows[:ROWS]:
            table.add_row(*map(_text, (row.name, *(str(row.counts.get(effect, 0)) for effect in effects))))
        yield indented(table)


def _deviations(pair: Pair) -> Iterator[RenderableType]:
    if pair.deviations:
        yield _heading("By known deviation: the cases that showed it before, and do now")
        yield from (indented(_deviation(deviation)) for deviation in pair.deviations)


def _deviation(deviation: DeviationChange) -> RenderableType:
    style = SEVERITIES.get(deviation.severity, "")
    head = Text.assemble((visible(deviation.severity), style), "  ", visible(deviation.id))
    counts = f"  {deviation.before} -> {_counted(deviation.after)}"
    return Lines(head + Text(counts, style="dim"), indented(Text(visible(deviation.effect))))


def _shifts(pair: Pair) -> Iterator[RenderableType]:
    if not pair.shifts:
        return
    yield _heading("Waits that shifted: median, and the half of all replies around it")
    table = columns("", "before", "after", "factor")
    for shift in pair.shifts:
        table.add_row(shift.function, view.waits(shift.before), view.waits(shift.after), f"{shift.factor:.1f}")
    yield indented(table)


def _named(pair: Pair, change: ChangeKind, heading: str) -> Iterator[RenderableType]:
    found = pair.of(change)
    if not found:
        return
    yield _heading(f"{heading}: {len(found)}", "bold")
    every = view.reasons(found)
    for why, cases in every[:GROUPS]:
        yield indented(Text(visible(f"{_counted(len(cases))}, {why}", _WIDEST), overflow="fold"))
        yield indented(indented(Text(visible(view.ids(cases, IDS), _WIDEST), style="dim", overflow="fold")))
    if len(every) > GROUPS:
        yield indented(Text(f"... and {sum(len(cases) for _, cases in every[GROUPS:])} more: see --json"))


def _matrix(comparison: Comparison) -> Iterator[RenderableType]:
    rows = comparison.differing
    if rows:
        yield _heading("Cases that differ; runs with the same letter sent the same replies")
        table = columns("case", "felt", *map(str, range(1, len(comparison.sides) + 1)))
        for row in rows[:ROWS]:
            table.add_row(*_cells(row))
        yield indented(table)
    if len(rows) > ROWS:
        yield indented(Text(f"... and {len(rows) - ROWS} more: see --json"))
    yield Text("")
    for pair in comparison.pairs:
        yield Text(visible(f"{pair.before + 1} -> {pair.after + 1}: {pair.answer}"))


def _cells(row: CaseRow) -> Iterator[Text]:
    yield from (_text(row.id), _text(view.effect(row)))
    yield from map(_cell, row.cells)


def _cell(cell: RunCell) -> Text:
    if cell.kind is None:
        return Text("-", style="dim")
    told = f"{cell.kind.value}{f' {cell.replies}' * bool(cell.replies)}{' flaky' * cell.is_flaky}"
    return Text(told, style=VERDICTS[cell.kind])


def _counted(cases: int) -> str:
    return f"{cases} case{'s' * (cases != 1)}"


def _heading(text: str, style: str = "bold") -> Text:
    return Text(f"\n{text}", style=style)


def _text(text: str) -> Text:
    return Text(visible(text, _WIDEST), overflow="fold")
