"""Which cases are sent, in what company, and what becomes of those that are not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.expand import Ground
from conformance.cases.model import Case, Level, Role, Step
from conformance.contract.request import Request
from conformance.contract.settings import OLDEST_BUILD, ServerSettings
from conformance.exchange import Exchange, Failure, Reply, Trouble
from conformance.run.engine import Engine, worlds
from conformance.run.run import Run
from conformance.run.sender import Send
from conformance.verdict.model import Blocked, Error, NotTested, VerdictKind, kind
from tests.safety.support import CASES, CONTRACT, Server, carried_out, planned, run_in_process, serving
from tests.support.rows import DID

PLAIN = CASES["add_did/active/Y"] if "add_did/active/Y" in CASES else CASES["add_did/did_pattern/plus"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@contextmanager
def under_way(run: Run) -> Iterator[Run]:
    run.open()
    try:
        yield run
    finally:
        run.close()


def verdict(run: Run, case: Case) -> object:
    (record,), _ = carried_out(run, [case])
    return record.result.verdict


def test_a_case_of_a_level_that_is_not_allowed_is_not_tested(server: Server, tmp_path: Path) -> None:
    plan = planned(server.target, tmp_path / "run", level=Level.PROBE)
    found = verdict(run_in_process(server, plan), PLAIN)
    assert found == NotTested(missing="level standard", setting="--allow-writes")


def test_a_case_of_level_full_names_its_own_flag(server: Server, tmp_path: Path) -> None:
    full = next(case for case in CASES.values() if case.level is Level.FULL)
    found = verdict(run_in_process(server, planned(server.target, tmp_path / "run")), full)
    assert found == NotTested(missing="level full", setting="--level full")


def test_a_case_whose_need_is_missing_names_the_setting(server: Server, tmp_path: Path) -> None:
    logins = {role: login for role, login in server.target.logins.items() if role is not Role.OTHER_GROUP}
    target = replace(server.target, logins=logins)
    found = verdict(run_in_process(server, planned(target, tmp_path / "run")), CASES["add_did/role/other-group"])
    assert isinstance(found, NotTested)
    assert found.setting == "[roles] other_group in the target file"


def test_what_the_proof_for_a_kind_needs_is_asked_for_though_the_case_itself_does_without(
    server: Server, tmp_path: Path
) -> None:
    case = CASES["update_list/life-cycle/missing"]
    entities = {entity: name for entity, name in server.target.entities.items() if entity != "campaign"}
    assert "campaign" not in case.needs
    found = verdict(run_in_process(server, planned(replace(server.target, entities=entities), tmp_path / "run")), case)
    assert found == NotTested(missing="campaign", setting="[entities] campaign in the target file")


def test_without_a_budget_no_login_of_a_real_user_is_made_to_fail(server: Server, tmp_path: Path) -> None:
    found = verdict(run_in_process(server, planned(server.target, tmp_path / "run")), CASES["add_did/role/inactive"])
    assert found == NotTested(missing="a failed login of 8004", setting="--allow-login-failures 3")
    assert server.failed_logins("8004") == 0


def test_a_budget_is_not_exceeded_whatever_cases_ask_for(tmp_path: Path) -> None:
    inactive = [CASES[f"{function}/role/inactive"] for function in ("add_did", "copy_did", "update_did")]
    with serving() as server:
        for number in range(3):  # each a run of its own, beside the one before
            run = run_in_process(server, planned(server.target, tmp_path / f"run{number}", login_failures=2))
            carried_out(run, inactive)
        assert server.failed_logins("8004") <= 2


def test_a_lost_reply_to_a_login_that_fails_is_counted_all_the_same(tmp_path: Path) -> None:
    def lose(send: Send) -> Send:
        async def lost(request: Request, lane: int) -> Reply | Failure:
            reply = await send(request, lane)
            return Failure(Trouble.PROTOCOL, "lost") if "user=8004" in request.query else reply

        return lost

    with serving() as server:
        for number in range(3):
            plan = planned(server.target, tmp_path / f"run{number}", login_failures=1)
            carried_out(run_in_process(server, plan, lose), [CASES["update_did/role/inactive"]])
        assert server.failed_logins("8004") <= 1


def test_a_case_begun_twice_is_sent_once(server: Server, tmp_path: Path) -> None:
    with under_way(run_in_process(server, planned(server.target, tmp_path / "run"))) as run:
        run.ask(PLAIN)
        run.result(PLAIN)
        sent = run.sent
        run.result(PLAIN)
        assert run.sent == sent


def test_a_case_whose_dependency_fails_is_blocked(server: Server, tmp_path: Path) -> None:
    dependent = next(case for case in CASES.values() if case.depends and case.level is Level.STANDARD)

    def nonsense(send: Send) -> Send:
        async def sent(request: Request, lane: int) -> Reply | Failure:
            reply = await send(request, lane)
            first = CASES[dependent.depends[0]]
            if f"{list(CASES).index(first.id):04d}" in request.query and isinstance(reply, Reply):
                return replace(reply, body="nonsense\n")
            return reply

        return sent

    found = verdict(run_in_process(server, planned(server.target, tmp_path / "run"), nonsense), dependent)
    assert found == Blocked(by=dependent.depends[0])


def test_a_dependency_that_only_fails_to_show_its_effect_blocks_nothing(server: Server, tmp_path: Path) -> None:
    dependent = next(case for case in CASES.values() if case.depends and case.level is Level.STANDARD)
    number = f"{list(CASES).index(dependent.depends[0]):04d}"
    seen: list[str] = []

    def nonsense_afterwards(send: Send) -> Send:
        async def sent(request: Request, lane: int) -> Reply | Failure:
            reply = await send(request, lane)
            seen.extend([number] if number in request.query else [])
            wrong = number in request.query and len(seen) == 2
            return replace(reply, body="nonsense\n") if wrong and isinstance(reply, Reply) else reply

        return sent

    found = verdict(run_in_process(server, planned(server.target, tmp_path / "run"), nonsense_afterwards), dependent)
    assert kind(found) in (VerdictKind.PASS, VerdictKind.DEVIATION)


def test_a_case_without_a_reply_ends_there_as_an_error(server: Server, tmp_path: Path) -> None:
    number = f"{list(CASES).index(PLAIN.id):04d}"

    def broken(send: Send) -> Send:
        async def sent(request: Request, lane: int) -> Reply | Failure:
            if f"{planned(server.target, tmp_path / 'x').ground.prefix}{number}" in request.query:
                return Failure(Trouble.PROTOCOL, "broken")
            return await send(request, lane)

        return sent

    found = verdict(run_in_process(server, planned(server.target, tmp_path / "run"), broken), PLAIN)
    assert isinstance(found, Error)


def test_a_hand_made_case_with_somebody_elses_number_is_not_sent(server: Server, tmp_path: Path) -> None:
    steps = tuple(
        replace(step, params=tuple(replace(p, value="7275551114") if "<did>" in p.value else p for p in step.params))
        for step in PLAIN.steps
    )
    before = server.rows()
    found = verdict(run_in_process(server, planned(server.target, tmp_path / "run")), replace(PLAIN, steps=steps))
    assert isinstance(found, Error)
    assert "not sent: '7275551114' is not one of this run's own DIDs" in found.reason
    assert server.rows() == before


class Watched:
    """How many requests are under way at the same time, for each case number."""

    def __init__(self, send: Send) -> None:
        self.send, self.under_way, self.most = send, 0, 0

    async def __call__(self, request: Request, lane: int) -> Reply | Failure:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.002)
        reply = await self.send(request, lane)
        self.under_way -= 1
        return reply


def test_cases_are_under_way_side_by_side_on_their_lanes(server: Server, tmp_path: Path) -> None:
    watched: list[Watched] = []

    def wrap(send: Send) -> Send:
        watched.append(Watched(send))
        return watched[0]

    run = run_in_process(server, planned(server.target, tmp_path / "run", concurrency=4), wrap)
    carried_out(run, [case for case in CASES.values() if case.subject == "did_route"][:16])
    assert watched[0].most == 4


def test_an_exclusive_case_has_the_server_to_itself(tmp_path: Path) -> None:
    together: list[bool] = []
    under_way_now: set[str] = set()

    def wrap(send: Send) -> Send:
        async def sent(request: Request, lane: int) -> Reply | Failure:
            inactive = "user=8004" in request.query
            together.append(inactive and bool(under_way_now))
            under_way_now.add(request.query)
            await asyncio.sleep(0.002)
            reply = await send(request, lane)
            under_way_now.discard(request.query)
            return reply

        return sent

    with serving() as server:
        run = run_in_process(server, planned(server.target, tmp_path / "run", login_failures=3), wrap)
        others = [case for case in CASES.values() if case.subject == "did_route"][:8]
        carried_out(run, [*others[:4], CASES["add_did/role/inactive"], *others[4:]])
    assert not any(together)


def test_closing_drops_what_has_not_begun(server: Server, tmp_path: Path) -> None:
    before = server.rows()
    run = run_in_process(server, planned(server.target, tmp_path / "run", concurrency=2))
    run.open()
    for case in CASES.values():
        run.ask(case)
    facts = run.close()
    assert facts.requests < 200
    assert (server.rows(), facts.left) == (before, ())


def test_a_case_of_nobodys_catalogue_may_run_as_often_as_asked(server: Server, tmp_path: Path) -> None:
    with under_way(run_in_process(server, planned(server.target, tmp_path / "run"))) as run:
        records = run.once([(PLAIN, 7000), (PLAIN, 7001)])
    assert {kind(record.result.verdict) for record in records} <= {VerdictKind.PASS, VerdictKind.DEVIATION}


def test_such_a_case_too_needs_a_budget_for_logins_that_fail(tmp_path: Path) -> None:
    with serving() as server:
        with under_way(run_in_process(server, planned(server.target, tmp_path / "run"))) as run:
            (record,) = run.once([(CASES["add_did/role/inactive"], 7000)])
        assert isinstance(record.result.verdict, NotTested)
        assert server.failed_logins("8004") == 0


def test_such_a_case_too_keeps_to_the_level(server: Server, tmp_path: Path) -> None:
    plan = planned(server.target, tmp_path / "run", level=Level.PROBE)
    with under_way(run_in_process(server, plan)) as run:
        (record,) = run.once([(PLAIN, 7000)])
    assert isinstance(record.result.verdict, NotTested)


def test_a_did_that_may_or_may_not_exist_doubles_the_worlds() -> None:
    ground = Ground({}, {}, "123456")
    case = Case("update_did/x/y", "", "", Level.PROBE, (Step("update_did"),), maybe=("9_",))
    found = worlds(case, ground, CONTRACT, frozenset({ServerSettings()}))
    assert sorted(len(list(world.rows(DID))) for world in found) == [0, 1]


def test_a_permission_that_no_role_is_defined_by_may_be_there_or_not(server: Server) -> None:
    ground = Ground(server.target.logins, server.target.entities, "123456")
    case = next(case for case in CASES.values() if case.function == "add_lead" and Role.ADMIN in case.needs)
    one = frozenset({ServerSettings()})
    assert len(worlds(case, ground, CONTRACT, one)) == 2 * len(worlds(replace(case, id="x/y/z"), ground, CONTRACT, one))


def test_an_engine_learns_the_servers_settings_from_its_replies(server: Server, tmp_path: Path) -> None:
    with under_way(run_in_process(server, planned(server.target, tmp_path / "run"))) as run:
        engine: Engine = run._engine
        before = engine.possible
        for case in [case for case in CASES.values() if case.subject == "agent_search_method"]:
            run.result(case)
        assert engine.possible < before


def test_exchanges_of_a_case_are_kept_in_the_order_they_were_sent(server: Server, tmp_path: Path) -> None:
    with under_way(run_in_process(server, planned(server.target, tmp_path / "run"))) as run:
        finished = run._wait(run._finish(PLAIN))
    assert all(isinstance(exchange, Exchange) for exchange in finished.exchanges)
    assert len(finished.exchanges) == len(PLAIN.steps)


def test_a_case_whose_replies_are_known_of_newer_builds_only_is_not_tested(server: Server, tmp_path: Path) -> None:
    debug = CASES["add_did/transport/debug"]
    old = replace(planned(server.target, tmp_path / "run").target, build=OLDEST_BUILD)

    found = verdict(run_in_process(server, replace(planned(server.target, tmp_path / "run"), target=old)), debug)

    assert isinstance(found, NotTested)
    assert found.missing == "build 2.14-168"
