"""What a terminal shows while a run goes on: a bar with counts by verdict and the time left, or a line a case with -v.

Where standard error is no terminal, a line every ten seconds.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from time import monotonic

import pytest
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
from conformance.pytest_run.outcomes import id_of, records_of
from conformance.pytest_run.session import Session
from conformance.rehearsal import coming, foretold, lasting, to_come
from conformance.report.terminal import STYLES
from conformance.run.forecast import A_REPLY, Speed
from conformance.run.record import Record
from conformance.terminal import Screen
from conformance.verdict.model import VerdictKind

EVERY = 10.0
"""Seconds between two lines where there is no bar."""

ENOUGH = 20
"""Requests after which the time left can be told from how long they took."""


class _Counts(ProgressColumn):
    """How many cases have ended in each verdict so far."""

    max_refresh = 0.1

    def __init__(self, counts: Counter[VerdictKind]) -> None:
        super().__init__()
        self._counts = counts

    def render(self, task: Task) -> Text:
        """The verdicts that have occurred, each in its colour."""
        del task
        shown = [(f"{self._counts[kind]} {kind.value}", STYLES[kind]) for kind in VerdictKind if self._counts[kind]]
        return Text("  ").join(Text(text, style=style) for text, style in shown)


class _Left(ProgressColumn):
    """How long it may still take."""

    max_refresh = 0.5

    def __init__(self, left: TimeLeft) -> None:
        super().__init__()
        self._left = left

    def render(self, task: Task) -> Text:
        """The time left, once it can be told."""
        del task
        return Text(str(self._left), style="dim")


class TimeLeft:
    """The time that a run may still take, by what it has sent of what is to come, or by the time that it was given."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._total = 0
        self._since = 0.0
        self._before = 0

    def begin(self, session: Session, total: int) -> None:
        """From now on there are so many requests to come, those that have left included."""
        self._session, self._total, self._since, self._before = session, total, monotonic(), session.sent

    def __str__(self) -> str:
        seconds = self._seconds()
        return "" if seconds is None else f"about {lasting(seconds)} left"

    def _seconds(self) -> float | None:
        if self._session is None:
            return None
        passed, sent = monotonic() - self._since, self._session.sent
        effort = self._session.plan.effort
        if effort is not None and effort.seconds is not None:
            return max(0.0, effort.seconds - passed)
        if sent - self._before < ENOUGH:
            return None
        return passed / (sent - self._before) * max(0, self._total - sent)


class Progressing:
    """A pytest plugin that follows a run on a screen.

    `session` is known once the cases are collected; then `loaded` is called. `crash` is what ended pytest itself, if
    something did.
    """

    def __init__(self, screen: Screen, loaded: Callable[[], None] = lambda: None) -> None:
        self.session: Session | None = None
        self.crash: ConformanceError | None = None
        self._console = screen.err
        self._quiet = screen.quiet
        self._verbose = screen.verbose
        self._loaded = loaded
        self._counts: Counter[VerdictKind] = Counter()
        self._left = TimeLeft()
        self._told = ""
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(16),
            MofNCompleteColumn(),
            _Counts(self._counts),
            TimeElapsedColumn(),
            _Left(self._left),
        )
        has_bar = screen.err.is_terminal and not screen.quiet
        self._bar = Progress(*columns, console=screen.err, transient=True, disable=not has_bar)
        self._task = self._bar.add_task("", total=None)
        self._over = threading.Event()
        speaks = not has_bar and not screen.quiet
        self._lines = threading.Thread(target=self._go_on, name="progress", daemon=True) if speaks else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin the bar: it is known now how many cases there are."""
        plugin = session.config.pluginmanager.get_plugin(Session.NAME)
        self.session = plugin if isinstance(plugin, Session) else None
        self._loaded()
        total = sum(id_of(item) is not None for item in session.items)
        if self.session is not None:
            self.session.told = self._tell
            self.session.waits = self._say
            plan = self.session.plan
            self._say(f"{plan.target.url}: {total} test{'s' * (total != 1)}, level {plan.level.value}")
        self._bar.update(self._task, total=total)

    @pytest.hookimpl(trylast=True, specname="pytest_collection_finish")
    def pytest_collection_finish_last(self) -> None:
        """Say what is coming: the first questions have been answered, and their replies tell how long it takes."""
        if self.session is None:
            return
        effort = self.session.plan.effort
        self._left.begin(self.session, self._foretell(self.session) if effort is None else effort.requests or 0)
        self._bar.start()
        if self._lines is not None:
            self._lines.start()

    def _foretell(self, session: Session) -> int:
        if self._quiet:
            return 0
        plan = session.plan
        told = coming(to_come(plan), plan)
        speed = Speed(plan.rate, 0.0 if plan.is_own else session.reply or A_REPLY, plan.concurrency)
        self._say(f"{foretold(told, plan, speed)}.")
        return told.requests

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
            if kind is VerdictKind.ERROR:
                self._console.print(report.longreprtext)

    def _tell(self, text: str) -> None:
        """Show how far fuzzing has come: in the bar, or where there is none as a line when a search has ended."""
        self._told = text
        self._bar.update(self._task, description=text)

    def _go_on(self) -> None:
        """A line again and again, until it is over."""
        while not self._over.wait(EVERY):
            self._say(self._so_far())

    def _so_far(self) -> str:
        task = self._bar.tasks[0]
        counts = ", ".join(f"{self._counts[kind]} {kind.value}" for kind in VerdictKind if self._counts[kind])
        parts = [f"{task.completed:.0f} of {task.total:.0f} tests" if task.total else "", counts, str(self._left)]
        return "; ".join(part for part in parts if part)

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
        """Take the bar away, if it is there, and say nothing more."""
        self._over.set()
        self._bar.stop()

    def _say(self, text: str) -> None:
        if not self._quiet:
            self._console.print(text)
