"""Cleaning up from what a run's folder says, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.expand import Login
from conformance.cases.model import Level, Role
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import LoginFailed, LoginSucceeded, Put, State
from conformance.emulator.config import Config
from conformance.emulator.respond import HTML, Response, honest
from conformance.errors import UsageError
from conformance.run.ledger import open_ledger, read_ledger
from conformance.run.plan import Plan
from conformance.run.recover import Recovered, recover
from tests.safety.support import OWN, PASSWORD, RUN, Server, planned, serving
from tests.support.rows import DID, did, find, named


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def plan(server: Server, tmp_path: Path) -> Plan:
    return planned(server.target, tmp_path / "run")


def owe(plan: Plan, *dids: str, name: str = "ledger.jsonl", run: str = RUN) -> None:
    """Write into the ledger that these may exist."""
    ledger = open_ledger(plan.folder / name, run)
    asyncio.run(ledger.claim(named(*dids), "add_did/x/y"))
    ledger.close()


def put(server: Server, *patterns: str) -> None:
    for pattern in patterns:
        server.store.apply((Put(did(server.store.next_number(DID), pattern)),))


def left(plan: Plan) -> dict[str, str]:
    return {str(row): case for row, case in read_ledger(plan.folder / "ledger.jsonl").open.items()}


def test_what_the_ledger_holds_is_removed(server: Server, plan: Plan) -> None:
    before = server.patterns()
    put(server, OWN)
    owe(plan, OWN)
    assert recover(plan).gone == (OWN,)
    assert (server.patterns(), left(plan)) == (before, {})


def test_what_never_came_to_exist_is_confirmed_as_gone(plan: Plan) -> None:
    owe(plan, OWN)
    assert recover(plan).gone == (OWN,)


def test_what_the_ledger_does_not_hold_stays(server: Server, plan: Plan) -> None:
    put(server, OWN, f"{OWN}7", "7275551114")
    owe(plan, OWN)
    recover(plan)
    assert {f"{OWN}7", "7275551114"} <= set(server.patterns())


def test_doing_it_twice_does_no_more(server: Server, plan: Plan) -> None:
    put(server, OWN)
    owe(plan, OWN)
    recover(plan)
    rows = server.rows()
    again = recover(plan)
    assert ((again.gone, again.left), server.rows()) == (((), ()), rows)


def test_a_did_that_somebody_made_since_is_not_removed_by_the_second_time(server: Server, plan: Plan) -> None:
    owe(plan, OWN)
    recover(plan)
    put(server, OWN)
    recover(plan)
    assert OWN in server.patterns()


def test_the_ledgers_of_several_processes_are_all_finished(server: Server, plan: Plan) -> None:
    put(server, OWN, f"{OWN}2")
    owe(plan, OWN)
    owe(plan, f"{OWN}2", name="ledger-gw1.jsonl")
    assert set(recover(plan).gone) == {OWN, f"{OWN}2"}


def test_a_server_that_has_restarted_meanwhile_makes_no_difference(tmp_path: Path) -> None:
    config = Config(state=tmp_path / "dids.sqlite")
    with serving(config) as server:
        plan = planned(server.target, tmp_path / "run")
        port = int(server.url.split(":")[2].split("/")[0])
        put(server, OWN)
    owe(plan, OWN)
    with serving(config, port=port) as server:
        assert recover(plan).gone == (OWN,)
        assert OWN not in server.patterns()


def test_a_ledger_in_which_nothing_is_left_needs_no_server(tmp_path: Path, server: Server) -> None:
    plan = planned(replace(server.target, url="http://127.0.0.1:9/"), tmp_path / "run")
    owe(plan)
    assert recover(plan) == Recovered(prefixes=(f"999{RUN}",))


def test_a_ledger_that_is_missing_is_not_an_empty_one(plan: Plan) -> None:
    assert recover(plan).unread == (f"{plan.folder / 'ledger.jsonl'}: does not exist",)


def test_what_can_be_read_of_a_ledger_that_is_cut_off_is_removed(server: Server, plan: Plan) -> None:
    put(server, OWN)
    owe(plan, OWN)
    with (plan.folder / "ledger.jsonl").open("ab") as file:
        file.write(b'{"may_exist":"999')
    done = recover(plan)
    assert (done.gone, done.unread) == ((OWN,), (f"{plan.folder / 'ledger.jsonl'}: line 4 is cut off",))


def test_a_ledger_that_names_somebody_else_s_did_does_not_get_it_deleted(server: Server, plan: Plan) -> None:
    owe(plan, "7275551114")
    ((item, curl),) = recover(plan).left
    assert "'7275551114' is not one of this run's own DIDs, which begin with 999123456" in item.reason
    assert (curl, item.sql, "7275551114" in server.patterns()) == (None, None, True)


def test_each_ledger_s_digits_say_which_dids_are_its_own(server: Server, plan: Plan) -> None:
    put(server, "99965432100011", OWN)
    owe(plan, "99965432100011", name="ledger-gw0.jsonl", run="654321")
    owe(plan, OWN)
    assert set(recover(plan).gone) == {"99965432100011", OWN}


def test_beside_its_own_live_run_nothing_is_cleaned_up(plan: Plan) -> None:
    run = open_ledger(plan.folder / "ledger.jsonl", RUN)
    asyncio.run(run.claim(named(OWN), "case"))
    with pytest.raises(UsageError, match="a run is under way there"):
        recover(plan)
    run.close()


def test_without_an_admin_it_says_so(plan: Plan) -> None:
    owe(plan, OWN)
    with pytest.raises(UsageError, match="no user to clean up with"):
        recover(replace(plan, target=replace(plan.target, logins={})))


def test_a_server_that_does_not_answer_leaves_the_ledger_as_it_was(plan: Plan) -> None:
    owe(plan, OWN)
    ((item, curl),) = recover(replace(plan, target=replace(plan.target, url="http://127.0.0.1:9/x"))).left
    assert (str(item.row), curl, left(plan)) == (OWN, None, {OWN: "add_did/x/y"})
    assert "connection refused" in item.reason


def with_admin(plan: Plan, user: str, password: str = PASSWORD) -> Plan:
    return replace(plan, target=replace(plan.target, logins={Role.ADMIN: Login(user, password)}))


def test_a_permission_that_was_lost_leaves_the_call_and_the_sql_that_remove_it(server: Server, plan: Plan) -> None:
    put(server, OWN)
    owe(plan, OWN)
    ((item, curl),) = recover(with_admin(plan, "8005")).left
    assert "USER DOES NOT HAVE PERMISSION TO DELETE DIDS" in item.reason
    assert item.sql == f"DELETE FROM vicidial_inbound_dids WHERE did_pattern = '{OWN}';"  # noqa: S608
    assert curl is not None
    assert f"function=update_did&did_pattern={OWN}&delete_did=Y" in curl
    assert f"pass={PASSWORD}" not in curl


def test_what_was_left_can_be_removed_once_the_permission_is_back(server: Server, plan: Plan) -> None:
    put(server, OWN)
    owe(plan, OWN)
    recover(with_admin(plan, "8005"))
    assert recover(plan).gone == (OWN,)


def test_an_entry_that_the_api_cannot_delete_has_only_sql(server: Server, plan: Plan) -> None:
    put(server, "1")
    owe(plan, "1")
    ((item, curl),) = recover(replace(plan, level=Level.FULL)).left
    assert (curl, item.sql) == (None, "DELETE FROM vicidial_inbound_dids WHERE did_pattern = '1';")


def test_sql_quotes_what_a_pattern_may_hold(plan: Plan) -> None:
    owe(plan, f"{OWN}'\\")
    put_back = Config()
    with serving(put_back, lambda c, s, r, config, now: Response(200, HTML, b"VERSION: 2.14-202|\n")) as server:
        ((item, _),) = recover(replace(plan, target=replace(plan.target, url=server.url))).left
    assert item.sql is not None
    assert item.sql.endswith(f"did_pattern = '{OWN}\\'\\\\';")


@pytest.mark.parametrize("pattern", ["default", "did_system_filter", "DEFAULT"])
def test_a_ledger_that_names_a_special_did_does_not_get_it_deleted(server: Server, plan: Plan, pattern: str) -> None:
    put(server, "did_system_filter")
    before = server.rows()
    owe(plan, pattern)
    ((item, _),) = recover(plan).left
    assert (item.sql, server.rows()) == (None, before)
    assert find(server.store, "default") is not None


def test_a_wrong_password_is_tried_once(server: Server, plan: Plan) -> None:
    owe(plan, OWN, f"{OWN}2", f"{OWN}3")
    server.store.apply((LoginSucceeded("6666"),))
    recover(with_admin(plan, "6666", "wrong"))
    assert server.failed_logins("6666") == 1


def test_a_locked_user_leaves_everything_as_it_was(server: Server, plan: Plan) -> None:
    put(server, OWN)
    owe(plan, OWN)
    server.store.apply((LoginSucceeded("6666"), *[LoginFailed("6666")] * 10))
    recovered = recover(plan)
    assert (recovered.gone, left(plan), OWN in server.patterns()) == ((), {OWN: "add_did/x/y"}, True)


def echoing(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """A server that deletes nothing and repeats the password."""
    if "function=version" in request.query:
        return honest(contract, state, request, config, now)
    return Response(200, HTML, f"ERROR: update_did no {PASSWORD}\n".encode())


def test_what_the_server_says_is_shown_without_the_password(tmp_path: Path) -> None:
    with serving(behaviour=echoing) as server:
        plan = planned(server.target, tmp_path / "run")
        owe(plan, OWN)
        ((item, _),) = recover(plan).left
    assert item.reason == "ERROR: update_did no ***"
