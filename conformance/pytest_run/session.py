"""One run under pytest: begins cases ahead, turns verdicts into test outcomes, and writes the reports at the end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import pytest

from conformance.baseline.hold import Held
from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case
from conformance.cases.select import no_match, wanted
from conformance.crash import Crash, explained
from conformance.errors import ConformanceError, LeftBehind, UsageError
from conformance.fuzz.names import IDS
from conformance.pytest_run.collector import Collector, keep
from conformance.pytest_run.outcomes import KNOWN, STATUSES, CaseOutcome, Searched, case_of, crashed, id_of, records_of
from conformance.report import view
from conformance.report.model import Report
from conformance.report.text import printable, visible
from conformance.report.write import write_all
from conformance.run.interrupts import came, ending, watched
from conformance.run.plan import Plan
from conformance.run.record import Record
from conformance.run.run import Facts, Run, left_line
from conformance.verdict.model import Error, VerdictKind

if TYPE_CHECKING:
    from conformance.fuzz.fuzzing import Fuzzing

AHEAD = 4
"""Cases begun ahead of the one waited for, for each lane."""

INTERRUPTED = "interrupted"
"""What ended a run that a signal ended."""

_INTERRUPTED = pytest.ExitCode.INTERRUPTED
_ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


class Session:
    """The plugin object of one run. `stopped` is what kept the run from beginning, if something did.

    Without `held` no fail is known. `run` may have begun already, and is closed here. `again`
    is the command that runs what did not succeed once more. `told` gets a line on how far fuzzing has come, again and
    again; `waits` gets one where a person has to wait.
    """

    NAME: ClassVar[str] = "vicidial-conformance-session"

    def __init__(
        self, config: pytest.Config, plan: Plan, held: Held | None = None, run: Run | None = None, again: str = ""
    ) -> None:
        self.config = config
        self.held = held
        self.plan = plan
        self.redact = plan.redactor
        self.worker: str | None = getattr(config, "workerinput", {}).get("workerid")
        self.distributes = self.worker is None and config.getoption("dist", "no") != "no"
        self.collector = Collector(plan) if self.worker is None else None
        self.report: Report | None = None
        self.stopped: ConformanceError | None = None
        self.cases: list[Case] = []
        self.expected: list[str] = []
        self._run = run
        self._is_over = False
        self._begun = 0
        self._records: dict[str, tuple[Record, ...]] = {}
        self._fuzzing: Fuzzing | None = None
        self._again = again
        self.told: Callable[[str], None] = lambda _: None
        self.waits: Callable[[str], None] = lambda _: None
        self._signals = ExitStack()
        if self.worker is None:
            self._signals.enter_context(watched())

    @property
    def sent(self) -> int:
        """How many requests have left."""
        return self._run.sent if self._run is not None else 0

    @property
    def reply(self) -> float | None:
        """The seconds that a reply takes, as far as any has come."""
        return self._run.pace.reply if self._run is not None else None

    # --- distributing over processes (pytest-xdist) ---

    def pytest_sessionstart(self) -> None:
        """Ask preflight's questions before any process is started, so that their answer is said once."""
        if self.distributes:
            self._open()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker process numbers and a ledger of its own: a case that others depend on may run in each."""
        assert self.collector is not None
        worker: str = node.gateway.id
        self.collector.workers.append(worker)
        run = another_run(self.plan.run, len(self.collector.workers))
        node.workerinput[self.NAME] = {"run": run, "folder": str(self.plan.folder)}

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Learn from a worker which cases there are."""
        known = {*IDS, *(case.id for case in catalogue(self.plan.contract))}
        self.expected = [id for name in ids if (id := name.partition("[")[2].removesuffix("]")) in known]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker found out."""
        given = getattr(node, "workeroutput", {}).get(self.NAME)
        if given is not None and self.collector is not None:
            self.collector.facts[node.gateway.id] = msgspec.convert(given, Facts)

    # --- collecting ---

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselect the cases and searches that `--target-case` leaves out, and searches if nothing is to be fuzzed."""
        ours = {item: id for item in items if (id := id_of(item)) is not None}
        if not ours:
            return
        fuzzed = set(IDS) if self.plan.effort is None else set()
        dropped = [item for item, id in ours.items() if id in fuzzed or not wanted(id, self.plan.only)]
        if len(dropped) == len(ours):
            self.stopped = UsageError(no_match(self.plan.only))
            pytest.exit(str(self.stopped), returncode=self.stopped.exit_code)
        if dropped:
            config.hook.pytest_deselected(items=dropped)
            items[:] = [item for item in items if item not in set(dropped)]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Open the run once it is known which cases it has."""
        self.cases = [case for item in session.items if (case := case_of(item)) is not None]
        self.expected = [id for item in session.items if (id := id_of(item)) is not None]
        if self.expected and self.stopped is None and not session.config.option.collectonly:
            self._open()

    def _open(self) -> None:
        try:
            run = self._run = self._run or Run(self.plan, f"-{self.worker}" if self.worker else "")
            run.told = self.waits
            run.open()
        except ConformanceError as error:
            self._stop(error)
        except Exception as error:  # noqa: BLE001 - a crash is one line too
            self._stop(explained(error, self.redact))
        else:
            self._begin_fuzzing(run)

    def _begin_fuzzing(self, run: Run) -> None:
        if self.plan.effort is not None:
            from conformance.fuzz.fuzzing import Fuzzing  # noqa: PLC0415 - Hypothesis is slow to import

            ids = [id for id in self.expected if id in IDS]
            folder, told = self.plan.folder, self.told
            if self.plan.effort.requests is not None and not self.cases:
                run.limit(self.plan.effort.requests)
            processes = 1 + getattr(self.config, "workerinput", {}).get("workercount", 0)
            self._fuzzing = Fuzzing(run, self.plan.effort, ids, folder, lambda r: keep(r, folder), told, processes)

    def _stop(self, error: ConformanceError) -> None:
        self.stopped = error
        if self.collector is not None:
            self.collector.ended = str(error)
        self._end()
        pytest.exit(str(self.stopped), returncode=self.stopped.exit_code)

    # --- running ---

    def outcome(self, case: Case, item: pytest.Item) -> CaseOutcome:
        """The outcome of a case; an error verdict fails the fixture that asks."""
        assert self._run is not None
        if self.worker is None:
            self._begin_ahead(case)
        record, trace = self._result(case)
        record = self.held.marked(record) if self.held else record
        self._take(item, record)
        if isinstance(record.result.verdict, Error):
            pytest.fail(f"error, not the server's fault: {record.result.verdict.reason}{trace}", pytrace=False)
        return CaseOutcome(record)

    def searched(self, id: str, item: pytest.Item) -> Searched:
        """What a search has found; an error verdict fails the fixture that asks."""
        assert self._fuzzing is not None
        records = self._fuzzing.results(id)
        self._take(item, *records)
        for record in records:
            if isinstance(record.result.verdict, Error):
                pytest.fail(f"error, not the server's fault: {record.result.verdict.reason}", pytrace=False)
        return Searched(records)

    def _take(self, item: pytest.Item, *records: Record) -> None:
        assert self._run is not None
        self._records[item.nodeid] = records
        if self._run.stopped is not None:
            item.session.shouldfail = self._run.stopped

    def _result(self, case: Case) -> tuple[Record, str]:
        """The record of a case; where we crash, one that says so, and where it happened."""
        assert self._run is not None
        try:
            return self._run.result(case), ""
        except Exception as error:  # noqa: BLE001 - one case of ours that breaks must not hide the others
            crash = Crash(error, self.redact)
            return crashed(case, crash), f"\n{crash.trace}"

    def _begin_ahead(self, case: Case) -> None:
        assert self._run is not None
        position = self.cases.index(case, max(0, self._begun - AHEAD * self.plan.concurrency - 1))
        until = position + AHEAD * self.plan.concurrency
        for ahead in self.cases[self._begun : until]:
            self._run.ask(ahead)
        self._begun = max(self._begun, until)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the report that closes a test carry the case's record, also from a worker process to its controller."""
        report = yield
        if call.when == "call" or (call.when == "setup" and report.failed):
            records = self._records.pop(item.nodeid, ())
            if records:
                vars(report)["conformance"] = id_of(item), msgspec.to_builtins(records)
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in a case as soon as its test has ended."""
        records = records_of(report)
        if not records or self.collector is None:
            return
        for record in records:
            self.collector.add(record)
        self.collector.instead[vars(report)["conformance"][0]] = tuple(record.result.id for record in records)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Show verdicts by their own names."""
        records = records_of(report)
        if any(r.result.known is not None for r in records):
            return KNOWN
        return STATUSES[min((r.result.kind for r in records), key=list(VerdictKind).index)] if records else None

    # --- ending ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Clean up, and write the reports."""
        if self.collector is None or not self.distributes:
            self._finish(session, exitstatus)

    @pytest.hookimpl(trylast=True, specname="pytest_sessionfinish")
    def pytest_sessionfinish_last(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the reports when every process has ended. They decide the exit code, unless pytest was stopped."""
        if self.distributes:
            self._finish(session, exitstatus)
        if self.stopped is not None:
            session.exitstatus = self.stopped.exit_code
        elif self.report is not None and session.exitstatus in (*_ENDED, *([_INTERRUPTED] * bool(self.report.left))):
            session.exitstatus = self.report.exit_code

    def pytest_unconfigure(self) -> None:
        """End what an interruption at an awkward moment has left open."""
        self._end()
        self._signals.close()

    def _finish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._run is not None and self.collector is not None and self._run.stopped is None and session.shouldfail:
            self.collector.ended = f"{session.shouldfail}, as asked"
        if self.collector is not None and exitstatus == _INTERRUPTED and self.stopped is None:
            self.collector.ended = INTERRUPTED
        self._end()

    def _end(self) -> None:
        """Close the run and write the report, once. No signal breaks it off: the second one makes it quick."""
        if self._run is None or self._is_over:
            return
        with ending(lambda: None):
            self._is_over = True
            facts = self._close(self._run)
            if self.collector is None:
                self.config.workeroutput[self.NAME] = msgspec.to_builtins(facts)  # type: ignore[attr-defined]
                return
            self.collector.facts[""] = facts
            if came() and self.stopped is None:
                self.collector.ended = INTERRUPTED
            if self.expected or facts.left or self.stopped is not None:
                self._write()

    def _close(self, run: Run) -> Facts:
        covered = self._fuzzing.covered if self._fuzzing is not None else None
        return msgspec.structs.replace(run.close(), fuzzed=covered)

    def _write(self) -> None:
        assert self.collector is not None
        report = self.collector.report(self.expected)
        report = msgspec.structs.replace(report, again=printable(self.redact(self._again)))
        self.report = self.held.told(report) if self.held else report
        try:
            write_all(self.report, self.plan.folder)
        except ConformanceError as error:
            self.stopped = error
        except Exception as error:  # noqa: BLE001 - what is left has to be told even then
            self.stopped = explained(error, self.redact)
        if self.stopped is not None and report.left:
            self.stopped = LeftBehind(f"{self.stopped}; {left_line(report.left, self.plan.folder)}")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say where the reports are, and what they come to."""
        if self.report is not None:
            terminalreporter.section("conformance")
            for line in (*view.baseline(self.report), *view.form(self.report), self.report.answer):
                terminalreporter.write_line(visible(line))
            if self.report.left:
                terminalreporter.write_line(visible(left_line(self.report.left, self.plan.folder)))
            terminalreporter.write_line(f"report: {self.plan.folder / 'report.html'}")
        if self.stopped is not None:
            terminalreporter.write_line(str(self.stopped))


def another_run(run: str, number: int) -> str:
    """The digits of a worker process, by those of the whole run."""
    return f"{(int(run) + number) % 10 ** len(run):0{len(run)}d}"
