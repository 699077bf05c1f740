"""A run from its opening to its close."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.expand import Login
from conformance.cases.model import Level, Role
from conformance.contract.request import Request
from conformance.contract.settings import NEWEST_BUILD, SqlErrors, SqlMode
from conformance.errors import TargetUnreachable, UsageError
from conformance.exchange import Failure, Reply, Trouble
from conformance.run.files import read_run
from conformance.run.known import possible_settings
from conformance.run.ledger import open_ledger
from conformance.run.plan import new_run
from conformance.run.run import Run, closing
from conformance.run.sender import Send
from tests.safety.support import CASES, OWN, PASSWORD, RUN, Server, carried_out, planned, run_in_process, serving
from tests.support.rows import named

PLAIN = CASES["add_did/did_pattern/plus"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def owed(folder: Path, *dids: str) -> None:
    ledger = open_ledger(folder / "ledger.jsonl", RUN)
    asyncio.run(ledger.claim(named(*dids), "case"))
    ledger.close()


def test_the_folder_says_what_was_run(server: Server, tmp_path: Path) -> None:
    carried_out(run_in_process(server, planned(server.target, tmp_path / "run")), [])
    was = read_run(tmp_path / "run")
    assert (was.url, was.run, was.user, was.level) == (server.url, RUN, "6666", "standard")


def test_user_names_that_are_masked_are_not_in_it(server: Server, tmp_path: Path) -> None:
    carried_out(run_in_process(server, planned(server.target, tmp_path / "run", mask_users=True)), [])
    assert read_run(tmp_path / "run").user == ""


def test_masked_users_are_in_no_record(server: Server, tmp_path: Path) -> None:
    run = run_in_process(server, planned(server.target, tmp_path / "run", mask_users=True))
    (record,), _ = carried_out(run, [PLAIN])
    assert "6666" not in str(record)


def test_passwords_are_in_no_record(server: Server, tmp_path: Path) -> None:
    (record,), _ = carried_out(run_in_process(server, planned(server.target, tmp_path / "run")), [PLAIN])
    assert f"pass={PASSWORD}" not in str(record)


def test_the_facts_say_what_was_found_out(server: Server, tmp_path: Path) -> None:
    _, facts = carried_out(run_in_process(server, planned(server.target, tmp_path / "run")), [PLAIN])
    assert facts.version.startswith("VERSION: 2.14-202|")
    assert (facts.build, facts.left, facts.silent) == (str(NEWEST_BUILD), (), None)


def test_a_server_that_falls_silent_is_told(server: Server, tmp_path: Path) -> None:
    asked: list[Request] = []

    def silent_in_the_end(send: Send) -> Send:
        async def sent(request: Request, lane: int) -> Reply | Failure:
            asked.append(request)
            if "function=version" in request.query and len(asked) > 1:
                return Failure(Trouble.CONNECT, "connection refused")
            return await send(request, lane)

        return sent

    run = run_in_process(server, planned(server.target, tmp_path / "run"), silent_in_the_end)
    _, facts = carried_out(run, [PLAIN])
    assert facts.silent == f"asked {server.url}?function=version: connection refused"


def test_a_server_that_stops_answering_ends_the_run(server: Server, tmp_path: Path) -> None:
    def dead(send: Send) -> Send:
        async def sent(request: Request, lane: int) -> Reply | Failure:
            later = "function=version" not in request.query and "9999" + "1" not in request.query
            return Failure(Trouble.CONNECT, "refused") if later else await send(request, lane)

        return sent

    run = run_in_process(server, planned(server.target, tmp_path / "run", concurrency=1), dead)
    _, facts = carried_out(run, [case for case in CASES.values() if case.subject == "did_route"][:6])
    assert run.stopped == "5 requests in a row got no reply, the last one: refused"
    assert facts.silent is not None
    assert facts.left != ()


def test_an_error_before_the_first_case_is_told_without_passwords(server: Server, tmp_path: Path) -> None:
    def echo(send: Send) -> Send:
        async def sent(request: Request, lane: int) -> Reply | Failure:
            return Failure(Trouble.PROTOCOL, f"broken by {PASSWORD} !")

        return sent

    run = run_in_process(server, planned(server.target, tmp_path / "run"), echo)
    with pytest.raises(TargetUnreachable, match=r"broken by \*\*\* !"), closing(run):
        run.open()


@pytest.mark.parametrize("error", [RuntimeError("a bug"), OSError("a disk")])
def test_a_run_that_crashes_while_it_opens_leaves_no_thread(server: Server, tmp_path: Path, error: Exception) -> None:
    def crash(send: Send) -> Send:
        async def sent(request: Request, lane: int) -> Reply | Failure:
            raise error

        return sent

    run = run_in_process(server, planned(server.target, tmp_path / "run"), crash)
    with pytest.raises(type(error)), closing(run):
        run.open()
    assert "conformance" not in {thread.name for thread in threading.enumerate()}


def test_a_folder_whose_ledger_says_that_something_is_left_is_refused(server: Server, tmp_path: Path) -> None:
    plan = planned(server.target, tmp_path / "run")
    carried_out(run_in_process(server, plan), [])
    owed(plan.folder, OWN)
    with pytest.raises(UsageError, match="an earlier run may have left 1 DIDs: vicidial-conformance cleanup"):
        Run(plan)


@pytest.mark.parametrize("text", ["", "half", None])
def test_a_folder_whose_ledger_cannot_be_read_is_refused(server: Server, tmp_path: Path, text: str | None) -> None:
    plan = planned(server.target, tmp_path / "run")
    carried_out(run_in_process(server, plan), [])
    ledger = plan.folder / "ledger.jsonl"
    ledger.unlink() if text is None else ledger.write_text(text)
    with pytest.raises(UsageError, match="vicidial-conformance cleanup"):
        Run(plan)


def test_a_second_run_into_the_folder_of_a_live_one_is_refused(server: Server, tmp_path: Path) -> None:
    plan = planned(server.target, tmp_path / "run")
    run = Run(plan)
    with pytest.raises(UsageError, match="a run is under way there"):
        Run(plan)
    run.close()


def test_what_an_earlier_run_wrote_is_gone_when_the_next_one_begins(server: Server, tmp_path: Path) -> None:
    plan = planned(server.target, tmp_path / "run")
    carried_out(run_in_process(server, plan), [])
    for name in ("exchanges.jsonl", "report.json", "badge.json"):
        (plan.folder / name).write_text("{}")
    (plan.folder / "ledger-gw3.jsonl").write_text('{"ledger":"123459"}\n{"closed":true}\n')
    (plan.folder / "notes.txt").write_text("mine")
    carried_out(run_in_process(server, plan), [])
    kept = {path.name for path in plan.folder.iterdir() if path.suffix != ".lock"}
    assert kept == {"ledger.jsonl", "run.json", "notes.txt", "exchanges.jsonl"}
    assert (plan.folder / "exchanges.jsonl").read_bytes() == b""


def test_workers_have_ledgers_of_their_own(server: Server, tmp_path: Path) -> None:
    run = Run(planned(server.target, tmp_path / "run"), worker="-gw1")
    run.open()
    run.close()
    assert (tmp_path / "run" / "ledger-gw1.jsonl").is_file()


def test_a_budget_of_failed_logins_is_checked_before_anything_is_sent(server: Server, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--allow-login-failures 4"):
        Run(planned(server.target, tmp_path / "run", login_failures=4))


def test_every_run_has_six_digits() -> None:
    assert {len(new_run()) for _ in range(50)} == {6}


def test_settings_that_are_told_are_not_guessed(server: Server) -> None:
    told = replace(server.target, sql_mode=SqlMode.STRICT, non_latin=True, sql_errors=SqlErrors.THROWN)
    assert len(possible_settings(told, NEWEST_BUILD)) == 1
    assert len(possible_settings(server.target, NEWEST_BUILD)) == 8


def test_a_target_without_an_admin_can_be_probed(server: Server, tmp_path: Path) -> None:
    target = replace(server.target, logins={Role.LEVEL7: Login("7001", PASSWORD)})
    run = run_in_process(server, planned(target, tmp_path / "run", level=Level.PROBE))
    records, facts = carried_out(run, [case for case in CASES.values() if case.subject in ("login", "role")])
    assert len(records) > 10
    assert facts.left == ()


def test_a_clean_up_that_breaks_off_still_tells_what_is_left(server: Server, tmp_path: Path) -> None:
    def crash(send: Send) -> Send:
        async def sent(request: Request, lane: int) -> Reply | Failure:
            if "99712" in request.query:
                raise RuntimeError(f"a bug with {PASSWORD} !")
            return await send(request, lane)

        return sent

    run = run_in_process(server, planned(server.target, tmp_path / "run"), crash)
    asyncio.run(run.sender.ledger.claim(named("9991234569971212"), "case"))
    _, facts = carried_out(run, [])
    assert facts.left == ("9991234569971212",)
    assert facts.silent is not None
    assert facts.silent.endswith("please report it: RuntimeError: a bug with *** !")


def test_a_user_to_lock_out_cannot_be_one_that_is_needed(server: Server, tmp_path: Path) -> None:
    logins = {**server.target.logins, Role.LOCKABLE: server.target.logins[Role.ADMIN]}
    with pytest.raises(UsageError, match=r"\[roles\.lockable\] 6666: is another role's user too"):
        Run(planned(replace(server.target, logins=logins), tmp_path / "run"))
