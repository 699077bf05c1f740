"""The types of the contract: builds, rules, what is known to which build, and where deviations hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract.deviation import Deviation, Severity
from conformance.contract.rules import allows, disagreement
from conformance.contract.settings import NEWEST_BUILD, Build, Dialect, ServerSettings, SqlErrors, SqlMode
from tests.support.asking import CONTRACT
from tests.support.world import recorded_world

numbers = st.integers(0, 10_000)


@given(numbers, numbers, numbers)
def test_a_build_printed_is_read_as_the_same_build(major: int, minor: int, number: int) -> None:
    build = Build(major, minor, number)
    assert Build.parse(str(build)) == build


@pytest.mark.parametrize("text", ["", "2.14", "2.14-", "2.14-202a", "v2.14-202", "2,14-202", "2.14-202\n2.14-1"])
def test_other_text_is_no_build(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an API build such as 2.14-202"):
        Build.parse(text)


def test_builds_are_ordered_by_number_and_not_by_text() -> None:
    assert Build.parse("2.14-99") < Build.parse("2.14-137") < Build.parse("2.15-1") < Build.parse("3.0-0")


@pytest.mark.parametrize(("function", "since"), [("update_did", 108), ("add_did", 137), ("copy_did", 192)])
def test_a_function_is_known_from_its_build_on(function: str, since: int) -> None:
    known = CONTRACT.functions[function].known_to
    assert (known(Build(2, 14, since - 1)), known(Build(2, 14, since))) == (False, True)


@pytest.mark.parametrize(
    ("field", "since"),
    [
        ("delete_did", 133),
        ("menu_id", 140),
        ("list_id", 155),
        ("entry_list_id", 155),
        ("campaign_id", 155),
        ("phone_code", 155),
        ("call_handle_method", 155),
        ("agent_search_method", 155),
    ],
)
def test_a_field_is_known_from_its_build_on(field: str, since: int) -> None:
    known = CONTRACT.functions["update_did"].by_name[field].known_to
    assert (known(Build(2, 14, since - 1)), known(Build(2, 14, since))) == (False, True)


def test_settings_are_told_in_one_line() -> None:
    assert str(ServerSettings(non_latin=True)) == "2.14-202, legacy SQL, use_non_latin=1, PHP 8.1 or newer"
    assert str(ServerSettings(sql_errors=SqlErrors.IGNORED)).endswith("use_non_latin=0, PHP before 8.1")


@pytest.mark.parametrize(
    ("function", "field", "value", "documented", "shipped"),
    [
        ("add_did", "did_pattern", "1", False, False),
        ("add_did", "did_pattern", "12", True, True),
        ("add_did", "did_pattern", "1" * 50, True, True),
        ("add_did", "did_pattern", "1" * 51, False, False),
        ("add_did", "did_description", "é" * 30, True, False),
        ("add_did", "extension", "abc", False, True),
        ("add_did", "voicemail_ext", "*98", False, True),
        ("add_did", "group", "test_in2", False, True),
        ("add_did", "menu_id", "TEST_MENU", False, True),
        ("add_did", "group", "nosuch", False, False),
        ("add_did", "server_ip", "10.10.10.15", True, True),
        ("add_did", "server_ip", "ten", False, False),
        ("add_did", "call_handle_method", "CID", True, True),
        ("add_did", "call_handle_method", "NONESUCH", None, True),
        ("add_did", "agent_search_method", "XX", False, True),
        ("add_did", "list_id", "1" * 12, True, True),
        ("add_did", "list_id", "1" * 13, False, True),
        ("add_did", "list_id", "1" * 15, False, False),
        ("add_did", "entry_list_id", "1" * 13, False, True),
        ("add_did", "record_call", "Y_QUEUESTOP", True, True),
        ("add_did", "did_route", "exten", False, False),
    ],
)
def test_a_value_is_allowed_or_not_in_each_dialect(
    function: str, field: str, value: str, documented: bool | None, shipped: bool
) -> None:
    parameter = CONTRACT.functions[function].by_name[field]
    read = [allows(parameter, value, recorded_world(), dialect) for dialect in (Dialect.DOCUMENTED, Dialect.SHIPPED)]
    assert read == [documented, shipped]


@pytest.mark.parametrize(
    ("field", "value", "deviation"),
    [
        ("did_description", "é" * 30, "length-in-bytes"),
        ("did_description", "plain text", None),
        ("extension", "abc", "extension-letters"),
        ("group", "test_in2", "reference-ignores-case"),
        ("list_id", "1" * 13, "list-id-letters-and-14"),
    ],
)
def test_where_the_dialects_disagree_a_deviation_says_so(field: str, value: str, deviation: str | None) -> None:
    assert disagreement(CONTRACT.functions["add_did"].by_name[field], value, recorded_world()) == deviation


def deviation(**limits: object) -> Deviation:
    return Deviation(id="x", title="x", clause="x", severity=Severity.COSMETIC, effect="x", **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limits", "settings", "holds"),
    [
        ({}, ServerSettings(), True),
        ({"since": "2.14-155"}, ServerSettings(Build(2, 14, 154)), False),
        ({"since": "2.14-155"}, ServerSettings(Build(2, 14, 155)), True),
        ({"until": "2.14-179"}, ServerSettings(Build(2, 14, 178)), True),
        ({"until": "2.14-179"}, ServerSettings(Build(2, 14, 179)), False),
        ({"only": ("strict-sql",)}, ServerSettings(), False),
        ({"only": ("strict-sql",)}, ServerSettings(sql_mode=SqlMode.STRICT), True),
        ({"only": ("legacy-sql",)}, ServerSettings(), True),
        ({"only": ("legacy-sql",)}, ServerSettings(sql_mode=SqlMode.STRICT), False),
        ({"only": ("non-latin",)}, ServerSettings(), False),
        ({"only": ("non-latin",)}, ServerSettings(non_latin=True), True),
        ({"only": ("sql-errors-thrown",)}, ServerSettings(), True),
        ({"only": ("sql-errors-thrown",)}, ServerSettings(sql_errors=SqlErrors.IGNORED), False),
        ({"only": ("sql-errors-ignored",)}, ServerSettings(sql_errors=SqlErrors.IGNORED), True),
        ({"only": ("strict-sql", "sql-errors-thrown")}, ServerSettings(), False),
        ({"only": ("strict-sql", "sql-errors-thrown")}, ServerSettings(sql_mode=SqlMode.STRICT), True),
    ],
)
def test_a_deviation_holds_within_its_builds_and_its_setting(
    limits: dict[str, object], settings: ServerSettings, holds: bool
) -> None:
    assert deviation(**limits).holds_for(settings) is holds


def test_the_newest_build_is_the_one_that_was_recorded_last() -> None:
    assert str(NEWEST_BUILD) == "2.14-202"
