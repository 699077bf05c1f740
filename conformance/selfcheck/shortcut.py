"""Cases that need not be sent: those to which a server answers as the fault-free one has answered already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from conformance.cases.expand import requests
from conformance.cases.model import Case
from conformance.run.engine import CaseSender, Exchanged
from conformance.selfcheck.cache import SuiteCache
from conformance.selfcheck.recording import CaseRecord, Counters, Recorder
from conformance.selfcheck.wire import Direct


class Diverged(Exception):  # noqa: N818 - not an error: it says that a shortcut cannot be taken
    """A case has left what the cases after it may meet, so that none of them may be taken from the recording."""


@dataclass(frozen=True)
class Shortcut:
    """What need not be sent: what the fault-free server answered, and the cases that this one answers alike.

    `known` are the cases on the fault-free server, of which the `shared` ones meet what others have left. Those in
    `unaffected` are known to have the replies that they had there.
    """

    known: Mapping[str, CaseRecord] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    unaffected: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CachedSender:
    """Sends a case, whose requests are expanded once for all servers."""

    sending: CaseSender
    cache: SuiteCache

    async def __call__(self, case: Case, number: int, lane: int) -> Exchanged:
        """The exchanges of a case."""
        found = self.cache.requests.get(case.id)
        if found is None:
            found = self.cache.requests[case.id] = requests(case, self.sending.ground, number)
        return await self.sending.send(found, case, lane)


@dataclass(frozen=True)
class ShortcutSender:
    """Sends a case to a server that is asked directly, unless its replies are known.

    `recorder` notes what happens. `counters` are those of failed logins and of requests without a reply.
    """

    sending: CachedSender
    server: Direct
    counters: Callable[[Direct], Counters]
    recorder: Recorder | None = None
    shortcut: Shortcut = Shortcut()

    async def __call__(self, case: Case, number: int, lane: int) -> Exchanged:
        """The exchanges of a case. Raises Diverged if it left something else than on the fault-free server."""
        known = self.shortcut.known.get(case.id)
        if known is not None:
            self.server.store.begin_at(known.begins_at)
            if case.id not in self.shortcut.shared and self._answered_alike(case, known):
                return Exchanged(known.exchanges)
        if self.recorder is not None:
            self.recorder.case = case.id
        done = await self.sending(case, number, lane)
        self._end(case, known, done)
        return done

    def _answered_alike(self, case: Case, known: CaseRecord) -> bool:
        """Whether the server answers all of a case's requests as the fault-free one does, clean-up included.

        It is asked until it does not, and then has those replies ready for the requests that are sent.
        """
        if case.id in self.shortcut.unaffected:
            return True
        replied = []
        for request, usual in known.wire:
            replied.append(self.server.respond(request))
            if replied[-1] != usual:
                self.server.replied.extend(replied)
                return False
        return True

    def _end(self, case: Case, known: CaseRecord | None, done: Exchanged) -> None:
        after = self.counters(self.server)
        if self.recorder is not None:
            self.recorder.ended(tuple(done.exchanges), after)
        if self.shortcut.unaffected and known is not None and known.after != after:
            raise Diverged(case.id)
