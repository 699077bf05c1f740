"""Failed logins of real users: a budget that outlives the run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.errors import UsageError
from conformance.exchange import Failure, Reply, Trouble
from conformance.run.failed_logins import FailedLogins
from conformance.run.logins import Logins
from tests.safety.support import LOCK_LINE, LOGIN_LINE, MISSING, OWN, Script, call, html, sending

HOST = "dialer.example"


def logins(folder: Path, budget: int = 0, host: str = HOST, password: str = "1234") -> Logins:
    passwords = dict.fromkeys(("6666", "7001", "8004"), password)
    return Logins(load_contract(), FailedLogins(folder / "failed-logins.jsonl", host, passwords), budget)


@pytest.mark.parametrize("budget", [-1, 4, 10])
def test_a_budget_beyond_three_is_refused(tmp_path: Path, budget: int) -> None:
    with pytest.raises(UsageError, match=rf"--allow-login-failures {budget}: must be from 0 to 3"):
        logins(tmp_path, budget)


def test_without_failures_the_whole_budget_is_left(tmp_path: Path) -> None:
    assert logins(tmp_path, 3).left("6666") == 3


def test_a_user_whose_login_never_failed_may_send(tmp_path: Path) -> None:
    assert logins(tmp_path).refusal("6666") is None


def test_without_a_budget_one_failed_login_ends_it_for_that_user(tmp_path: Path) -> None:
    counted = logins(tmp_path)
    counted.saw("6666", html(LOGIN_LINE))
    assert "a login of 6666 was refused before" in (counted.refusal("6666") or "")


def test_a_failed_login_of_one_user_does_not_stop_another(tmp_path: Path) -> None:
    counted = logins(tmp_path)
    counted.saw("6666", html(LOGIN_LINE))
    assert counted.refusal("7001") is None


def test_the_documented_form_of_the_reply_counts_too(tmp_path: Path) -> None:
    counted = logins(tmp_path, 1)
    counted.saw("6666", html("ERROR: Login incorrect, please try again - 6666|secret|BAD\n"))
    assert counted.left("6666") == 0


def test_a_later_run_remembers(tmp_path: Path) -> None:
    logins(tmp_path).saw("6666", html(LOGIN_LINE))
    assert logins(tmp_path).refusal("6666") is not None


def test_the_budgets_of_several_runs_are_one(tmp_path: Path) -> None:
    for _ in range(2):
        logins(tmp_path, 3).saw("6666", html(LOGIN_LINE))
    assert logins(tmp_path, 3).left("6666") == 1


def test_another_host_has_users_of_its_own(tmp_path: Path) -> None:
    logins(tmp_path).saw("6666", html(LOGIN_LINE))
    assert logins(tmp_path, host="other.example").refusal("6666") is None


def test_logins_that_will_fail_count_before_they_are_sent(tmp_path: Path) -> None:
    logins(tmp_path, 3).spend("8004", 2)
    assert logins(tmp_path, 3).left("8004") == 1


def test_logins_that_were_counted_beforehand_do_not_count_twice(tmp_path: Path) -> None:
    counted = logins(tmp_path, 3)
    counted.spend("8004", 1)
    counted.saw("8004", html(LOGIN_LINE))
    assert counted.left("8004") == 2


def test_a_login_that_worked_is_known_to_work(tmp_path: Path) -> None:
    counted = logins(tmp_path)
    counted.saw("6666", html(MISSING))
    assert counted.proven == {"6666"}


@pytest.mark.parametrize("body", [LOGIN_LINE, LOCK_LINE, "VERSION: 2.14-202|BUILD: x\n", "", "<html>"])
def test_other_replies_prove_no_login(tmp_path: Path, body: str) -> None:
    counted = logins(tmp_path)
    counted.saw("6666", html(body))
    assert counted.proven == set()


def test_a_locked_user_sends_nothing_more(tmp_path: Path) -> None:
    transport = Script([html(LOCK_LINE)])
    sender = sending(tmp_path, transport)

    async def three_times() -> list[Reply | Failure]:
        question = call("update_did", f"did_pattern={OWN}")
        return [(await sender.send(question, "case", 0)).result for _ in range(3)]

    results = asyncio.run(three_times())
    sender.ledger.close()
    assert len(transport.requests) == 1
    assert isinstance(results[2], Failure)
    assert results[2].message.startswith("not sent: the server has locked user 6666")


def test_another_user_than_the_locked_one_still_may(tmp_path: Path) -> None:
    transport = Script([html(LOCK_LINE)])
    sender = sending(tmp_path, transport)

    async def both() -> None:
        for user in ("6666", "7001"):
            await sender.send(call("update_did", f"did_pattern={OWN}", user), "case", 0)

    asyncio.run(both())
    sender.ledger.close()
    assert len(transport.requests) == 2


def test_a_wrong_password_fails_once_however_many_are_in_flight(tmp_path: Path) -> None:
    transport = Script([html(LOGIN_LINE)], first=lambda _: asyncio.sleep(0.001))
    sender = sending(tmp_path, transport)

    async def all_at_once() -> None:
        questions = (call("update_did", f"did_pattern={OWN}") for _ in range(16))
        await asyncio.gather(*(sender.send(q, f"case {n}", n) for n, q in enumerate(questions)))

    asyncio.run(all_at_once())
    sender.ledger.close()
    assert len(transport.requests) == 1


def test_once_a_login_has_worked_requests_of_its_user_go_side_by_side(tmp_path: Path) -> None:
    under_way, most = 0, 0

    async def count(_: Request) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1

    sender = sending(tmp_path, Script([html(MISSING)], first=count))

    async def first_and_rest() -> None:
        question = call("update_did", f"did_pattern={OWN}")
        await sender.send(question, "case", 0)
        await asyncio.gather(*(sender.send(question, "case", n) for n in range(8)))

    asyncio.run(first_and_rest())
    sender.ledger.close()
    assert most == 8


def test_a_user_that_cannot_exist_is_not_counted(tmp_path: Path) -> None:
    transport = Script([html("ERROR: Login incorrect, please try again: |nosuchuser|x|BAD|\n")])
    sender = sending(tmp_path, transport)

    async def three_times() -> None:
        for _ in range(3):
            await sender.send(call("update_did", f"did_pattern={OWN}", "nosuchuser"), "case", 0)

    asyncio.run(three_times())
    sender.ledger.close()
    assert len(transport.requests) == 3
    assert not (tmp_path / "failed-logins.jsonl").exists()


def test_silence_proves_no_login(tmp_path: Path) -> None:
    sender = sending(tmp_path, Script([Failure(Trouble.TIMEOUT, "slow")]))
    asyncio.run(sender.send(call("update_did", f"did_pattern={OWN}"), "case", 0))
    sender.ledger.close()
    assert sender.logins.proven == set()
