"""The whole suite against one server in this process: preflight, then every case in the order of the catalogue.

It is the engine of every run, with its sender, guard and clean-up, on one lane. Only what is the same for every server
is remembered, and nothing is written to the disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case, Level, Role
from conformance.contract.load import load_contract
from conformance.contract.model import NEWEST_BUILD
from conformance.errors import ConformanceError
from conformance.run.known import possible_settings
from conformance.run.ledger import Ledger
from conformance.run.logins import Logins
from conformance.run.run import first_questions
from conformance.selfcheck.engine import Diverged, RememberingEngine
from conformance.selfcheck.memory import Memory, RememberingGuard, RememberingSender, Seen
from conformance.selfcheck.recording import CaseRecord, Recorder
from conformance.selfcheck.target import LOGIN_FAILURES, RUN, ground, target
from conformance.selfcheck.unwritten import NoPace, OwnFailures
from conformance.selfcheck.wire import Server
from conformance.verdict.model import Error, Expect, Verdict


def written_out() -> tuple[Case, ...]:
    """The catalogue's cases but for those with byte-level messages: a web server answers these, not what is faulty."""
    return tuple(case for case in catalogue(load_contract()) if all(step.wire is None for step in case.steps))


@dataclass(frozen=True)
class Suite:
    """The cases that servers are put to, in the order of the catalogue, how far they may go, and what is expected."""

    cases: tuple[Case, ...] = field(default_factory=written_out)
    level: Level = Level.FULL
    expect: Expect = Expect.EITHER


@dataclass(frozen=True)
class Verdicts:
    """What a server came to: each case with its verdict, and the replies that were judged.

    `refused` is why no case was begun at all.
    """

    cases: tuple[tuple[Case, Verdict], ...] = ()
    seen: Mapping[str, Seen] = field(default_factory=dict)
    refused: str | None = None


@dataclass(frozen=True)
class Shortcut:
    """What need not be sent: what the fault-free server answered, and the cases that this one answers alike."""

    known: Mapping[str, CaseRecord] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    unaffected: frozenset[str] = frozenset()


async def run_in_process(
    server: Server, suite: Suite, memory: Memory, recorder: Recorder | None = None, shortcut: Shortcut | None = None
) -> Verdicts:
    """Every case against one server. Raises Diverged if the shortcut does not lead there."""
    sender = _sender(server, suite.level, memory)
    try:
        _, possible = await first_questions(sender, ground(), target(), suite.level)
    except ConformanceError as error:
        return Verdicts(refused=str(error))
    cut = shortcut or Shortcut()
    engine = RememberingEngine(
        contract=load_contract(),
        ground=ground(),
        sender=sender,
        numbers=numbers(),
        cases={case.id: case for case in catalogue(load_contract())},
        level=suite.level,
        expect=suite.expect,
        possible=frozenset(possible),
        lanes=1,
        memory=memory,
        server=server,
        recorder=recorder,
        known=cut.known,
        shared=cut.shared,
        unaffected=cut.unaffected,
    )
    return Verdicts(tuple([(case, await _verdict(engine, case)) for case in suite.cases]), engine.seen)


def numbers() -> dict[str, int]:
    """The number of each case, which its DIDs carry."""
    return {case.id: number for number, case in enumerate(catalogue(load_contract()))}


async def _verdict(engine: RememberingEngine, case: Case) -> Verdict:
    """The verdict on one case; where we crash, the error that a run makes of it."""
    try:
        return (await engine.start(case)).verdict
    except Diverged:
        raise
    except Exception as error:  # noqa: BLE001 - as in a run, one case that breaks must not hide the others
        return Error(reason=f"a bug of ours: {type(error).__name__}: {error}")


def _sender(server: Server, level: Level, memory: Memory) -> RememberingSender:
    settings = possible_settings(target(), NEWEST_BUILD)
    guard = RememberingGuard(load_contract(), ground(), level, settings, memory=memory)
    logins = Logins(OwnFailures(), LOGIN_FAILURES, ground().logins[Role.LOCKABLE].user)
    return RememberingSender(load_contract(), guard, Ledger(None, RUN), logins, NoPace(), server.send, memory=memory)
