"""A bar while servers are put to the suite, on a terminal only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from conformance.selfcheck.model import Trial
from conformance.selfcheck.pool import Watch


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
