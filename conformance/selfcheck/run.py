"""The whole suite against one server in this process: preflight, then every case in the order of the catalogue.

It is the engine of every run, with its sender, guard and clean-up, on one lane. Only what is the same for every server
is remembered, and nothing is written to the disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case, Level, Role
from conformance.contract.contract import Contract
from conformance.contract.settings import NEWEST_BUILD
from conformance.errors import ConformanceError
from conformance.exchange import Failure, Reply
from conformance.run.engine import CaseJudge, CaseSender, Engine, Exchanging
from conformance.run.failed_logins import Failures
from conformance.run.guard import Guard
from conformance.run.known import possible_settings
from conformance.run.ledger import Ledger
from conformance.run.logins import Logins
from conformance.run.pace import Troubles
from conformance.run.run import first_questions
from conformance.run.sender import Sender
from conformance.selfcheck.cache import CachedJudging, Seen, SuiteCache
from conformance.selfcheck.recording import Counters, Recorder
from conformance.selfcheck.shortcut import CachedSender, Diverged, Shortcut, ShortcutSender
from conformance.selfcheck.target import LOGIN_FAILURES, RUN, ground, target
from conformance.selfcheck.wire import Direct, Server
from conformance.verdict.model import Error, Expect, Verdict


@dataclass(frozen=True)
class Suite:
    """The cases that servers are put to, in the order of the catalogue, how far they may go, and what is expected."""

    contract: Contract
    cases: tuple[Case, ...]
    level: Level = Level.FULL
    expect: Expect = Expect.EITHER

    @classmethod
    def whole(cls, contract: Contract) -> Suite:
        """The catalogue but for byte-level messages: a web server answers these, and not what is faulty."""
        return cls(contract, tuple(case for case in catalogue(contract) if all(s.wire is None for s in case.steps)))


@dataclass(frozen=True)
class Verdicts:
    """What a server came to: each case with its verdict, and the replies that were judged.

    `refused` is why no case was begun at all.
    """

    cases: tuple[tuple[Case, Verdict], ...] = ()
    seen: Mapping[str, Seen] = field(default_factory=dict)
    refused: str | None = None


@dataclass
class OwnFailures:
    """Failed logins that no other run has to know of, and how many each user has. Nothing is written."""

    forget: str = "begin anew"
    count: Counter[str] = field(default_factory=Counter)

    def failures(self, user: str, *, fresh: bool) -> Failures:  # noqa: ARG002 - nobody else writes here
        """What this run has noted; nothing here asks for times."""
        every = (0.0,) * self.count[user]
        return Failures(every, every)

    def note(self, user: str, count: int) -> None:
        """Remember that so many logins failed."""
        self.count[user] += count


@dataclass
class NoPace:
    """As fast as replies come, until there are none."""

    troubles: Troubles = field(default_factory=Troubles)

    @property
    def stopped(self) -> str | None:
        """Why nothing more is to be sent; None while all is well."""
        return self.troubles.stopped

    async def turn(self) -> None:
        """Never wait."""

    def saw(self, result: Reply | Failure) -> None:
        """Take note of what came back."""
        self.troubles.saw(result)


async def run_in_process(
    server: Server, suite: Suite, cache: SuiteCache, recorder: Recorder | None = None, shortcut: Shortcut | None = None
) -> Verdicts:
    """Every case against one server. Raises Diverged if the shortcut does not lead there."""
    failures, pace = OwnFailures(), NoPace()
    logins = Logins(suite.contract, failures, LOGIN_FAILURES, ground().logins[Role.LOCKABLE].user)
    guard = Guard(suite.contract, ground(), suite.level, possible_settings(target(), NEWEST_BUILD))
    sender = Sender(suite.contract, guard, Ledger(None, RUN), logins, pace, server.send, cache.rule)
    try:
        _, possible = await first_questions(sender, ground(), target(), suite.level)
    except ConformanceError as error:
        return Verdicts(refused=str(error))

    def counters(direct: Direct) -> Counters:
        counted = tuple(sorted((failures.count + logins.spent).items()))
        return Counters(direct.store.failed_logins(), counted, frozenset(logins.locked), pace.troubles.count)

    sending = CachedSender(CaseSender(sender, ground()), cache)
    exchanging: Exchanging = sending
    if isinstance(server, Direct):
        exchanging = ShortcutSender(sending, server, counters, recorder, shortcut or Shortcut())
    judging = CachedJudging(CaseJudge(suite.contract, ground(), suite.expect), cache)
    engine = Engine(
        ground=ground(),
        sender=sender,
        exchanging=exchanging,
        judging=judging,
        numbers=numbers(suite.contract),
        cases={case.id: case for case in catalogue(suite.contract)},
        level=suite.level,
        possible=frozenset(possible),
        lanes=1,
    )
    return Verdicts(tuple([(case, await _verdict(engine, case)) for case in suite.cases]), judging.seen)


def numbers(contract: Contract) -> dict[str, int]:
    """The number of each case, which its DIDs carry."""
    return {case.id: number for number, case in enumerate(catalogue(contract))}


async def _verdict(engine: Engine, case: Case) -> Verdict:
    """The verdict on one case; where we crash, the error that a run makes of it."""
    try:
        return (await engine.start(case)).verdict
    except Diverged:
        raise
    except Exception as error:  # noqa: BLE001 - as in a run, one case that breaks must not hide the others
        return Error(reason=f"a bug of ours: {type(error).__name__}: {error}")
