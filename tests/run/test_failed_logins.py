"""Failed logins are remembered for a server, a user and a password, and forgotten after a quarter of an hour."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from conformance.contract.load import load_contract
from conformance.errors import UsageError
from conformance.run import failed_logins as module
from conformance.run.failed_logins import LOCK_SECONDS, FailedLogins, state_file
from conformance.run.logins import MOST_TOGETHER, Logins, logins_of
from tests.safety.support import LOGIN_LINE, OWN, Script, built_in_target, call, html, planned, sending

NAME = "failed-logins.jsonl"
REFUSED = html(LOGIN_LINE)


def logins(folder: Path, password: str = "1234", budget: int = 0, host: str = "dialer.example") -> Logins:
    return Logins(load_contract(), FailedLogins(folder / NAME, host, {"6666": password, "Admin": password}), budget)


def fail(folder: Path, password: str = "1234", user: str = "6666", host: str = "dialer.example") -> None:
    logins(folder, password, host=host).saw(user, REFUSED)


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / NAME).read_bytes().splitlines()]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock."""

    def set_to(now: float) -> None:
        monkeypatch.setattr(module, "time", lambda: now)

    set_to(10_000)
    return set_to


def test_a_corrected_password_goes_through_at_once(tmp_path: Path) -> None:
    fail(tmp_path, "12345")
    assert logins(tmp_path, "1234").refusal("6666") is None


def test_the_password_that_failed_is_not_sent_again(tmp_path: Path) -> None:
    fail(tmp_path, "12345")
    assert "with this password" in (logins(tmp_path, "12345").refusal("6666") or "")


def test_what_failed_on_one_server_may_be_sent_to_another(tmp_path: Path) -> None:
    fail(tmp_path)
    assert logins(tmp_path, host="dialer.example:8080").refusal("6666") is None


def test_a_user_in_other_letters_is_the_same_user(tmp_path: Path) -> None:
    fail(tmp_path, user="Admin")
    other = Logins(load_contract(), FailedLogins(tmp_path / NAME, "dialer.example", {"ADMIN": "1234"}))
    assert other.refusal("ADMIN") is not None


def test_six_failures_with_one_password_or_another_are_all_that_a_user_has(tmp_path: Path) -> None:
    for number in range(5):
        fail(tmp_path, f"wrong{number}")
    assert logins(tmp_path, "right").refusal("6666") is None
    fail(tmp_path, "wrong5")
    assert "6 logins of 6666 were refused, with one password or another" in (
        logins(tmp_path, "right").refusal("6666") or ""
    )


def test_logins_that_are_made_to_fail_come_out_of_the_six(tmp_path: Path) -> None:
    for number in range(4):
        fail(tmp_path, f"wrong{number}")
    assert logins(tmp_path, "right", 3).left("6666") == MOST_TOGETHER - 4


def test_logins_that_are_made_to_fail_may_use_up_the_six(tmp_path: Path) -> None:
    for number in range(3):
        fail(tmp_path, f"wrong{number}")
    counted = logins(tmp_path, "right", 3)
    counted.spend("6666", 3)
    for _ in range(3):
        assert counted.refusal("6666") is None
        counted.saw("6666", REFUSED)
    assert counted.refusal("6666") is not None


def test_the_refusal_names_the_file_and_how_to_clear_it(tmp_path: Path) -> None:
    fail(tmp_path)
    assert (logins(tmp_path).refusal("6666") or "").endswith(f", unless you delete {tmp_path / NAME}")


def test_deleting_the_file_clears_it_even_for_a_run_under_way(tmp_path: Path) -> None:
    counted = logins(tmp_path)
    counted.saw("6666", REFUSED)
    (tmp_path / NAME).unlink()
    assert counted.refusal("6666") is None


def test_the_refusal_advises_no_option_that_the_command_may_not_have(tmp_path: Path) -> None:
    fail(tmp_path)
    assert "--" not in (logins(tmp_path).refusal("6666") or "--")


def test_the_refusal_says_until_when(tmp_path: Path, clock: Callable[[float], None]) -> None:
    fail(tmp_path)
    clock(10_100)
    assert "until 03:01:40 UTC" in (logins(tmp_path).refusal("6666") or "")


def test_after_a_quarter_of_an_hour_it_is_forgotten(tmp_path: Path, clock: Callable[[float], None]) -> None:
    fail(tmp_path)
    clock(10_000 + LOCK_SECONDS - 1)
    assert logins(tmp_path).refusal("6666") is not None
    clock(10_000 + LOCK_SECONDS)
    assert logins(tmp_path).refusal("6666") is None


def test_a_run_does_not_forget_what_it_has_seen_fail(tmp_path: Path, clock: Callable[[float], None]) -> None:
    counted = logins(tmp_path)
    counted.saw("6666", REFUSED)
    clock(10_000 + 4 * LOCK_SECONDS)
    assert counted.refusal("6666") is not None


def test_what_was_noted_while_the_clock_was_ahead_ends_a_quarter_of_an_hour_after_it_is_right(
    tmp_path: Path, clock: Callable[[float], None]
) -> None:
    clock(10_000_000)
    fail(tmp_path)
    clock(20_000)
    assert logins(tmp_path).refusal("6666") is not None
    clock(20_000 + LOCK_SECONDS)
    assert logins(tmp_path).refusal("6666") is None


def test_a_clock_set_back_during_a_run_hides_no_failure(tmp_path: Path, clock: Callable[[float], None]) -> None:
    counted = logins(tmp_path)
    clock(5_000)
    counted.saw("6666", REFUSED)
    assert counted.refusal("6666") is not None


def test_what_is_too_old_leaves_the_file_when_something_is_noted(
    tmp_path: Path, clock: Callable[[float], None]
) -> None:
    fail(tmp_path, "old")
    clock(10_000 + LOCK_SECONDS)
    fail(tmp_path, "new")
    assert [line["at"] for line in lines(tmp_path)] == [10_000 + LOCK_SECONDS]


def test_several_failures_of_one_password_tell_no_more_of_it_than_one(tmp_path: Path) -> None:
    fail(tmp_path)
    fail(tmp_path, host="other.example")
    fail(tmp_path, user="Admin")
    assert len({(line["salt"], line["tag"]) for line in lines(tmp_path)}) == 1


def test_a_password_that_fails_after_a_long_time_has_the_tag_that_it_had(
    tmp_path: Path, clock: Callable[[float], None]
) -> None:
    fail(tmp_path)
    before = lines(tmp_path)[0]
    clock(10_000 + 2 * LOCK_SECONDS)
    fail(tmp_path)
    assert [(line["salt"], line["tag"]) for line in lines(tmp_path)] == [(before["salt"], before["tag"])]


def test_the_tag_is_two_bytes_long(tmp_path: Path) -> None:
    fail(tmp_path, "hush77")
    assert re.fullmatch(r"[A-Za-z0-9+/]{3}=", str(lines(tmp_path)[0]["tag"]))


def test_the_file_holds_no_password(tmp_path: Path) -> None:
    fail(tmp_path, "hush77")
    assert b"hush77" not in (tmp_path / NAME).read_bytes()


def test_two_files_have_other_tags_for_one_password(tmp_path: Path) -> None:
    fail(tmp_path / "one")
    fail(tmp_path / "two")
    assert lines(tmp_path / "one")[0]["salt"] != lines(tmp_path / "two")[0]["salt"]


def test_nothing_is_computed_of_a_password_whose_user_never_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(tmp_path, user="Admin")
    monkeypatch.setattr("hashlib.scrypt", None)
    assert logins(tmp_path).refusal("6666") is None


def test_the_folder_is_for_its_user_alone(tmp_path: Path) -> None:
    logins(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_run_knows_at_once_what_another_has_seen_fail(tmp_path: Path) -> None:
    counted = logins(tmp_path)
    fail(tmp_path)
    assert counted.refusal("6666") is not None


def test_several_processes_lose_no_failure_of_each_other(tmp_path: Path) -> None:
    every = [logins(tmp_path, f"wrong{number}", host=f"{number}.example") for number in range(8)]
    threads = [threading.Thread(target=one.saw, args=("6666", REFUSED)) for one in every]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {line["host"] for line in lines(tmp_path)} == {f"{number}.example" for number in range(8)}


@pytest.mark.parametrize("data", [b"nonsense\n", b'{"host": 1}\n', b'{"host":"htt', b"\0" * 9, b"[" * 100_000])
def test_a_line_that_is_no_entry_could_be_a_failed_login_and_ends_the_run(tmp_path: Path, data: bytes) -> None:
    (tmp_path / NAME).write_bytes(data)
    with pytest.raises(UsageError, match=rf"{NAME}, line 1: is no failed login .*: delete the file") as said:
        logins(tmp_path)
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("made", ["file", "lock", "folder"])
def test_a_folder_that_cannot_be_used_is_one_line_with_the_remedy(tmp_path: Path, made: str) -> None:
    folder = tmp_path / "state"
    if made == "folder":
        folder.write_bytes(b"")
    else:
        (folder / {"file": NAME, "lock": "failed-logins.lock"}[made]).mkdir(parents=True)
    with pytest.raises(UsageError, match=rf"^{folder / NAME}: .*failed logins are remembered there.*XDG_STATE_HOME"):
        logins(folder)


def test_a_process_that_keeps_the_file_to_itself_is_not_waited_for_endlessly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    with FileLock(tmp_path / "failed-logins.lock"), pytest.raises(UsageError, match="could not be acquired"):
        logins(tmp_path)


def test_no_home_is_one_line_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(_: str) -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(module, "user_state_path", homeless)
    with pytest.raises(UsageError, match="XDG_STATE_HOME"):
        state_file()


def test_a_failure_that_cannot_be_noted_ends_the_requests_of_that_user(tmp_path: Path) -> None:
    counted = logins(tmp_path / "state")
    (tmp_path / "state" / "failed-logins.tmp").mkdir()
    counted.saw("6666", REFUSED)
    assert "that could not be noted: " in (counted.refusal("6666") or "")
    assert counted.refusal("Admin") is None


def test_a_sender_says_why_nothing_more_is_sent(tmp_path: Path) -> None:
    transport = Script([REFUSED])
    sender = sending(tmp_path, transport)

    async def twice() -> str:
        question = call("update_did", f"did_pattern={OWN}")
        await sender.send(question, "case", 0)
        return str((await sender.send(question, "case", 0)).result)

    said = asyncio.run(twice())
    sender.ledger.close()
    assert (len(transport.requests), f"delete {tmp_path / NAME}" in said) == (1, True)


@pytest.mark.parametrize("urls", [("http://h/", "http://h:80/"), ("http://H/", "https://h:443/")])
def test_one_server_has_one_memory_in_every_spelling_of_its_url(tmp_path: Path, urls: tuple[str, str]) -> None:
    first, second = (logins_of(load_contract(), built_in_target(url), 0) for url in urls)
    first.saw("6666", REFUSED)
    assert second.refusal("6666") is not None


def test_what_failed_is_remembered_wherever_the_report_goes(tmp_path: Path) -> None:
    target = built_in_target("http://h/")
    first, second = (planned(target, tmp_path / name / "report") for name in "ab")
    logins_of(load_contract(), first.target, first.login_failures).saw("6666", REFUSED)
    assert logins_of(load_contract(), second.target, second.login_failures).refusal("6666") is not None
