"""The fuzzing of one run: searches one after the other, findings saved, and all of it as results for the report."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from conformance.fuzz.driver import Fuzzer
from conformance.fuzz.examples import Examples
from conformance.fuzz.metered import Metered
from conformance.fuzz.model import Finding
from conformance.fuzz.names import IDS
from conformance.fuzz.repeat import write_replay
from conformance.fuzz.search import Search, UnderWay, search_of
from conformance.fuzz.share import shared
from conformance.report.model import CaseResult, Fuzzed
from conformance.run.plan import Effort
from conformance.run.record import Record
from conformance.verdict.model import Error, Pass, Verdict

EXAMPLES = "examples"
FINDINGS = "findings"
CLAUSE = "docs/fuzzing.md"


class Fuzzing:
    """Searches that share one effort. `folder` is the run's report folder.

    `told` gets a line on how far it has come, after every few inputs. Where the searches are distributed, `processes`
    is how many take part: each has the shares of all searches, and carries out some of them.
    """

    def __init__(
        self,
        run: UnderWay,
        effort: Effort,
        ids: Collection[str],
        folder: Path,
        keep: Callable[[Record], None],
        told: Callable[[str], None],
        processes: int = 1,
    ) -> None:
        self.run = run
        self.folder = folder
        self._told = told
        metered = Metered(run)
        self._searches = {id: search_of(id, metered) for id in IDS if id in ids}
        shares = shared(tuple(self._searches.values()), effort, processes)
        self.fuzzer = Fuzzer(metered, effort, shares, Examples(folder / EXAMPLES), keep)

    def results(self, id: str) -> tuple[Record, ...]:
        """Carry out one search: a record for each finding, or one that says that nothing was found."""
        search, sent = self._searches[id], self.run.sent
        self.fuzzer.watch = lambda tally, found: self._told(f"{search.name}: {tally}, {found} findings")
        findings = self.fuzzer(search)
        return tuple(self._found(search, one) for one in findings) or (self._nothing(search, self.run.sent - sent),)

    @property
    def covered(self) -> Fuzzed:
        """What has been covered so far."""
        tally, effort = self.fuzzer.tally, self.fuzzer.effort
        return Fuzzed(
            seed=effort.seed,
            inputs=tally.inputs,
            forms=len(tally.forms),
            combinations=len(tally.combinations),
            unstable=tuple(f"{one.key}: {one.summary}" for one in self.fuzzer.unstable.values()),
        )

    def _found(self, search: Search, finding: Finding) -> Record:
        folder = self.folder / FINDINGS
        folder.mkdir(exist_ok=True)
        path = write_replay(finding.replay(self.run.ground.run), folder)
        return msgspec.structs.replace(
            finding.record,
            result=msgspec.structs.replace(
                finding.result,
                id=f"{search.id}/{finding.key}",
                title=search.sentence,
                replay=str(path.relative_to(self.folder)),
            ),
            exchanges=(),
        )

    def _nothing(self, search: Search, requests: int) -> Record:
        """That a search found nothing, or was not reached."""
        result = CaseResult(
            id=search.id,
            title=search.sentence,
            clause=CLAUSE,
            level=search.level.value,
            verdict=self._verdict(),
            requests=requests,
            elapsed=0.0,
        )
        return Record(result=result, exchanges=())

    def _verdict(self) -> Verdict:
        """An error if no input was answered, or nothing is answered any more; not tested if none was to be sent."""
        if self.run.stopped:
            return Error(reason=self.run.stopped)
        if self.fuzzer.untested is not None:
            return self.fuzzer.untested
        return Pass() if self.fuzzer.answered else Error(reason=self.fuzzer.trouble or "nothing was sent")
