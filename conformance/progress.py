"""What a terminal shows while a run goes on: a bar with counts by verdict, or a line a case with -v."""

from __future__ import annotations

from collections import Counter

import pytest
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from conformance.crash import explained
from conformance.errors import ConformanceError
from conformance.report.terminal import STYLES
from conformance.run.record import Record
from conformance.session import Session, id_of, records_of
from conformance.verdict.model import Kind


class _Counts(ProgressColumn):
    """How many cases have ended in each verdict so far."""

    max_refresh = 0.1

    def __init__(self, counts: Counter[Kind]) -> None:
        super().__init__()
        self._counts = counts

    def render(self, task: Task) -> Text:
        """The verdicts that have occurred, each in its colour."""
        del task
        shown = [(f"{self._counts[kind]} {kind.value}", STYLES[kind]) for kind in Kind if self._counts[kind]]
        return Text("  ").join(Text(text, style=style) for text, style in shown)


class Progressing:
    """A pytest plugin that follows a run on a console. `verbose` prints a line for each case.

    `session` is known once the cases are collected; `crash` is what ended pytest itself, if something did.
    """

    def __init__(self, console: Console, *, quiet: bool = False, verbose: bool = False) -> None:
        self.session: Session | None = None
        self.crash: ConformanceError | None = None
        self._console = console
        self._quiet = quiet
        self._verbose = verbose
        self._counts: Counter[Kind] = Counter()
        self._told = ""
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(16),
            MofNCompleteColumn(),
            _Counts(self._counts),
            TimeElapsedColumn(),
        )
        self._bar = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
        self._task = self._bar.add_task("", total=None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin the bar: it is known now how many cases there are."""
        plugin = session.config.pluginmanager.get_plugin(Session.NAME)
        self.session = plugin if isinstance(plugin, Session) else None
        total = sum(id_of(item) is not None for item in session.items)
        if self.session is not None:
            self.session.told = self._tell
            self.session.waits = self._say
            plan = self.session.plan
            self._say(f"{plan.target.url}: {total} test{'s' * (total != 1)}, level {plan.level.value}")
        self._bar.update(self._task, total=total)
        self._bar.start()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a case that has ended."""
        for record in records_of(report):
            self._count(record, report)
        if records_of(report):
            self._bar.advance(self._task)
        if self._told and not self._console.is_terminal:
            self._say(self._told)
        self._told = ""

    def _count(self, record: Record, report: pytest.TestReport) -> None:
        kind = record.result.kind
        self._counts[kind] += 1
        if self._verbose:
            known = "" if record.result.known is None else "  known"
            line = Text.assemble((f"{kind.value:<10}", STYLES[kind]), " ", record.result.id, (known, "yellow"))
            self._console.print(line)
            if kind is Kind.ERROR:
                self._console.print(report.longreprtext)

    def _tell(self, text: str) -> None:
        """Show how far fuzzing has come: in the bar, or where there is none as a line when a search has ended."""
        self._told = text
        self._bar.update(self._task, description=text)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Say that the end may take a moment."""
        if isinstance(excinfo.value, KeyboardInterrupt):
            self._say("stopping: waiting for what is under way and removing what it made (Ctrl-C again: leave it)")

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep what ended pytest, for the command line to say in one line."""
        error = excinfo.value
        redact = self.session.redact if self.session is not None else str
        self.crash = explained(error, redact)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Take the bar away; what follows is the summary."""
        self.stop()

    def stop(self) -> None:
        """Take the bar away, if it is there."""
        self._bar.stop()

    def _say(self, text: str) -> None:
        if not self._quiet:
            self._console.print(text)
