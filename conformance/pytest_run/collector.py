"""Gathers what a run's cases give: exchanges go to the disk as they come, results are kept for the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from conformance import __version__
from conformance.errors import UsageError
from conformance.report.model import CaseResult, Fuzzed, Report, TestedTarget
from conformance.report.settle import deviations_seen, settled
from conformance.run.files import ledger_path
from conformance.run.folder import EXCHANGES
from conformance.run.ledger import read_ledger
from conformance.run.plan import Plan
from conformance.run.record import Record
from conformance.run.run import Facts

NOTHING = Facts(version="", build="", settings=(), requests=0, left=())


class Collector:
    """The results of one run so far; `facts` are by worker process, "" for the one that reports.

    `instead` names the results that stand for an expected one: the findings of a search.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.started = _now()
        self.results: dict[str, CaseResult] = {}
        self.facts: dict[str, Facts] = {}
        self.workers: list[str] = []
        self.ended: str | None = None
        self.instead: dict[str, tuple[str, ...]] = {}

    def add(self, record: Record) -> None:
        """Take in one case. Raises UsageError if the disk does not."""
        self.results[record.result.id] = record.result
        keep(record, self.plan.folder)

    def report(self, expected: Sequence[str]) -> Report:
        """The report, with the results in the order in which the cases were expected."""
        expected = [found for id in expected for found in self.instead.get(id, (id,))]
        outcome = settled((self.results[id] for id in expected if id in self.results), self.plan.contract)
        facts = merged(self.facts.values())
        return Report(
            suite=__version__,
            target=self._target(facts),
            level=self.plan.level.value,
            expect=self.plan.expect.value,
            seed=int(self.plan.run),
            started=self.started,
            finished=_now(),
            expected=len(expected),
            results=outcome.results,
            deviations=deviations_seen(outcome.results, self.plan.contract),
            form=outcome.form,
            left=tuple(dict.fromkeys((*facts.left, *self._left_by_the_lost()))),
            ended=self.ended or facts.silent,
            requests=facts.requests,
            locked=facts.locked,
            fuzzed=facts.fuzzed,
        )

    def _left_by_the_lost(self) -> Iterator[str]:
        """What worker processes may have left that ended without a word."""
        for worker in self.workers:
            path = ledger_path(self.plan.folder, f"-{worker}")
            if worker not in self.facts and path.exists():
                written = read_ledger(path)
                yield from map(str, written.open)
                yield from [f"whatever {path.name} named where it cannot be read"] if written.unread else []

    def _target(self, facts: Facts) -> TestedTarget:
        target = self.plan.target
        return TestedTarget(
            url=target.url,
            version=facts.version,
            build=facts.build,
            settings=facts.settings,
            note=facts.note,
            roles=tuple(sorted(role.value for role in target.logins)),
            entities=tuple(sorted(entity.value for entity in target.entities)),
        )


def merged(facts: Iterable[Facts]) -> Facts:
    """What several processes found out about one target, together."""
    every = list(facts)
    if not every:
        return NOTHING
    settings = set(every[0].settings).intersection(*(f.settings for f in every))
    return Facts(
        version=every[0].version,
        build=every[0].build,
        note=every[0].note,
        settings=tuple(sorted(settings)),
        requests=sum(f.requests for f in every),
        left=tuple(did for f in every for did in f.left),
        locked=tuple(dict.fromkeys(user for f in every for user in f.locked)),
        fuzzed=_fuzzed([f.fuzzed for f in every if f.fuzzed]),
        silent=next((f.silent for f in every if f.silent), _CONTRADICTION if len(every) > 1 and not settings else None),
    )


def _fuzzed(parts: Sequence[Fuzzed]) -> Fuzzed | None:
    """What several processes have covered: what two of them both covered counts once, as far as can be known."""
    if not parts:
        return None
    return Fuzzed(
        seed=parts[0].seed,
        inputs=sum(part.inputs for part in parts),
        forms=max(part.forms for part in parts),
        combinations=max(part.combinations for part in parts),
        unstable=tuple(line for part in parts for line in part.unstable),
    )


def keep(record: Record, folder: Path) -> None:
    """Write the exchanges of a case down, a line each. Raises UsageError if the disk does not take them."""
    path = folder / EXCHANGES
    lines = b"".join(msgspec.json.encode(exchange) + b"\n" for exchange in record.exchanges)
    try:
        with path.open("ab") as file:
            file.write(lines)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}: the run cannot be recorded") from error


_CONTRADICTION = "no one setting of the server explains all replies that several processes got"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
