"""The self-check for the command line: which faults, how, and where the answers go. Gives the exit code."""

from __future__ import annotations

import difflib
import fnmatch
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from conformance.cases.model import Level
from conformance.emulator.faults.model import Fault
from conformance.errors import UsageError
from conformance.report.files import check_writable, write_whole
from conformance.selfcheck import cover, matrix, terminal, writers
from conformance.selfcheck.checker import Checker
from conformance.selfcheck.model import Trial
from conformance.selfcheck.over_http import compared, drawn
from conformance.selfcheck.pool import check_all
from conformance.selfcheck.result import OverHttp, Result, fault_row
from conformance.selfcheck.run import Suite
from conformance.selfcheck.summary import Summary
from conformance.selfcheck.terminal import watching
from conformance.verdict.model import Expect

ONE_IN = 100
"""Of so many faults one is also asked over HTTP, unless told otherwise."""

MOST_JOBS = 256


@dataclass(frozen=True)
class Selection:
    """Which faults are asked of which cases. None is all of them."""

    only: tuple[str, ...] = ()
    sample: int | None = None
    seed: int = 0
    level: Level = Level.FULL
    cases: Path | None = None

    @property
    def is_partial(self) -> bool:
        """Whether anything is left out."""
        return bool(self.only or self.sample is not None or self.cases or self.level is not Level.FULL)

    def suite(self, whole: Suite) -> Suite:
        """What of a suite takes part. Raises UsageError."""
        cases = cover.read_quick_file(self.cases, whole.cases) if self.cases is not None else whole.cases
        return replace(whole, cases=cases, level=self.level)


@dataclass(frozen=True)
class OutputFiles:
    """Where the answers go besides the terminal. None is nowhere."""

    json: Path | None = None
    html: Path | None = None
    write_matrix: Path | None = None
    write_quick: Path | None = None

    def check(self, *, is_partial: bool) -> None:
        """Raise UsageError for a file that cannot be written, or that what is asked for is not enough for."""
        for flag, file in (("--write-matrix", self.write_matrix), ("--write-quick", self.write_quick)):
            if file is not None and is_partial:
                raise UsageError(f"{flag}: needs all faults and cases: leave out --only, --sample, --cases and --level")
        for file in (self.json, self.html, self.write_matrix, self.write_quick):
            if file is not None:
                check_writable(file)

    def write(self, summary: Summary) -> None:
        """Write them. Raises UsageError."""
        rows, cases = summary.result.rows, summary.result.cases
        if self.json is not None:
            write_whole(self.json, writers.as_json(summary))
        if self.html is not None:
            write_whole(self.html, writers.as_page(summary).encode())
        if self.write_matrix is not None:
            write_whole(self.write_matrix, matrix.encode(rows, cases))
        if self.write_quick is not None:
            write_whole(self.write_quick, cover.quick_file(summary.fewest, len(summary.killers)))


@dataclass(frozen=True)
class SelfcheckPlan(Selection, OutputFiles):
    """What the command line asks for. None is the default."""

    jobs: int | None = None
    over_http: int | None = None
    parts: bool = False
    quiet: bool = False
    compare: Path | None = None


@dataclass(frozen=True)
class Selfcheck:
    """The command, on two consoles. `checker` has all the cases that there are."""

    out: Console
    err: Console
    checker: Checker

    def __call__(self, asked: SelfcheckPlan, faults: Sequence[Fault]) -> int:
        """Do what is asked. Raises UsageError."""
        _check(asked)
        asked.check(is_partial=asked.is_partial)
        before = matrix.read(asked.compare) if asked.compare is not None else None
        chosen = select(faults, asked)
        result = self._checked(asked, chosen, replace(self.checker, suite=asked.suite(self.checker.suite)))
        losses = matrix.losses(before, result.rows) if before is not None else ()
        summary = Summary(result, losses)
        for shown in terminal.report(summary, quiet=asked.quiet, with_parts=asked.parts):
            self.out.print(shown, soft_wrap=True)
        asked.write(summary)
        return summary.exit_code

    def _checked(self, asked: SelfcheckPlan, faults: Sequence[Fault], checker: Checker) -> Result:
        began = time.monotonic()
        jobs = asked.jobs if asked.jobs is not None else os.cpu_count() or 1
        with watching(self.err, len(faults)) as watch:
            done = check_all(checker, faults, jobs, watch)
        return Result(
            level=asked.level.value,
            cases=tuple(case.id for case in checker.suite.cases),
            rows=tuple(fault_row(*pair) for pair in zip(faults, done.trials, strict=True)),
            fault_free=done.fault_free,
            over_http=_over_http(asked, faults, done.trials, checker),
            seconds=time.monotonic() - began,
        )


def _over_http(
    asked: SelfcheckPlan, faults: Sequence[Fault], trials: Sequence[Trial], checker: Checker
) -> tuple[OverHttp, ...]:
    count = asked.over_http if asked.over_http is not None else len(faults) // ONE_IN
    known = {trial.fault: trial for trial in trials}
    usual = [fault for fault in faults if known[fault.id].expect is Expect.EITHER]
    chosen = drawn(usual, min(count, len(usual)), asked.seed)
    return tuple(compared(f, known[f.id], checker.suite, checker.base) for f in chosen)


def _check(asked: SelfcheckPlan) -> None:
    """Raise UsageError for a number that makes no sense."""
    numbers = (("--sample", asked.sample, 1), ("--jobs", asked.jobs, 1), ("--over-http", asked.over_http, 0))
    for flag, number, least in numbers:
        if number is not None and number < least:
            raise UsageError(f"{flag} {number}: must be {least} or more")
    if asked.jobs is not None and asked.jobs > MOST_JOBS:
        raise UsageError(f"--jobs {asked.jobs}: must be {MOST_JOBS} or less")


def select(faults: Sequence[Fault], asked: SelfcheckPlan) -> list[Fault]:
    """The faults asked for. Raises UsageError if a glob matches none, with what it may have meant."""
    for glob in asked.only:
        if not any(fnmatch.fnmatchcase(fault.id, glob) for fault in faults):
            raise UsageError(f"--only {glob}: matches no fault; {_near(glob, faults)}")
    matching = [f for f in faults if not asked.only or any(fnmatch.fnmatchcase(f.id, glob) for glob in asked.only)]
    if asked.sample is None:
        return matching
    return drawn(matching, asked.sample, asked.seed)


def _near(glob: str, faults: Sequence[Fault]) -> str:
    near = difflib.get_close_matches(glob, [fault.id for fault in faults], 3, 0.5)
    kinds = sorted({fault.kind.value for fault in faults})
    return f"did you mean {' or '.join(near)} ?" if near else f"ids begin with {', '.join(kinds)}"
