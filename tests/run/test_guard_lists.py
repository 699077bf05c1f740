"""What the guard lets out of calls for lists: one of them can delete the leads of somebody else."""

import pytest

from conformance.cases.expand import Ground, Login
from conformance.cases.model import Level, Role
from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.contract.settings import Build, ServerSettings
from conformance.contract.world import RowName
from conformance.run.guard import Forbidden, Guard

GROUND = Ground({Role.ADMIN: Login("6666", "secret")}, {}, "123456")
OWN = "99912345600011"
NEW, OLD = ServerSettings(), ServerSettings(Build(2, 14, 179))
LEVELS = (Level.STANDARD, Level.FULL)


def guard(level: Level, *settings: ServerSettings) -> Guard:
    return Guard(load_contract(), GROUND, level, settings or (NEW, OLD))


def update(rest: str) -> Request:
    return Request(f"source=test&user=6666&pass=secret&function=update_list&{rest}")


def add(rest: str) -> Request:
    return Request(f"source=test&user=6666&pass=secret&function=add_list&{rest}")


FOREIGN = {
    "its name": "list_id=101&list_name=Renamed+list",
    "deletion": "list_id=101&delete_list=Y",
    "deletion of its leads": "list_id=101&delete_leads=Y",
    "reset of its leads": "list_id=101&reset_list=Y",
    "deletion with zeros before its number": "list_id=000101&delete_list=Y",
    "another number after what sanitising drops": "list_id=x101&delete_leads=Y",
    "the list that every install has": "list_id=999&delete_leads=Y",
    "adding it if it is not there": "list_id=101&insert_if_not_found=Y&list_name=Any+list&campaign_id=C",
}


@pytest.mark.parametrize("rest", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_list_of_somebody_else_is_never_changed(rest: str) -> None:
    with pytest.raises(Forbidden):
        guard(Level.STANDARD).rule(update(rest))


@pytest.mark.parametrize("number", ["998", "999", "0999"])
def test_the_lists_that_every_install_has_are_touched_at_no_level(number: str) -> None:
    with pytest.raises(Forbidden, match="every install depends on"):
        guard(Level.FULL).rule(update(f"list_id={number}&active=N"))


@pytest.mark.parametrize("rest", ["active=N", "reset_list=Y", "delete_list=Y", "delete_leads=Y", "campaign_id=OTHER"])
def test_a_list_of_the_run_s_own_is_changed_with_its_leads(rest: str) -> None:
    guard(Level.STANDARD).rule(update(f"list_id={OWN}&{rest}"))


BEYOND = {
    "a field that is added": "custom_fields_add=Y&field_label=a&field_name=a&field_size=1&field_type=TEXT&field_rank=1",
    "a field that is deleted": "custom_fields_delete=Y&field_label=a",
    "fields that are copied": "custom_fields_copy=101",
    "leads while no check looks at the list": "custom_fields_copy=5&delete_leads=Y",
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("rest", BEYOND.values(), ids=BEYOND.keys())
def test_what_skips_the_check_for_the_list_is_sent_at_no_level(rest: str, level: Level) -> None:
    with pytest.raises(Forbidden, match="may change any"):
        guard(level).rule(update(f"list_id={OWN}&{rest}"))


@pytest.mark.parametrize("level", LEVELS)
def test_archived_leads_are_deleted_only_where_no_server_could_delete_live_ones(level: Level) -> None:
    asked = update(f"list_id={OWN}&delete_leads=Y&archived_lead=Y")
    with pytest.raises(Forbidden, match="may change any lead"):
        guard(level, NEW, OLD).rule(asked)
    guard(level, NEW).rule(asked)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("address", ["x%2527%252C+active%253D%2527Y", "x%2527--+", "x%255C%2523"])
def test_an_address_that_is_decoded_again_may_be_no_statement(address: str, level: Level) -> None:
    with pytest.raises(Forbidden):
        guard(level).rule(update(f"list_id={OWN}&web_form_address=http%253A%252F%252F{address}"))


def test_a_list_that_is_added_is_claimed_before_it_leaves() -> None:
    added = add(f"list_id={OWN}&list_name=A+list&campaign_id=C")
    assert guard(Level.STANDARD).rule(added) == {RowName("list", (OWN,))}


def test_a_list_that_may_be_added_where_none_is_found_is_claimed_too() -> None:
    asked = update(f"list_id={OWN}&insert_if_not_found=Y&list_name=A+list&campaign_id=C")
    assert guard(Level.STANDARD).rule(asked) == {RowName("list", (OWN,))}


def test_fields_are_copied_to_a_list_that_is_added() -> None:
    asked = add(f"list_id={OWN}&list_name=A+list&campaign_id=C&custom_fields_copy=101")
    assert guard(Level.STANDARD).rule(asked) == {RowName("list", (OWN,))}


def test_asking_whether_a_list_is_there_needs_no_permission() -> None:
    assert guard(Level.PROBE).rule(update("list_id=101")) == frozenset()
