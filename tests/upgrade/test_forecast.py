"""A forecast: in which order, from which build on, in both directions; and what no case shows."""

from functools import cache

import msgspec
import pytest

from conformance.cases.catalogue import catalogue
from conformance.cases.sample import PASSWORD
from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Build, Dialect, SqlErrors, SqlMode
from conformance.upgrade.build_changes import Span, build_changes
from conformance.upgrade.effect import ClientEffect
from conformance.upgrade.family import answer
from conformance.upgrade.forecast import Setting, forecast
from conformance.upgrade.model import PHP, BuildCause, UpgradeForecast
from tests.support.asking import CONTRACT

SOME = [case for case in catalogue(CONTRACT) if case.subject in ("list_id", "batch", "access", "phone_extension")]
DID_FUNCTIONS = ("add_did", "update_did")
SINCE_155 = ("call_handle_method", "agent_search_method", "list_id", "entry_list_id", "campaign_id", "phone_code")

WEB_FORMS = "web_form_address web_form_address_two web_form_address_three"
WITHOUT_CASE = {
    ("sanitising", "add_list"): f"reset_time list_description outbound_cid am_message expiration_date {WEB_FORMS}",
    ("sanitising", "agent_status"): "stage header",
    ("field", "agent_status"): "include_ip",
    ("sanitising", "moh_list"): "comments",
    ("table", "agent_status"): "",
    ("sanitising", "update_list"): f"list_id list_description reset_time expiration_date {WEB_FORMS}",
    ("field", "update_list"): (
        "archived_lead field_label field_name field_size field_type field_rank field_help field_options"
    ),
    ("deviation", ""): (
        "raw-text-stored-otherwise list-id-letters copy-without-outcome list-check-left-out"
        " agent-header-short agent-address-of-old-login lead-filter-500"
    ),
}
"""What begins or ends although no case of the catalogue shows it: it needs agents, leads, custom fields or classes of
music on hold, or no reply shows it."""


@cache
def whole() -> UpgradeForecast:
    """From the oldest build to the newest, by every case and in every setting."""
    return forecast(CONTRACT, catalogue(CONTRACT), OLDEST_BUILD, NEWEST_BUILD)


@cache
def some(old: int, new: int) -> UpgradeForecast:
    """By a few cases, in one setting."""
    return forecast(CONTRACT, SOME, Build(2, 14, old), Build(2, 14, new), [Setting(Dialect.SHIPPED)])


def test_the_most_dangerous_comes_first() -> None:
    effects = [change.effect for change in whole().shipped]
    assert effects == sorted(effects, key=list(ClientEffect).index)
    assert set(effects) == set(ClientEffect) - {ClientEffect.FORM}, "one dialect prints in one form"


def test_every_change_has_a_cause_with_a_name() -> None:
    assert [change for change in whole().changes if change.origin.cause is BuildCause.UNNAMED] == []


def test_all_that_begins_or_ends_is_shown_by_a_case_unless_it_is_known_that_none_does() -> None:
    unshown = [turn.origin for turn in whole().unshown if not (turn.deviation and turn.deviation.unobservable)]
    assert {(one.cause.value, one.function, one.field or "") for one in unshown} == {
        (cause, function, field)
        for (cause, function), fields in WITHOUT_CASE.items()
        for field in fields.split() or [""]
    }


def test_no_password_is_in_it() -> None:
    text = msgspec.json.encode(whole()).decode()
    assert (PASSWORD in text, "$VICIDIAL_PASS" in text) == (False, True)


def test_what_only_one_sql_mode_shows_says_so() -> None:
    crash = [c for c in whole().changes if "strict-list-id-500" in c.begin]
    assert {(c.effect, c.only, c.example.replies[Dialect.SHIPPED].after) for c in crash} == {
        (ClientEffect.FAILS, "strict SQL", "HTTP 500 (empty)")
    }


@pytest.mark.parametrize(
    ("build", "origins"),
    [
        (140, {(name, "menu_id", BuildCause.FIELD) for name in DID_FUNCTIONS}),
        (155, {(name, field, BuildCause.FIELD) for name in DID_FUNCTIONS for field in SINCE_155}),
        (192, {("copy_did", None, BuildCause.FUNCTION)}),
    ],
)
def test_what_begins_begins_at_its_build_and_not_one_earlier(
    build: int, origins: set[tuple[str, str | None, BuildCause]]
) -> None:
    before, at = (build_changes(CONTRACT, Span(Build(2, 14, b - 1), Build(2, 14, b))) for b in (build - 1, build))
    assert {key for key in at if key[2] is not BuildCause.DEVIATION} == origins
    assert {origin.build for origin in before.values()} <= {f"2.14-{build - 1}"}
    assert before.keys().isdisjoint(origins)


def test_a_downgrade_is_the_upgrade_backwards() -> None:
    opposite = {ClientEffect.FAILS: ClientEffect.WORKS, ClientEffect.WORKS: ClientEffect.FAILS}
    up = {(c.origin, opposite.get(c.effect, c.effect)) for c in some(137, 202).changes}
    assert {(c.origin, c.effect) for c in some(202, 137).changes} == up
    assert "downgrade" in answer(some(202, 137))


def test_a_field_that_is_no_longer_read_is_told_as_such() -> None:
    own = [c for c in some(202, 137).changes if c.origin.cause is BuildCause.FIELD]
    told = {c.meaning for c in own if c.origin.field == "list_id"}
    assert told
    assert all(text.startswith("The server no longer reads this field") for text in told)


def test_equal_builds_change_nothing() -> None:
    same = some(179, 179)
    assert (same.changes, same.turns, answer(same)) == ((), (), "Nothing changes: both builds are 2.14-179.")


def test_builds_between_which_nothing_turns_differ_in_what_version_says() -> None:
    assert {c.origin.cause for c in some(155, 167).changes} == {BuildCause.BUILD}


IGNORED, THROWN = SqlErrors.IGNORED, SqlErrors.THROWN


@cache
def to_newer_php(*php: SqlErrors, build: int = 202) -> UpgradeForecast:
    """From a build to the newest under strict SQL, with another PHP."""
    settings = [Setting(Dialect.SHIPPED, SqlMode.STRICT)]
    return forecast(CONTRACT, SOME, Build(2, 14, build), NEWEST_BUILD, settings, php=php)  # type: ignore[arg-type]


def test_a_newer_php_makes_calls_fail_that_said_success() -> None:
    found = to_newer_php(IGNORED, THROWN)
    changes = [c for c in found.changes if "strict-list-id-500" in c.begin]
    assert {(c.effect, c.origin.build, c.end) for c in changes} == {
        (ClientEffect.FAILS, PHP, ("success-without-storing",))
    }
    assert answer(found).startswith("The upgrade from 2.14-202 with PHP before 8.1 to 2.14-202 with PHP 8.1 or newer")


def test_an_older_php_says_success_and_stores_nothing() -> None:
    found = to_newer_php(THROWN, IGNORED)
    changes = [c for c in found.changes if "success-without-storing" in c.begin]
    assert found.downgrade
    assert {(c.effect, c.origin.build) for c in changes} == {(ClientEffect.STORED, PHP)}
    assert all("A deviation begins" in c.meaning for c in changes if c.origin.field == "success-without-storing")


def test_the_same_php_on_both_sides_is_not_spoken_of() -> None:
    assert (to_newer_php(IGNORED, IGNORED, build=155).old, to_newer_php(IGNORED, IGNORED).changes) == ("2.14-155", ())


def test_build_and_php_change_at_once() -> None:
    some = [*SOME, *(case for case in catalogue(CONTRACT) if case.id.endswith("/array"))]
    old = Build(2, 14, 137)
    found = forecast(CONTRACT, some, old, NEWEST_BUILD, [Setting(Dialect.SHIPPED)], php=(IGNORED, THROWN))
    assert {PHP, "2.14-155"} <= {change.origin.build for change in found.changes}
