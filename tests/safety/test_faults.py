"""One fault at any request of a run: nothing is left on the server, and nobody's login fails too often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conformance.cases.model import Case, Level, Role
from conformance.contract.request import Request
from conformance.contract.world import LoginSucceeded
from conformance.errors import TargetUnreachable, UsageError
from conformance.exchange import Failure, Reply, Trouble
from conformance.run.recover import recover
from conformance.run.run import Run
from conformance.run.sender import Send
from tests.safety.support import CASES, Server, carried_out, planned, run_in_process, serving

pytestmark = pytest.mark.untraced

BUDGET = 3
INACTIVE = "8004"
Answer = Reply | Failure


async def _reply_lost(send: Send, request: Request, lane: int) -> Answer:
    await send(request, lane)
    return Failure(Trouble.PROTOCOL, "the connection broke off")


async def _error_500(send: Send, request: Request, lane: int) -> Answer:
    await send(request, lane)
    return Reply(500, "text/html; charset=utf-8", "")


async def _reset(send: Send, request: Request, lane: int) -> Answer:
    return Failure(Trouble.PROTOCOL, "the connection was reset")


async def _timed_out(send: Send, request: Request, lane: int) -> Answer:
    await send(request, lane)
    return Failure(Trouble.TIMEOUT, "no complete reply in time")


async def _truncated(send: Send, request: Request, lane: int) -> Answer:
    answer = await send(request, lane)
    assert isinstance(answer, Reply)
    return Reply(answer.status, answer.content_type, answer.body[: len(answer.body) // 2])


async def _twice(send: Send, request: Request, lane: int) -> Answer:
    await send(request, lane)
    return await send(request, lane)


Fault = Callable[[Send, Request, int], Awaitable[Answer]]
FAULTS: dict[str, Fault] = {
    "reply lost": _reply_lost,
    "500 after the work": _error_500,
    "connection reset": _reset,
    "time-out after the work": _timed_out,
    "truncated body": _truncated,
    "work done twice": _twice,
}


@dataclass
class Faulty:
    """A way to the server on which one request, counted from 0, meets a fault."""

    send: Send
    fault: Fault
    at: int
    sent: int = 0

    async def __call__(self, request: Request, lane: int) -> Answer:
        number, self.sent = self.sent, self.sent + 1
        if number == self.at:
            return await self.fault(self.send, request, lane)
        return await self.send(request, lane)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def _with_those_it_depends_on(ids: list[str]) -> list[Case]:
    wanted = dict.fromkeys(ids)
    for id in ids:
        wanted.update(dict.fromkeys(CASES[id].depends))
    return [CASES[id] for id in wanted]


def _run(run: Run, cases: list[Case]) -> None:
    """A fault in preflight ends a run before its first case."""
    try:
        carried_out(run, cases)
    except (TargetUnreachable, UsageError):
        return


IDS = sorted(case.id for case in CASES.values() if case.level < Level.FULL)


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    ids=st.lists(st.sampled_from(IDS), min_size=1, max_size=8, unique=True),
    fault=st.sampled_from(sorted(FAULTS)),
    at=st.integers(0, 45),
)
@example(ids=["add_did/role/inactive", "copy_did/role/inactive", "update_did/role/inactive"], fault="reply lost", at=6)
def test_after_any_single_fault_the_did_table_is_what_it_was(
    server: Server, ids: list[str], fault: str, at: int
) -> None:
    server.store.apply((LoginSucceeded(INACTIVE),))
    before = server.rows()
    with TemporaryDirectory() as folder:
        plan = planned(server.target, Path(folder) / "run", login_failures=BUDGET)
        run = run_in_process(server, plan, lambda send: Faulty(send, FAULTS[fault], at))
        try:
            _run(run, _with_those_it_depends_on(ids))
        finally:
            left = run.sender.ledger.open
        recovered = recover(plan)
    assert server.rows() == before
    assert recovered.left == ()
    assert set(recovered.gone) == set(left)
    twice = fault == "work done twice"  # a login that something on the way repeats fails twice for one that we send
    assert all(server.failed_logins(user) <= BUDGET + twice for user in ("6666", "7001", "8001", "8002", INACTIVE))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_request_of_one_case_is_made_good_by_the_run_itself(
    server: Server, tmp_path: Path, fault: str
) -> None:
    before = server.rows()
    for at in range(5, 12):  # the first five are preflight's
        run = run_in_process(
            server, planned(server.target, tmp_path / str(at)), lambda send, at=at: Faulty(send, FAULTS[fault], at)
        )
        carried_out(run, [CASES["add_did/did_pattern/longest"]])
        assert (server.rows(), run.sender.ledger.open) == (before, ())


@dataclass
class Late:
    """A server that carries out the first add of a case only when the next case is under way."""

    send: Send
    did: str
    owed: list[Request] = field(default_factory=list)
    done: bool = False

    async def __call__(self, request: Request, lane: int) -> Answer:
        mine = self.did in request.query
        if mine and "function=add_did" in request.query and not self.owed:
            self.owed.append(request)
            return Failure(Trouble.TIMEOUT, "no complete reply in time")
        if self.owed and not mine and not self.done:
            self.done = True
            await self.send(self.owed[0], lane)
        return await self.send(request, lane)


def test_an_add_that_a_server_carries_out_long_after_it_timed_out_is_removed_too(
    server: Server, tmp_path: Path
) -> None:
    before = server.rows()
    first, second = CASES["add_did/did_pattern/longest"], CASES["add_did/did_pattern/plus"]
    plan = planned(server.target, tmp_path / "run", concurrency=1)
    did = plan.ground.did(list(CASES).index(first.id))
    late: list[Late] = []

    def wrap(send: Send) -> Send:
        late.append(Late(send, did))
        return late[0]

    run = run_in_process(server, plan, wrap)
    run.open()
    run.result(first)
    run.result(second)
    run.close()
    assert late[0].done
    assert server.rows() == before


def test_a_wrong_password_of_every_role_fails_once_each(tmp_path: Path) -> None:
    with serving() as server:
        logins = {role: replace(login, password="wrong") for role, login in server.target.logins.items()}
        logins[Role.ADMIN] = server.target.logins[Role.ADMIN]
        made = replace(server.target, logins=logins)
        run = run_in_process(server, planned(made, tmp_path / "run", concurrency=16))
        carried_out(run, [case for case in CASES.values() if case.subject == "role"])
        assert {server.failed_logins(login.user) for login in logins.values()} == {0, 1}
