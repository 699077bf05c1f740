"""What each dialect prints, and what is answered where neither knows."""

from itertools import product

import pytest

from conformance.contract.request import FORM_TYPE, Request
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlMode
from conformance.emulator.config import Config
from conformance.verdict.invariants import violations
from tests.emulator.asgi import Emulator, FakeClock, emulator

LOGIN = "source=test&user=6666&pass=1234"


def test_the_documented_dialect_prints_errors_with_a_dash(documented: Emulator) -> None:
    assert (
        documented.call("add_did", did_pattern="7275551114") == "ERROR: add_did DID ALREADY EXISTS - 6666|7275551114\n"
    )


def test_the_shipped_dialect_prints_errors_with_a_colon_and_a_bar(shipped: Emulator) -> None:
    assert shipped.call("add_did", did_pattern="7275551114") == "ERROR: add_did DID ALREADY EXISTS: |6666|7275551114\n"


def test_the_documented_dialect_does_not_strip_an_active_that_is_neither_y_nor_n(documented: Emulator) -> None:
    assert documented.call("add_did", did_pattern="9990001", active="y") == (
        "ERROR: add_did ACTIVE MUST BE Y OR N, THIS IS AN OPTIONAL FIELD - 6666|y\n"
    )


def test_the_documented_dialect_keeps_dids_apart_that_differ_in_letter_case(documented: Emulator) -> None:
    documented.call("add_did", did_pattern="SALES")
    assert documented.call("add_did", did_pattern="sales") == "SUCCESS: add_did DID HAS BEEN ADDED - 6666|sales\n"


def test_the_shipped_dialect_does_not(shipped: Emulator) -> None:
    shipped.call("add_did", did_pattern="SALES")
    assert shipped.call("add_did", did_pattern="sales") == "ERROR: add_did DID ALREADY EXISTS: |6666|sales\n"


def test_the_documented_dialect_prints_the_did_id_of_a_deleted_did_first(documented: Emulator) -> None:
    assert documented.call("update_did", did_pattern="7275551114", delete_did="Y") == (
        "SUCCESS: update_did DID HAS BEEN DELETED - 6666|2|7275551114\n"
    )


def test_the_documented_dialect_prints_the_source_of_a_copy_first(documented: Emulator) -> None:
    assert documented.call("copy_did", source_did_pattern="7275551114", new_dids="9990001") == (
        "NOTICE: copy_did DID HAS BEEN ADDED - 6666|7275551114|9990001|5|1\n"
        "SUCCESS: copy_did DIDS HAVE BEEN ADDED - 6666|7275551114|1|0\n"
    )


def test_a_reply_whose_documented_form_is_unknown_is_printed_as_shipped(documented: Emulator) -> None:
    assert documented.call("nosuch") == "ERROR: NO FUNCTION SPECIFIED\n"


def test_the_documented_dialect_refuses_a_login_without_repeating_the_password(
    shipped: Emulator, documented: Emulator
) -> None:
    said = [it.call("add_did", password="wrong", did_pattern="9990001") for it in (shipped, documented)]
    assert said == [
        "ERROR: Login incorrect, please try again: |6666|wrong|BAD|\n",
        "ERROR: Login incorrect, please try again: |6666||BAD|\n",
    ]


def test_the_documented_dialect_answers_an_array_like_a_required_field_that_is_missing(documented: Emulator) -> None:
    reply = documented.ask(Request(f"{LOGIN}&function=add_did&did_pattern[]=9990001"))
    assert (reply.status, reply.body) == (200, "ERROR: add_did YOU MUST USE ALL REQUIRED FIELDS - 6666|\n")


ADD = f"{LOGIN}&function=add_did&did_pattern=9990001"
SILENT = {
    "wrong password": "source=test&user=6666&pass=opensesame&function=version2",
    "inactive": "source=test&user=8004&pass=1234&function=add_did",
    "array": f"{ADD}&active[]=N",
    "long source": f"source={'t' * 21}&user=6666&pass=1234&function=add_did&did_pattern=9990001",
    "apostrophe, sent twice": f"{ADD}&did_pattern=9990002&x='",
    "debug, sent twice": f"{ADD}&did_pattern=9990002&DB=1",
    "no value of the column, sent twice": f"{LOGIN}&function=add_did&did_pattern=9990003&list_id=abc&list_id=abc",
}
"""Requests whose replies nobody has documented, and in which servers of some build or SQL mode break an invariant."""


@pytest.mark.parametrize("asked", SILENT.values(), ids=SILENT)
@pytest.mark.parametrize("mode", SqlMode)
@pytest.mark.parametrize("build", ["2.14-137", "2.14-202"])
def test_the_documented_dialect_does_nothing_that_the_invariants_forbid(build: str, mode: SqlMode, asked: str) -> None:
    request = Request(asked)
    with emulator(Config(Dialect.DOCUMENTED, ServerSettings(Build.parse(build), mode))) as it:
        reply = it.ask(request)
    assert violations(request, reply) == ()


def test_the_shipped_dialect_breaks_an_invariant_in_each_of_these_somewhere() -> None:
    kept = set(SILENT)
    for build, mode in product(("2.14-137", "2.14-202"), SqlMode):
        with emulator(Config(settings=ServerSettings(Build.parse(build), mode))) as it:
            kept -= {name for name, asked in SILENT.items() if violations(Request(asked), it.ask(Request(asked)))}
    assert kept == set()


def test_where_the_documentation_is_silent_the_documented_dialect_does_what_servers_do(documented: Emulator) -> None:
    twice = f"{LOGIN}&function=add_did&did_pattern=9990001&did_pattern=7275551114"
    assert documented.ask(Request(twice)).body == "ERROR: add_did DID ALREADY EXISTS - 6666|7275551114\n"


def test_a_raw_apostrophe_harms_the_shipped_dialect_only(shipped: Emulator, documented: Emulator) -> None:
    request = Request(f"{LOGIN}&function=add_did&did_pattern=9990001&x='")
    assert [shipped.ask(request).status, documented.ask(request).status] == [500, 200]


@pytest.mark.parametrize(
    ("build", "shown"),
    [
        ("2.14-100", "180331-1716"),
        ("2.14-137", "210209-2014"),
        ("2.14-178", "220223-0838"),
        ("2.14-202", "250720-1841"),
    ],
)
def test_version_gives_the_date_of_the_newest_known_build_that_is_not_newer(build: str, shown: str) -> None:
    with emulator(Config(settings=ServerSettings(Build.parse(build)))) as it:
        assert it.call("version").startswith(f"VERSION: {build}|BUILD: {shown}|DATE: 2026-11-21 19:06:14|")


def test_version_shows_the_clock_in_the_documented_dialect_too(documented: Emulator, clock: FakeClock) -> None:
    clock.goes_on(60)
    assert "|DATE: 2026-11-21 19:07:14|EPOCH: 1795288034|" in documented.call("version")


def test_a_function_newer_than_the_build_is_none() -> None:
    with emulator(Config(settings=ServerSettings(Build.parse("2.14-191")))) as it:
        assert it.call("copy_did", source_did_pattern="7275551114", new_dids="9990001") == (
            "ERROR: NO FUNCTION SPECIFIED\n"
        )


@pytest.mark.parametrize("dialect", Dialect)
def test_a_reply_that_nobody_knows_is_a_501_in_plain_text_that_says_why(dialect: Dialect) -> None:
    with emulator(Config(dialect=dialect)) as it:
        reply = it.ask(Request(f"{LOGIN}&function=add_lead&phone_number=7275551212"))
    assert (reply.status, reply.content_type) == (501, "text/plain; charset=utf-8")
    assert reply.body == ("The emulator does not know this reply: what add_lead answers then is not described here\n")


def test_a_multipart_form_is_not_guessed_at(shipped: Emulator) -> None:
    form = Request("", "--x", "POST", "multipart/form-data; boundary=x")
    assert shipped.ask(form).body == (
        "The emulator does not know this reply: what a server makes of a multipart form was never recorded\n"
    )


def test_a_form_is_read_whatever_the_letter_case_and_parameters_of_its_content_type(shipped: Emulator) -> None:
    form = Request("", f"{LOGIN}&function=add_did&did_pattern=999", "POST", f"{FORM_TYPE.upper()}; charset=utf-8")
    assert shipped.ask(form).body == "SUCCESS: add_did DID HAS BEEN ADDED - 6666|999\n"


def test_letters_sent_as_bare_bytes_are_read_like_percent_encoded_ones() -> None:
    with emulator(Config(settings=ServerSettings(non_latin=True))) as it:
        fields = f"{LOGIN}&function=add_did&did_pattern=9990001&did_description=Grüße aus Köln"
        it.ask(Request("", fields.encode().decode("latin-1"), "POST"))
        assert it.columns("9990001")["did_description"] == "Grüße aus Köln"


@pytest.mark.parametrize("path", ["/", "/vicidial/", "/vicidial/non_agent_api.php/", "/vicidial/non_agent_api"])
def test_any_other_path_is_not_found(shipped: Emulator, path: str) -> None:
    assert shipped.ask(Request(f"{LOGIN}&function=version"), path).status == 404
