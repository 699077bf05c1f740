"""The engine of every run, which remembers what it has judged, and need not send what cannot be answered otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conformance.cases.model import Case
from conformance.contract.request import Request
from conformance.exchange import Exchange
from conformance.run.engine import Engine, Finished
from conformance.selfcheck.memory import Memory, Seen, seen
from conformance.selfcheck.recording import CaseRecord, Counters, Recorder
from conformance.selfcheck.unwritten import NoPace, OwnFailures
from conformance.selfcheck.wire import Direct, Server
from conformance.verdict.judge import Judgement
from conformance.verdict.model import Fail


class Diverged(Exception):  # noqa: N818 - not an error: it says that a shortcut cannot be taken
    """A case has left what the cases after it may meet, so that none of them may be taken from the recording."""


@dataclass
class RememberingEngine(Engine):
    """An engine on one lane. `seen` are the replies to each case that has been judged.

    `recorder` notes what happens. `known` are the cases on the fault-free server, of which the `shared` ones meet what
    others have left. Those in `unaffected` are known to have the replies that they had there, and are not sent.
    """

    memory: Memory = field(kw_only=True)
    server: Server = field(kw_only=True)
    recorder: Recorder | None = field(default=None, kw_only=True)
    known: Mapping[str, CaseRecord] = field(default_factory=dict, kw_only=True)
    shared: frozenset[str] = field(default=frozenset(), kw_only=True)
    unaffected: frozenset[str] = field(default=frozenset(), kw_only=True)
    seen: dict[str, Seen] = field(default_factory=dict, kw_only=True)

    def requests(self, case: Case, number: int) -> Sequence[Request]:
        """What a case sends."""
        found = self.memory.requests.get(case.id)
        if found is None:
            found = self.memory.requests[case.id] = super().requests(case, number)
        return found

    def judgement(self, case: Case, exchanges: Sequence[Exchange]) -> Judgement:
        """What the exchanges of a case come to, in the settings that are still possible."""
        got = self.seen[case.id] = seen(exchanges)
        key = (case.id, self.possible, got)
        found = self.memory.judgements.get(key)
        if found is None:
            found = super().judgement(case, exchanges)
            if not isinstance(found.verdict, Fail):  # replies that fail are a fault's own, and do not come again
                self.memory.keep(key, found)
        return found

    async def _exchange(self, case: Case, lane: int, number: int) -> Finished:
        known = self.known.get(case.id)
        if known is not None and isinstance(self.server, Direct):
            self.server.store.begin_at(known.begins_at)
        if known is not None and case.id not in self.shared and self._answered_alike(case, known):
            return self._judged(case, known.exchanges)
        if self.recorder is not None:
            self.recorder.case = case.id
        finished = await super()._exchange(case, lane, number)
        self._end(case, known, finished)
        return finished

    def _answered_alike(self, case: Case, known: CaseRecord) -> bool:
        """Whether the server answers all of a case's requests as the fault-free one does, clean-up included.

        It is asked until it does not, and then has those replies ready for the requests that are sent.
        """
        if case.id in self.unaffected:
            return True
        if not isinstance(self.server, Direct):
            return False
        replied = []
        for request, usual in known.wire:
            replied.append(self.server.respond(request))
            if replied[-1] != usual:
                self.server.replied.extend(replied)
                return False
        return True

    def _end(self, case: Case, known: CaseRecord | None, finished: Finished) -> None:
        if not isinstance(self.server, Direct):
            return
        after = self._counters(self.server)
        if self.recorder is not None:
            self.recorder.ended(finished.exchanges, after)
        if self.unaffected and known is not None and known.after != after:
            raise Diverged(case.id)

    def _counters(self, server: Direct) -> Counters:
        logins, pace = self.sender.logins, self.sender.pace
        assert isinstance(logins.memory, OwnFailures)
        assert isinstance(pace, NoPace)
        counted = tuple(sorted((logins.memory.count + logins.spent).items()))
        return Counters(server.store.failed_logins(), counted, frozenset(logins.locked), pace.troubles)
