"""What the emulator remembers: DIDs, their numbers, failed logins; and for how long."""

import sqlite3
from pathlib import Path

import pytest

from conformance.contract.request import Request
from conformance.contract.world import Drop, Put
from conformance.emulator.config import Config
from conformance.emulator.store import Store
from conformance.errors import UsageError
from tests.emulator.asgi import Emulator, FakeClock, emulator
from tests.support.rows import DID, did, dids_after, find

ADDED = "SUCCESS: add_did DID HAS BEEN ADDED - 6666|9990001\n"
BAD = "ERROR: Login incorrect, please try again: |6666|wrong|BAD|\n"
LOCKED = "ERROR: Too many login attempts, try again in 15 minutes: |6666|LOCK|\n"


def fail_logins(it: Emulator, times: int) -> list[str]:
    return [it.call("add_did", password="wrong") for _ in range(times)]


def good_login(it: Emulator) -> str:
    return it.call("add_did", did_pattern="9990001")


def test_ten_failed_logins_lock_the_right_password_out(shipped: Emulator) -> None:
    fail_logins(shipped, 10)
    assert good_login(shipped) == LOCKED


def test_nine_failed_logins_do_not(shipped: Emulator) -> None:
    fail_logins(shipped, 9)
    assert good_login(shipped) == ADDED


def test_a_good_login_begins_the_count_again(shipped: Emulator) -> None:
    fail_logins(shipped, 9)
    good_login(shipped)
    assert fail_logins(shipped, 9) == [BAD] * 9


def test_a_lock_holds_until_900_seconds_after_the_last_good_login(shipped: Emulator, clock: FakeClock) -> None:
    clock.goes_on(5000)
    good_login(shipped)
    fail_logins(shipped, 10)
    clock.goes_on(899)
    assert good_login(shipped) == LOCKED


def test_a_lock_holds_no_longer(shipped: Emulator, clock: FakeClock) -> None:
    fail_logins(shipped, 10)
    clock.goes_on(900)
    assert good_login(shipped) == ADDED


def test_the_failure_after_a_lock_that_ran_out_begins_count_and_time_again(shipped: Emulator, clock: FakeClock) -> None:
    fail_logins(shipped, 10)
    clock.goes_on(900)
    assert fail_logins(shipped, 11) == [BAD] * 10 + [LOCKED]


def test_a_login_whose_reply_nobody_knows_ends_a_row_of_failures(shipped: Emulator) -> None:
    fail_logins(shipped, 9)
    shipped.call("add_lead", phone_number="7275551212")
    assert fail_logins(shipped, 2) == [BAD] * 2


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_good_login_counts_even_after_no_failure(shipped: Emulator, clock: FakeClock, method: str) -> None:
    clock.goes_on(5000)
    shipped.ask(Request("source=test&user=6666&pass=1234&function=add_did&did_pattern=999", method=method))
    fail_logins(shipped, 10)
    assert good_login(shipped) == LOCKED


def test_version_is_no_login(shipped: Emulator) -> None:
    fail_logins(shipped, 9)
    shipped.call("version")
    assert fail_logins(shipped, 2) == [BAD, LOCKED]


def test_unknown_users_never_lock(shipped: Emulator) -> None:
    answers = {shipped.call("add_did", user="nobody1", password="x") for _ in range(12)}
    assert answers == {"ERROR: Login incorrect, please try again: |nobody1|x|BAD|\n"}


def test_a_did_id_is_never_used_again(shipped: Emulator) -> None:
    good_login(shipped)
    shipped.call("update_did", did_pattern="9990001", delete_did="Y")
    good_login(shipped)
    assert shipped.columns("9990001")["did_id"] == 6


def test_no_did_of_the_emulator_has_the_number_of_an_unknown_one(shipped: Emulator) -> None:
    good_login(shipped)
    assert shipped.store.unknown_number(DID) not in {row["did_id"] for row in dids_after(shipped.store)}


def test_letter_case_is_disregarded_in_any_script(shipped: Emulator) -> None:
    shipped.store.apply((Put(did(4, "ÉCOLE")),))
    found = find(shipped.store, "école", exact=False)
    assert found is not None
    assert found.name == "ÉCOLE"


def test_an_exact_search_minds_letter_case(shipped: Emulator) -> None:
    shipped.store.apply((Put(did(4, "SALES")),))
    assert find(shipped.store, "sales") is None


def test_changes_are_made_all_or_none(shipped: Emulator) -> None:
    before = dids_after(shipped.store)
    impossible = Put(did(2**70, "9990002"))
    with pytest.raises(OverflowError):
        shipped.store.apply((Drop(did(2, "7275551114")), impossible))
    assert dids_after(shipped.store) == before


def test_dids_survive_a_restart_with_the_same_state_file(tmp_path: Path) -> None:
    config = Config(state=tmp_path / "state.sqlite")
    with emulator(config) as first:
        good_login(first)
        rows = dids_after(first.store)
    with emulator(config) as second:
        assert dids_after(second.store) == rows


def test_a_lock_survives_a_restart_with_the_same_state_file(tmp_path: Path) -> None:
    config = Config(state=tmp_path / "state.sqlite")
    with emulator(config) as first:
        fail_logins(first, 10)
    with emulator(config) as second:
        assert good_login(second) == LOCKED


def test_without_a_state_file_nothing_survives(shipped: Emulator) -> None:
    good_login(shipped)
    with emulator() as another:
        assert good_login(another) == ADDED


def test_a_state_file_in_use_by_another_emulator_is_refused(tmp_path: Path) -> None:
    config = Config(state=tmp_path / "state.sqlite")
    with emulator(config), pytest.raises(UsageError, match=r"state\.sqlite: database is locked"):
        Store(config)


def test_a_state_file_in_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"state\.sqlite: unable to open"):
        Store(Config(state=tmp_path / "missing" / "state.sqlite"))


def test_a_state_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database " * 100)
    with pytest.raises(UsageError, match=r"notes\.txt: file is not a database"):
        Store(Config(state=path))


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE notes (line TEXT)")
    database.close()
    with pytest.raises(UsageError, match=r"other\.sqlite: was not written by this version"):
        Store(Config(state=path))
