"""The folder of a run, read for judging it again: its report, and where each case begins in exchanges.jsonl."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from conformance.cases.model import Case, Purpose
from conformance.contract.settings import Build, ServerSettings
from conformance.errors import UsageError
from conformance.rejudge.target import Learning, RecordedTarget
from conformance.report.exchanges import ExchangeLine, read_exchanges
from conformance.report.json_file import check_folder, load_report
from conformance.report.model import CaseResult, Report
from conformance.report.text import visible
from conformance.run.files import RunFile, read_run
from conformance.run.folder import EXCHANGES
from conformance.run.known import possible_settings
from conformance.run.settings import Target

_STEPS = frozenset(purpose.value for purpose in Purpose)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run as its folder has it. `begins` is the byte at which each case begins; nothing of it is held in memory."""

    folder: Path
    report: Report
    run: RunFile
    known: RecordedTarget
    begins: Mapping[str, int]

    def lines(self, result: CaseResult) -> list[ExchangeLine]:
        """What the first try of a case exchanged, clean-up left out. Raises UsageError where lines are missing."""
        path = self.folder / EXCHANGES
        begin = self.begins.get(result.id)
        every = (line for _, line in read_exchanges(path, begin)) if begin is not None else ()
        found = list(takewhile(lambda line: (line.case, line.attempt) == (result.id, 1), every))
        if len(found) != result.requests:
            told = f"{path}: has {len(found)} of the {result.requests} requests of {result.id}: it is not whole"
            raise UsageError(visible(told))
        return [line for line in found if line.purpose in _STEPS]

    def possible(self, build: Build) -> frozenset[ServerSettings]:
        """The settings that the server could have had when the run began."""
        told = (self.run.sql_mode, self.run.non_latin, self.run.sql_errors)
        target = Target(self.report.target.url, {}, {}, None, *told)
        return frozenset(possible_settings(target, build))


def load(folder: Path, cases: Mapping[str, Case]) -> Recorded:
    """Read the folder of a run, all of it once. Raises UsageError, which names the file and the reason."""
    check_folder(folder)
    report, run = load_report(folder), read_run(folder)
    learning, begins = Learning(cases), {}
    for offset, line in read_exchanges(folder / EXCHANGES):
        if line.attempt == 1 and line.purpose in _STEPS:
            learning.take(line)
            if line.step == 1:
                begins[line.case] = offset
    return Recorded(folder, report, run, learning.known(), begins)
