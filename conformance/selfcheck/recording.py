"""The fault-free server under the suite, case by case: what was exchanged, what was read for it, what is left of it.

A server that differs from it only in its contract answers a case alike if nothing was read that differs, and if the
case meets nothing that another case may have left. So such a case need not be sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from conformance.cases.expand import Ground
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.settings import ServerSettings
from conformance.contract.world import LoginFailed, Row, State, User
from conformance.emulator.config import Config
from conformance.emulator.respond import Response, work_out
from conformance.exchange import Exchange
from conformance.selfcheck.target import PREFLIGHT
from conformance.selfcheck.traced import Path, Reads, changed, tracing


@dataclass(frozen=True, slots=True)
class Counters:
    """What the requests of one case can change for those of another: failed logins, as server and run count them.

    `troubles` are requests in a row that got no reply.
    """

    server: tuple[int, ...] = ()
    run: tuple[tuple[str, int], ...] = ()
    locked: frozenset[str] = frozenset()
    troubles: int = 0


@dataclass
class CaseRecord:
    """One case on the fault-free server.

    `begins_at` is the number that the first new row got or would have got, by kind. `reads` are the parts of the
    contract that were read, `names` the rows that were looked for, of the kinds that runs make. `fails_logins` says
    that a login failed. `wire` is all that was asked for it, clean-up included, with the responses.
    """

    begins_at: Mapping[str, int]
    reads: set[Path] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    fails_logins: bool = False
    wire: list[tuple[Request, Response]] = field(default_factory=list)
    exchanges: tuple[Exchange, ...] = ()
    after: Counters = Counters()

    def meets_others(self, own: str) -> bool:
        """Whether another case may have left what this one meets; names that hold the digits `own` are its alone."""
        return self.fails_logins or any(own not in name for name in self.names)


@dataclass
class Recorder:
    """The fault-free behaviour, watched. `case` is the one under way; preflight has no name."""

    case: str = PREFLIGHT
    records: dict[str, CaseRecord] = field(default_factory=dict)
    _reads: Reads = field(default_factory=Reads)
    _traced: Contract | None = None

    def __call__(self, contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        """Answer honestly, and note what was read for it."""
        if self._traced is None:
            self._traced = tracing(contract, self._reads)
        if self.case not in self.records:
            self.records[self.case] = CaseRecord({kind: state.next_number(kind) or 0 for kind in made_kinds(contract)})
        record = self.records[self.case]
        self._reads.seen = record.reads
        response = work_out(self._traced, _Watched(state, record.names, made_kinds(contract)), request, config, now)
        record.wire.append((request, response))
        record.fails_logins |= any(isinstance(change, LoginFailed) for change in response.changes)
        return response

    def ended(self, exchanges: tuple[Exchange, ...], after: Counters) -> None:
        """The case under way has ended."""
        if self.case in self.records:
            self.records[self.case].exchanges = exchanges
            self.records[self.case].after = after


@dataclass(frozen=True)
class _Watched:
    """A state that notes which rows are looked for, of the kinds that runs make."""

    state: State
    names: set[str]
    kinds: frozenset[str]

    @property
    def settings(self) -> ServerSettings:
        """The server's settings."""
        return self.state.settings

    def next_number(self, kind: str) -> int | None:
        """The number of the next row of that kind."""
        return self.state.next_number(kind)

    def unknown_number(self, kind: str) -> int:
        """A number that no row of that kind has."""
        return self.state.unknown_number(kind)

    def user(self, name: str) -> User | None:
        """The user of that name."""
        return self.state.user(name)

    def find(self, kind: str, key: tuple[str, ...], *, exact: bool, wanted: bool = True) -> Row | None:
        """The row with that key."""
        if kind in self.kinds:
            self.names.add("|".join(key))
        return self.state.find(kind, key, exact=exact, wanted=wanted)

    def rows(self, kind: str) -> Iterable[Row]:
        """The rows of that kind: all that any case has left."""
        if kind in self.kinds:
            self.names.add("")
        return self.state.rows(kind)

    def knows_all(self, kind: str, *, own: bool = False) -> bool:
        """Whether those are all that there are."""
        return self.state.knows_all(kind, own=own)


def made_kinds(contract: Contract) -> frozenset[str]:
    """The kinds of which runs make rows of their own."""
    return frozenset(name for name, kind in contract.kinds.items() if kind.own)


@dataclass(frozen=True)
class Recording:
    """All cases on the fault-free server of one configuration.

    `shared` are those that may meet what others have left, `readers` the cases that read a part of the contract.
    """

    contract: Contract
    records: Mapping[str, CaseRecord]
    shared: frozenset[str]
    readers: Mapping[Path, frozenset[str]]

    def unaffected(self, contract: Contract) -> frozenset[str]:
        """The cases that a server with another contract answers alike; none if preflight may differ already."""
        differs = changed(self.contract, contract)
        affected = frozenset[str]().union(*(self.readers.get(path, frozenset()) for path in differs))
        return frozenset() if PREFLIGHT in affected else frozenset(self.records) - affected - self.shared


def recording(contract: Contract, recorder: Recorder, ground: Ground, numbers: Mapping[str, int]) -> Recording:
    """What a recorder has seen, ready to be asked."""
    owns = {case: ground.did(number)[:-1] for case, number in numbers.items()}
    owned = {case: record for case, record in recorder.records.items() if case in owns}
    shared = {case for case, record in owned.items() if record.meets_others(owns[case])}
    return Recording(contract, recorder.records, frozenset({PREFLIGHT, *shared}), _by_path(recorder.records.items()))


def _by_path(records: Iterable[tuple[str, CaseRecord]]) -> Mapping[Path, frozenset[str]]:
    readers: dict[Path, set[str]] = {}
    for case, record in records:
        for path in record.reads:
            readers.setdefault(path, set()).add(case)
    return {path: frozenset(cases) for path, cases in readers.items()}
