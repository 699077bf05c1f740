"""The same faults over a socket, with the very parts that a real run has: to show that it makes no difference."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from conformance.cases.model import Case
from conformance.emulator.config import Config
from conformance.emulator.faults.model import Fault, faulty
from conformance.emulator.server import running
from conformance.errors import ConformanceError
from conformance.run.plan import Plan
from conformance.run.run import Run
from conformance.selfcheck.model import Trial
from conformance.selfcheck.result import OverHttp
from conformance.selfcheck.run import Suite
from conformance.selfcheck.target import LOGIN_FAILURES, PREFLIGHT, RUN, clock, target
from conformance.selfcheck.wire import TIMEOUT
from conformance.verdict.model import Expect, Fail


def drawn(faults: Sequence[Fault], count: int, seed: int) -> list[Fault]:
    """`count` of the faults, the same for a seed, in their order."""
    chosen = random.Random(seed).sample(range(len(faults)), min(count, len(faults)))  # noqa: S311 - a sample
    return [faults[place] for place in sorted(chosen)]


def compared(fault: Fault, trial: Trial, suite: Suite, base: Config) -> OverHttp:
    """One fault over HTTP, beside what it came to in this process."""
    there = failing_over_http(fault, suite, base)
    here = trial.killed_by
    return OverHttp(fault=fault.id, only_there=tuple(sorted(there - here)), only_here=tuple(sorted(here - there)))


def failing_over_http(fault: Fault, suite: Suite, base: Config) -> frozenset[str]:
    """The cases that fail on a server that is served on a port, asked by a run with one request at a time."""
    app = faulty(fault, base, clock)
    with closing(app.state.store), running(base, app=app) as url, tempfile.TemporaryDirectory() as folder:
        return _failing(Run(_plan(url, suite, Path(folder) / "report")), suite)


def _plan(url: str, suite: Suite, folder: Path) -> Plan:
    folder.mkdir()
    return Plan(
        target=target(url),
        level=suite.level,
        expect=Expect.EITHER,
        concurrency=1,
        timeout=TIMEOUT,
        verify=True,
        folder=folder,
        run=RUN,
        login_failures=LOGIN_FAILURES,
        try_again=False,
    )


def _failing(run: Run, suite: Suite) -> frozenset[str]:
    try:
        run.open()
        return frozenset(case.id for case in suite.cases if _fails(run, case))
    except ConformanceError:
        return frozenset({PREFLIGHT})
    finally:
        run.close()


def _fails(run: Run, case: Case) -> bool:
    """Whether a case fails; one on which we break is an error, as in every run."""
    try:
        return isinstance(run.result(case).result.verdict, Fail)
    except Exception:  # noqa: BLE001 - one case of ours that breaks must not hide the others
        return False
