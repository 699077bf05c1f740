"""What the safety tests share: an emulator to watch, plans against it, and runs whose every request can be met."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

from starlette.applications import Starlette

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import Ground, Login
from conformance.cases.model import Case, Entity, Level, Role
from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.contract.settings import ServerSettings
from conformance.contract.world import Column
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, honest
from conformance.emulator.server import running
from conformance.emulator.store import Store
from conformance.exchange import Failure, Reply
from conformance.run.failed_logins import FailedLogins
from conformance.run.guard import Guard
from conformance.run.ledger import open_ledger
from conformance.run.logins import Logins
from conformance.run.pace import Pace
from conformance.run.plan import Plan
from conformance.run.record import Record
from conformance.run.run import Facts, Run
from conformance.run.run import closing as closing_run
from conformance.run.sender import Send, Sender
from conformance.run.settings import Target, load_target, resolve
from conformance.run.transport import Transport
from conformance.verdict.model import Expect
from tests.support.rows import dids_after

PASSWORD = "1234"
RUN = "123456"
SETTLING = 0.2
"""Seconds that servers of tests may go on working on what they have not answered."""

CONTRACT = load_contract()
CASES = {case.id: case for case in catalogue(CONTRACT)}
Wrap = Callable[[Send], Send]


def built_in_target(url: str) -> Target:
    """The emulator's own users and entities, at that URL."""
    with_roles = load_target(Path(str(files("conformance.emulator") / "target.toml")))
    return replace(resolve(url, with_roles, None, None, {"VICIDIAL_EMULATOR_PASS": PASSWORD}), disposable=True)


def planned(target: Target, folder: Path, **options: object) -> Plan:
    folder.mkdir(parents=True, exist_ok=True)
    given: dict[str, object] = {
        "target": target,
        "level": Level.STANDARD,
        "expect": Expect.EITHER,
        "concurrency": 8,
        "timeout": 10.0,
        "verify": True,
        "folder": folder,
        "run": RUN,
        "settling": SETTLING,
        **options,
    }
    return Plan(**given)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Server:
    """An emulator under way, reached over HTTP or in this process."""

    url: str
    app: Starlette

    @property
    def store(self) -> Store:
        store = self.app.state.store
        assert isinstance(store, Store)
        return store

    @property
    def target(self) -> Target:
        return built_in_target(self.url)

    def rows(self) -> list[Mapping[str, Column]]:
        return dids_after(self.store)

    def patterns(self) -> list[object]:
        return [row["did_pattern"] for row in self.rows()]

    def failed_logins(self, user: str) -> int:
        found = self.store.user(user)
        assert found is not None
        return found.failed_logins


@contextmanager
def serving(config: Config | None = None, behaviour: Behaviour = honest, port: int = 0) -> Iterator[Server]:
    config = config or Config()
    app = create_app(config, behaviour=behaviour)
    with closing(app.state.store), running(config, port=port, app=app) as url:
        yield Server(url, app)


def run_in_process(server: Server, plan: Plan, wrap: Wrap = lambda send: send) -> Run:
    """A run whose requests reach the emulator without a socket, through `wrap`."""
    run = Run(plan)
    run.transport = Transport(plan.target.url, plan.concurrency, plan.timeout, app=server.app)
    run.sender.transport = wrap(run.transport.send)
    return run


def carried_out(run: Run, cases: Sequence[Case]) -> tuple[list[Record], Facts]:
    with closing_run(run):
        run.open()
        for case in cases:
            run.ask(case)
        records = [run.result(case) for case in cases]
    return records, run.close()


GROUND = Ground(
    {
        Role.ADMIN: Login("6666", PASSWORD),
        Role.LEVEL7: Login("7001", PASSWORD),
        Role.INACTIVE: Login("8004", PASSWORD),
    },
    {Entity("ingroup"): "TEST_IN2"},
    RUN,
)
OWN = f"999{RUN}00011"


def call(function: str, rest: str = "", user: str = "6666", password: str = PASSWORD) -> Request:
    return Request(f"source=test&user={user}&pass={password}&function={function}&{rest}")


@dataclass
class Script:
    """A transport that gives set answers, the last one again and again; it keeps what it was asked."""

    answers: list[Reply | Failure]
    requests: list[Request] = field(default_factory=list)
    first: Callable[[Request], Awaitable[None]] | None = None

    async def __call__(self, request: Request, lane: int) -> Reply | Failure:
        self.requests.append(request)
        if self.first is not None:
            await self.first(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def html(body: str, status: int = 200) -> Reply:
    return Reply(status, "text/html; charset=utf-8", body, 0.01)


MISSING = f"ERROR: update_did DID DOES NOT EXIST: |6666|{OWN}\n"
ADDED = f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{OWN}\n"
LOGIN_LINE = "ERROR: Login incorrect, please try again: |6666|secret|BAD|\n"
LOCK_LINE = "ERROR: Too many login attempts, try again in 15 minutes: |6666|LOCK|\n"


def sending(folder: Path, transport: Send, level: Level = Level.STANDARD, budget: int = 0) -> Sender:
    """A sender with real parts around that transport. Close its ledger."""
    guard = Guard(CONTRACT, GROUND, level, (ServerSettings(), ServerSettings(non_latin=True)))
    passwords = {login.user: login.password for login in GROUND.logins.values()}
    logins = Logins(CONTRACT, FailedLogins(folder / "failed-logins.jsonl", "x", passwords), budget)
    return Sender(CONTRACT, guard, open_ledger(folder / "ledger.jsonl", RUN, SETTLING), logins, Pace(), transport)
