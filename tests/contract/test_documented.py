"""What the documentation promises, written down by hand from docs/observed.md sections 3 to 6."""

from dataclasses import replace

import pytest

from conformance.contract.request import Request
from conformance.contract.settings import Dialect
from tests.support.asking import documented, outcome, request, silence
from tests.support.rows import DID, did
from tests.support.world import RECORDED_DIDS, recorded_world

FREE = "7275559000"
MASTER = "7275551114"
PLUS = "+17275550100"
LONG = "7" * 51
OPTIONAL = "THIS IS AN OPTIONAL FIELD"


def add(**fields: str) -> Request:
    return request("add_did", did_pattern=FREE, **fields)


def update(**fields: str) -> Request:
    return request("update_did", did_pattern=MASTER, **fields)


def copy(new_dids: str, source: str = MASTER, **fields: str) -> Request:
    return request("copy_did", source_did_pattern=source, new_dids=new_dids, **fields)


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (add(), f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{FREE}"),
        (request("add_did", did_pattern=MASTER), f"ERROR: add_did DID ALREADY EXISTS - 6666|{MASTER}"),
        (request("add_did"), "ERROR: add_did YOU MUST USE ALL REQUIRED FIELDS - 6666|"),
        (request("add_did", did_pattern="1"), "ERROR: add_did YOU MUST USE ALL REQUIRED FIELDS - 6666|1"),
        (request("add_did", did_pattern=LONG), f"ERROR: add_did YOU MUST USE ALL REQUIRED FIELDS - 6666|{LONG}"),
        (
            request("add_did", user="8001", did_pattern=FREE),
            "ERROR: add_did USER DOES NOT HAVE PERMISSION TO ADD DIDS - 8001",
        ),
        (
            request("add_did", user="8003", did_pattern=FREE),
            "ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION - 8003|add_did",
        ),
        (
            add(did_description="short"),
            f"ERROR: add_did DID DESCRIPTION MUST BE FROM 6 TO 50 CHARACTERS, {OPTIONAL} - 6666|short",
        ),
        (add(active="y"), f"ERROR: add_did ACTIVE MUST BE Y OR N, {OPTIONAL} - 6666|y"),
        (add(did_route="exten"), f"ERROR: add_did DID ROUTE IS NOT VALID, {OPTIONAL} - 6666|exten"),
        (add(record_call="X"), f"ERROR: add_did RECORD CALL MUST BE Y OR N, {OPTIONAL} - 6666|X"),
        (add(extension="83a0"), f"ERROR: add_did EXTENSION MUST BE FROM 1 TO 50 CHARACTERS, {OPTIONAL} - 6666|83a0"),
        (
            add(voicemail_ext="*98"),
            f"ERROR: add_did VOICEMAIL EXTENSION MUST BE FROM 1 TO 10 CHARACTERS, {OPTIONAL} - 6666|*98",
        ),
        (add(server_ip="ten"), f"ERROR: add_did SERVER IP MUST BE A VALID SERVER IN THE SYSTEM, {OPTIONAL} - 6666|ten"),
        (
            add(group="test_in2"),
            f"ERROR: add_did GROUP ID MUST BE A VALID INBOUND GROUP IN THE SYSTEM, {OPTIONAL} - 6666|test_in2",
        ),
        (
            add(menu_id="nomenu"),
            f"ERROR: add_did MENU ID MUST BE A VALID CALL MENU IN THE SYSTEM, {OPTIONAL} - 6666|nomenu",
        ),
        (
            add(agent_search_method="XX"),
            f"ERROR: add_did AGENT SEARCH METHOD MUST BE 2 CHARACTERS, {OPTIONAL} - 6666|XX",
        ),
        (add(list_id="1" * 13), f"ERROR: add_did LIST ID MUST BE FROM 3 TO 14 DIGITS, {OPTIONAL} - 6666|{'1' * 13}"),
        (add(list_id="12a"), f"ERROR: add_did LIST ID MUST BE FROM 3 TO 14 DIGITS, {OPTIONAL} - 6666|12a"),
        (
            add(entry_list_id="1" * 13),
            f"ERROR: add_did ENTRY LIST ID MUST BE FROM 1 TO 14 DIGITS, {OPTIONAL} - 6666|{'1' * 13}",
        ),
        (
            add(campaign_id="NINECHARS"),
            f"ERROR: add_did CAMPAIGN MUST BE FROM 1 TO 8 CHARACTERS, {OPTIONAL} - 6666|NINECHARS",
        ),
        (update(did_route="EXTEN"), f"SUCCESS: update_did DID HAS BEEN UPDATED - 6666|{MASTER}"),
        (update(), "NOTICE: update_did NO UPDATES DEFINED - 6666|"),
        (update(delete_did="N"), "NOTICE: update_did NO UPDATES DEFINED - 6666|"),
        (update(delete_did="Y"), f"SUCCESS: update_did DID HAS BEEN DELETED - 6666|2|{MASTER}"),
        (update(delete_did="Y", active="x"), f"SUCCESS: update_did DID HAS BEEN DELETED - 6666|2|{MASTER}"),
        (request("update_did", did_pattern=FREE), f"ERROR: update_did DID DOES NOT EXIST - 6666|{FREE}"),
        (
            request("update_did", user="8001", did_pattern=MASTER),
            "ERROR: update_did USER DOES NOT HAVE PERMISSION TO UPDATE DIDS - 8001",
        ),
        (
            request("update_did", user="8005", did_pattern=MASTER, delete_did="Y"),
            "ERROR: update_did USER DOES NOT HAVE PERMISSION TO DELETE DIDS - 8005",
        ),
        (
            update(menu_id="nomenu"),
            f"ERROR: update_did MENU ID MUST BE A VALID CALL MENU IN THE SYSTEM, {OPTIONAL} - 6666|nomenu",
        ),
        (copy(FREE, source=FREE), f"ERROR: copy_did NOT AN ALLOWED DID - 6666|{FREE}"),
        (copy(""), f"ERROR: copy_did YOU MUST USE ALL REQUIRED FIELDS - 6666|{MASTER}|"),
        (copy("7" * 2001), f"ERROR: copy_did YOU MUST USE ALL REQUIRED FIELDS - 6666|{MASTER}|{'7' * 2001}"),
        (
            request("copy_did", user="8001", source_did_pattern=MASTER, new_dids=FREE),
            "ERROR: copy_did USER DOES NOT HAVE PERMISSION TO ADD DIDS - 8001",
        ),
        (
            copy(f"{MASTER},{FREE}", did_description="short"),
            f"ERROR: copy_did DID DESCRIPTION MUST BE EITHER BLANK OR FROM 6 TO 50 CHARACTERS, {OPTIONAL} - 6666|short",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_documentation_promises_one_line(asked: Request, line: str) -> None:
    assert documented(asked) == f"{line}\n"


def test_a_copy_is_promised_source_first_then_a_summary() -> None:
    assert documented(copy(f"{FREE},{PLUS}")).splitlines() == [
        f"NOTICE: copy_did DID HAS BEEN ADDED - 6666|{MASTER}|{FREE}|4|1",
        f"NOTICE: copy_did DID ALREADY EXISTS - 6666|{PLUS}",
        f"SUCCESS: copy_did DIDS HAVE BEEN ADDED - 6666|{MASTER}|1|1",
    ]


def test_a_copy_onto_existing_numbers_only_is_promised_an_error_summary() -> None:
    assert documented(copy(PLUS)).splitlines() == [
        f"NOTICE: copy_did DID ALREADY EXISTS - 6666|{PLUS}",
        f"ERROR: copy_did NO DIDS ADDED - 6666|{MASTER}|0|1",
    ]


def test_a_raw_plus_is_kept_as_the_space_that_it_is() -> None:
    asked = Request("source=test&user=6666&pass=1234&function=add_did&did_pattern=+7275559000")
    assert documented(asked) == "SUCCESS: add_did DID HAS BEEN ADDED - 6666| 7275559000\n"


def test_letter_case_tells_two_patterns_apart() -> None:
    world = replace(recorded_world(), held={DID: {2: did(2, "SALES", RECORDED_DIDS[2].columns)}})
    assert (
        documented(request("add_did", did_pattern="sales"), world)
        == "SUCCESS: add_did DID HAS BEEN ADDED - 6666|sales\n"
    )


def test_lengths_are_characters() -> None:
    end = outcome(add(did_description="é" * 50), Dialect.DOCUMENTED)
    assert [answer.name for answer in end.answers] == ["added"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (request("add_did", source="t" * 21, did_pattern=FREE), "a source over 20 characters"),
        (update(delete_did="y"), "what delete_did=y does"),
        (add(call_handle_method="NONESUCH"), "the documented values of call_handle_method break off"),
        (copy(f"{FREE},"), "single entries of new_dids that are no DID"),
        (copy(f"{FREE},{LONG}"), "single entries of new_dids that are no DID"),
        (replace(add(), method="HEAD"), "the method HEAD"),
        (replace(add(), query=f"{add().query}&did_pattern=1"), "a parameter sent twice"),
        (replace(add(), method="POST", form="did_pattern=1"), "a parameter in URL and form"),
        (replace(add(), query=f"{add().query}&active[]=N"), "a parameter sent as an array"),
        (replace(add(), query=f"{add().query}%ZZ"), "a broken percent-encoding"),
        (replace(add(), query=f"{add().query}%0A"), "control characters"),
        (replace(add(), query=f"{add().query}%FF"), "bytes that are no UTF-8"),
        (Request("", "{}", "POST", "application/json"), "a JSON body"),
        (request("add_lead", phone_number="7275551212"), "what add_lead answers then"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_documentation_is_silent(asked: Request, why: str) -> None:
    assert why in silence(asked, Dialect.DOCUMENTED)


def test_documentation_deviates_from_nothing() -> None:
    end = outcome(add(did_description="a!?-description"), Dialect.DOCUMENTED)
    assert end.quirks == frozenset()
