"""A self-check as a terminal shows it: a bar while servers are put to the suite, and what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from conformance.selfcheck.model import Trial
from conformance.selfcheck.pool import Watch
from conformance.selfcheck.result import FaultFree, FaultRow, OverHttp
from conformance.selfcheck.summary import Summary

NAMED = 5
"""Cases named of those that a line is about."""


def matrix(summary: Summary) -> RenderableType:
    """Each caught fault with how many cases catch it, and the first of them."""
    lines = [Text("cases  fault, and the first case that catches it", style="bold")]
    for row in summary.result.rows:
        if row.killed:
            lines.append(_caught(row))
    return Group(*lines)


def _caught(row: FaultRow) -> Text:
    first = row.trial.kills[0].case
    return Text.assemble(f"{len(row.trial.kills):>5}  ", row.id, ("  ", ""), (first, "dim"))


def kinds(summary: Summary) -> RenderableType:
    """The score by kind of fault."""
    table = _table("kind", "visible", "caught", "hidden")
    for kind in summary.kinds:
        table.add_row(kind.kind, str(kind.visible), str(kind.caught), str(kind.hidden))
    return table


def parts(summary: Summary) -> RenderableType:
    """Which part of the suite buys what."""
    table = _table("suite", "caught", "lost", "of them")
    for bought in summary.parts:
        table.add_row(bought.part.name, str(bought.caught), str(len(bought.lost)), _some(bought.lost))
    return table


def report(summary: Summary, *, quiet: bool, with_parts: bool) -> Iterator[RenderableType]:
    """The whole of it, the answer last."""
    if not quiet:
        yield from (matrix(summary), Text(), kinds(summary), Text())
        yield from _section("hidden: the API cannot show these", (f"{r.id}: {r.hidden}" for r in summary.result.hidden))
        yield from _redundancy(summary)
    if with_parts:
        yield from (parts(summary), Text())
    yield from _wrong(summary)
    yield Text(summary.score, style="bold green" if summary.exit_code == 0 else "bold red")


def _redundancy(summary: Summary) -> Iterator[Text]:
    idle, redundant, fewest = (len(found) for found in (summary.idle, summary.redundant, summary.fewest))
    yield Text(
        f"of {len(summary.result.cases)} cases {idle} catch none of these faults, {redundant} only what others catch "
        f"too; {fewest} would be enough for this score\n"
    )


def _wrong(summary: Summary) -> Iterator[Text]:
    """All that makes the exit code 1, and what is said of a fault and not true."""
    yield from _section("survivors: no case fails", map(_survivor, summary.result.survivors), "red")
    yield from _section("the fault-free server fails", map(_failed_honest, summary.failed_honest), "red")
    lost = (f"{loss.fault}: no longer by {_some(loss.cases)}" for loss in summary.losses)
    yield from _section("lost: caught before", lost, "red")
    yield from _section("a socket makes a difference", map(_differing, summary.differing), "red")
    shown = (f"{row.id}: {row.trial.kills[0].case}" for row in summary.shown_after_all)
    yield from _section("said to be hidden, and caught", shown, "yellow")


def _survivor(row: FaultRow) -> str:
    return f"{row.id}: {row.reason}\n    {row.title}"


def _failed_honest(server: FaultFree) -> str:
    return f"{server.server}: {_some([*(kill.case for kill in server.trial.kills), *server.trial.errors])}"


def _differing(check: OverHttp) -> str:
    here, there = (_some(cases) or "none" for cases in (check.only_here, check.only_there))
    return f"{check.fault}: only there {there}, only here {here}"


def _section(title: str, lines: Iterable[str], style: str = "") -> Iterator[Text]:
    found = list(lines)
    if found:
        yield Text(title, style=f"bold {style}".strip())
        for line in found:
            yield Text(f"  {line}")
        yield Text()


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return ", ".join(listed[:NAMED]) + more


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold", justify="right" if name in _NUMBERS else "left")
    return table


_NUMBERS = frozenset({"visible", "caught", "hidden", "lost"})


@contextmanager
def watching(console: Console, total: int) -> Iterator[Watch]:
    """What counts faults as they are done. The bar has no thread that draws it, for processes are forked meanwhile."""
    columns = (BarColumn(24), MofNCompleteColumn(), TextColumn("{task.fields[survivors]} survive"))
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    bar = Progress(
        *columns, *times, console=console, transient=True, auto_refresh=False, disable=not console.is_terminal
    )
    task = bar.add_task("faults", total=total, survivors=0)
    survivors = 0

    def watch(trial: Trial) -> None:
        nonlocal survivors
        survivors += not trial.kills
        bar.update(task, advance=1, survivors=survivors, refresh=True)

    with bar:
        yield watch
