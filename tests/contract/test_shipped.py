"""What servers do where no scenario was recorded, from docs/observed.md, and where nobody knows."""

from dataclasses import replace

import pytest

from conformance.contract.outcome import Outcome
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlErrors, SqlMode
from conformance.contract.world import LoginFailed, LoginSucceeded, Put, World
from tests.support.asking import CONTRACT, outcome, request, shipped, silence
from tests.support.rows import DID, did, find
from tests.support.world import DEFAULTS, RECORDED_DIDS, USERS, recorded_world

FREE = "7275559000"
MASTER = "7275551114"
ADD = request("add_did", did_pattern=FREE)
STRICT = ServerSettings(sql_mode=SqlMode.STRICT)
BAD = "ERROR: Login incorrect, please try again: |6666|{}|BAD|\n"


def failing(count: int, *, lock_holds: bool = True) -> World:
    user = replace(USERS["6666"], failed_logins=count, lock_holds=lock_holds)
    return replace(recorded_world(), users={**USERS, "6666": user})


def test_a_user_is_locked_after_ten_failed_logins_right_password_included() -> None:
    assert shipped(ADD, failing(10)) == "ERROR: Too many login attempts, try again in 15 minutes: |6666|LOCK|\n"


def test_a_user_is_not_locked_after_nine() -> None:
    assert shipped(ADD, failing(9)) == f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{FREE}\n"


def test_a_lock_that_no_longer_holds_does_not_lock() -> None:
    assert shipped(ADD, failing(10, lock_holds=False)) == f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{FREE}\n"


def test_each_failed_login_is_counted_and_the_tenth_locks() -> None:
    world, wrong = recorded_world(), request("add_did", password="9999", did_pattern=FREE)
    for _ in range(10):
        assert shipped(wrong, world) == BAD.format("9999")
        world = world.after(outcome(wrong, Dialect.SHIPPED, world).changes)
    assert "LOCK" in shipped(wrong, world)


def test_a_good_login_starts_the_count_again() -> None:
    end = outcome(ADD, Dialect.SHIPPED, failing(9))
    assert LoginSucceeded("6666") in end.changes
    assert failing(9).after(end.changes).users["6666"].failed_logins == 0


def test_an_unknown_user_is_never_counted() -> None:
    assert outcome(request("add_did", user="nobody"), Dialect.SHIPPED).changes == ()


@pytest.mark.parametrize("user", ["8004", "1001"])
def test_a_right_password_of_somebody_who_may_not_log_in_counts_as_a_failure(user: str) -> None:
    end = outcome(request("add_did", user=user), Dialect.SHIPPED)
    assert end.changes == (LoginFailed(user),)
    assert end.quirks == {"below-level-7-cannot-log-in"}


def hidden_world() -> World:
    hidden = did(2, "7275551114", RECORDED_DIDS[2].columns, group="SECRET")
    user = replace(USERS["6666"], groups=frozenset({"ADMIN", "---ALL---"}))
    return replace(recorded_world().holding(hidden), users={"6666": user})


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (
            request("update_did", did_pattern=MASTER, active="N"),
            f"ERROR: update_did DID DOES NOT EXIST: |6666|{MASTER}\n",
        ),
        (
            request("copy_did", source_did_pattern=MASTER, new_dids=FREE),
            f"ERROR: copy_did SOURCE DID DOES NOT EXIST: |6666|{MASTER}\n",
        ),
        (request("add_did", did_pattern=MASTER), f"ERROR: add_did DID ALREADY EXISTS: |6666|{MASTER}\n"),
    ],
)
def test_a_did_of_a_group_that_the_caller_may_not_view_is_seen_by_add_did_only(asked: Request, line: str) -> None:
    assert shipped(asked, hidden_world()) == line


def test_a_did_of_a_group_that_the_caller_may_view_is_seen() -> None:
    plus = request("update_did", did_pattern="+17275550100", active="N")
    assert shipped(plus, hidden_world()) == "SUCCESS: update_did DID HAS BEEN UPDATED - 6666|+17275550100\n"


def test_a_function_newer_than_the_server_is_no_function() -> None:
    world = recorded_world(ServerSettings(Build(2, 14, 191)))
    asked = request("copy_did", source_did_pattern=MASTER, new_dids=FREE)
    assert shipped(asked, world) == "ERROR: NO FUNCTION SPECIFIED\n"


@pytest.mark.parametrize("name", ["ADD_DID", "", "nosuch", "common"])
def test_an_unknown_or_wrongly_cased_function_is_no_function(name: str) -> None:
    assert shipped(request(name)) == "ERROR: NO FUNCTION SPECIFIED\n"


def test_a_field_older_than_its_build_is_ignored_without_a_word() -> None:
    world = recorded_world(ServerSettings(Build(2, 14, 154)))
    end = outcome(request("update_did", did_pattern=MASTER, list_id="1"), Dialect.SHIPPED, world)
    assert [answer.name for answer in end.answers] == ["no-updates"]


def test_deleting_is_asked_for_by_a_capital_y_only() -> None:
    asked = request("update_did", did_pattern=MASTER, delete_did="y")
    assert shipped(asked) == "NOTICE: update_did NO UPDATES DEFINED: |6666|\n"


def test_where_nobody_knows_the_next_did_id_any_number_is_expected() -> None:
    world = replace(recorded_world(), numbers={})
    asked = request("copy_did", source_did_pattern=MASTER, new_dids="7275559001,7275559002")
    assert [line.split("|")[3] for line in shipped(asked, world).splitlines()[:2]] == ["<number>", "<number>"]


def test_dids_of_unknown_id_stay_apart_in_the_world() -> None:
    world = replace(recorded_world(), numbers={})
    asked = request("copy_did", source_did_pattern=MASTER, new_dids="7275559001,7275559002")
    after = world.after(outcome(asked, Dialect.SHIPPED, world).changes)
    assert {row.name for row in after.rows(DID)} >= {"7275559001", "7275559002"}


def test_a_did_that_was_created_under_an_unknown_id_can_be_deleted() -> None:
    world = replace(recorded_world(), numbers={})
    world = world.after(outcome(ADD, Dialect.SHIPPED, world).changes)
    asked = request("update_did", did_pattern=FREE, delete_did="Y")
    assert shipped(asked, world) == f"SUCCESS: update_did DID HAS BEEN DELETED - 6666|{FREE}|<number>\n"
    assert find(world.after(outcome(asked, Dialect.SHIPPED, world).changes), FREE) is None


@pytest.mark.parametrize(("sent", "stored"), [("123abc", 123), ("abc", 0), ("00999", 999)])
def test_legacy_sql_stores_the_digits_that_a_list_id_begins_with(sent: str, stored: int) -> None:
    end = outcome(request("add_did", did_pattern=FREE, list_id=sent), Dialect.SHIPPED)
    assert end.changes == (Put(did(4, FREE, {**DEFAULTS, "list_id": stored})),)


def test_strict_sql_refuses_an_update_that_does_not_fit_and_changes_nothing() -> None:
    asked = request("update_did", did_pattern=MASTER, list_id="abcd")
    end = outcome(asked, Dialect.SHIPPED, recorded_world(STRICT))
    assert (end.status, end.answers, end.changes) == (500, (), ())


def test_an_agent_search_method_in_another_case_is_stored_as_listed() -> None:
    end = outcome(request("add_did", did_pattern=FREE, agent_search_method="lo"), Dialect.SHIPPED)
    assert end.changes == (Put(did(4, FREE, {**DEFAULTS, "agent_search_method": "LO"})),)


def test_the_same_number_twice_in_a_copy_is_added_then_exists() -> None:
    asked = request("copy_did", source_did_pattern=MASTER, new_dids="7275559001,7275559001")
    assert shipped(asked).splitlines() == [
        f"NOTICE: copy_did DID HAS BEEN ADDED - 6666|7275559001|{MASTER}|4|1",
        "NOTICE: copy_did DID ALREADY EXISTS - 6666|7275559001",
        f"SUCCESS: copy_did DIDS HAVE BEEN ADDED - 6666|{MASTER}|1|1",
    ]


def test_numbers_that_differ_in_letter_case_only_are_the_same_number_to_a_copy() -> None:
    asked = request("copy_did", source_did_pattern=MASTER, new_dids="SALES,sales")
    assert shipped(asked).splitlines()[1] == "NOTICE: copy_did DID ALREADY EXISTS - 6666|sales"


def test_a_copy_onto_existing_numbers_never_meets_its_bad_description() -> None:
    asked = request("copy_did", source_did_pattern=MASTER, new_dids="+17275550100", did_description="short")
    assert shipped(asked).splitlines() == [
        "NOTICE: copy_did DID ALREADY EXISTS - 6666|+17275550100",
        f"ERROR: copy_did NO DIDS ADDED - 6666|{MASTER}|0|1",
    ]
    assert outcome(asked, Dialect.SHIPPED).quirks == {"copy-description-checked-late"}


def test_a_head_request_does_the_work_and_prints_nothing() -> None:
    end = outcome(replace(ADD, method="HEAD"), Dialect.SHIPPED)
    assert (end.answers, len(end.changes)) == ((), 1)


def test_an_apostrophe_in_the_url_does_the_work_and_answers_500() -> None:
    asked = replace(ADD, query=f"{ADD.query}&comments=it's")
    end = outcome(asked, Dialect.SHIPPED)
    assert (end.status, shipped(asked)) == (500, f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{FREE}\n")


def test_php_before_8_1_goes_on_where_the_database_refuses() -> None:
    world = recorded_world(ServerSettings(sql_mode=SqlMode.STRICT, sql_errors=SqlErrors.IGNORED))
    asked = request("add_did", did_pattern=FREE, list_id="letters", source="t" * 21)
    end = outcome(replace(asked, query=f"{asked.query}&x=it's"), Dialect.SHIPPED, world)
    assert (end.status, [answer.name for answer in end.answers], end.changes) == (200, ["added"], ())
    assert {"success-without-storing", "list-id-letters-and-14"} <= end.quirks


OLD = recorded_world(ServerSettings(Build(2, 14, 137)))
OLD_NON_LATIN = recorded_world(ServerSettings(Build(2, 14, 137), non_latin=True))


@pytest.mark.parametrize(
    ("asked", "world", "why"),
    [
        (replace(ADD, query=f"{ADD.query}&source=t&x=it's"), recorded_world(), "apostrophe-500 does"),
        (replace(ADD, query=f"{ADD.query}&x=it's"), failing(10), "apostrophe-500 does"),
        (request("add_did", did_pattern="7'5"), OLD_NON_LATIN, "quotes in such SQL"),
        (request("add_did", did_pattern=FREE, DB="1", active="N"), OLD, "print for DB=1"),
        (request("add_did", did_pattern=MASTER, DB="1"), OLD, "print for DB=1"),
        (request("add_lead", phone_number="7275551212"), recorded_world(), "what add_lead answers then"),
    ],
    ids=[
        "apostrophe-and-short-source",
        "apostrophe-and-lock",
        "old-non-latin",
        "debug",
        "debug-2",
        "sampled",
    ],
)
def test_what_nobody_recorded_is_not_guessed(asked: Request, world: World, why: str) -> None:
    assert why in silence(asked, Dialect.SHIPPED, world)


@pytest.mark.parametrize(("number", "query"), [(179, "&DB=1"), (137, "&DB=0"), (137, "")])
def test_nothing_is_printed_for_debugging_by_newer_builds_or_unasked(number: int, query: str) -> None:
    world = recorded_world(ServerSettings(Build(2, 14, number)))
    assert (
        shipped(replace(ADD, query=ADD.query + query), world) == f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{FREE}\n"
    )


@pytest.mark.parametrize("dialect", Dialect)
def test_predicting_does_not_change_the_world(dialect: Dialect) -> None:
    world = recorded_world()
    assert isinstance(predict(CONTRACT, world, ADD, dialect), Outcome)
    assert world == recorded_world()
