"""Reply text taken apart and put together again, and received lines measured against expected ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract.reply import LINE_ASPECTS, Aspect, Line, Shape, matches, parse_line, parse_reply, render

NUMBER = Shape("[0-9]+", "number")
PIECES = ["ERROR: ", "SUCCESS: ", "VERSION: ", "add_did ", "DID ADDED", ": |", " - ", ": ", "|", "6666", " ", "\n", "é"]
almost_replies = st.lists(st.sampled_from(PIECES)).map("".join)


@given(st.text() | almost_replies)
def test_any_line_printed_again_is_itself(text: str) -> None:
    assert str(parse_line(text)) == text


@given(st.text() | almost_replies)
def test_any_body_printed_again_is_itself_but_for_a_last_line_feed(body: str) -> None:
    again = "\n".join(str(line) for line in parse_reply(body))
    assert again == body.removesuffix("\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "SUCCESS: add_did DID HAS BEEN ADDED - 6666|7275559000",
            Line("SUCCESS", "add_did", "DID HAS BEEN ADDED", " - ", ("6666", "7275559000")),
        ),
        (
            "ERROR: add_did DID ALREADY EXISTS: |6666|7275551114",
            Line("ERROR", "add_did", "DID ALREADY EXISTS", ": |", ("6666", "7275551114")),
        ),
        (
            "NOTICE: update_did NO UPDATES DEFINED: |6666|",
            Line("NOTICE", "update_did", "NO UPDATES DEFINED", ": |", ("6666", "")),
        ),
        (
            "ERROR: agent_status AGENT NOT FOUND: 6666|zzz9",
            Line("ERROR", "agent_status", "AGENT NOT FOUND", ": ", ("6666", "zzz9")),
        ),
        ("ERROR: NO FUNCTION SPECIFIED", Line("ERROR", "", "NO FUNCTION SPECIFIED", "", ())),
        ("ERROR: Invalid Source - t", Line("ERROR", "", "Invalid Source", " - ", ("t",))),
        ("VERSION: 2.14-202|BUILD: 250720-1841|", Line("VERSION", "", "", "", ("2.14-202", "BUILD: 250720-1841", ""))),
        ("TESTCAMP|Test campaign|Y", Line("", "", "", "", ("TESTCAMP", "Test campaign", "Y"))),
        ("", Line("", "", "", "", ("",))),
        ("error: add_did no", Line("", "", "", "", ("error: add_did no",))),
    ],
)
def test_a_line_is_status_function_message_separator_and_fields(text: str, line: Line) -> None:
    assert parse_line(text) == line


@pytest.mark.parametrize(
    ("body", "count"), [("", 0), ("\n", 1), ("A\n", 1), ("A", 1), ("A\nB\n", 2), ("A\n\n", 2), ("A\r\n", 1)]
)
def test_lines_end_in_a_line_feed_and_text_after_the_last_is_a_line_too(body: str, count: int) -> None:
    assert len(parse_reply(body)) == count


def test_a_carriage_return_stays_part_of_its_line() -> None:
    assert str(parse_reply("ERROR: NO FUNCTION SPECIFIED\r\n")[0]) == "ERROR: NO FUNCTION SPECIFIED\r"


def test_a_template_is_filled_with_values() -> None:
    line = render("ERROR: add_did DID ALREADY EXISTS: |{user}|{did}", {"user": "6666", "did": "7275551114"})
    assert str(line) == "ERROR: add_did DID ALREADY EXISTS: |6666|7275551114"


def test_a_value_with_a_bar_in_it_is_several_fields_as_on_the_wire() -> None:
    assert render("ERROR: add_did NO: |{user}|{group}", {"user": "6666", "group": "A|B"}).fields == ("6666", "A", "B")


def test_a_value_with_braces_in_it_is_not_filled_again() -> None:
    assert render("ERROR: add_did NO: |{user}", {"user": "{did}", "did": "1"}).fields == ("{did}",)


def test_a_placeholder_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        render("ERROR: add_did NO: |{nobody}", {"user": "6666"})


def test_a_shape_in_a_field_of_its_own_matches_any_such_text() -> None:
    line = render("SUCCESS: x ADDED - {user}|{did_id}", {"user": "6666", "did_id": NUMBER})
    assert matches(line, parse_line("SUCCESS: x ADDED - 6666|17"), Aspect.FIELDS)
    assert not matches(line, parse_line("SUCCESS: x ADDED - 6666|17a"), Aspect.FIELDS)


def test_text_around_a_shape_is_taken_literally() -> None:
    line = render("VERSION: {build}|EPOCH: {epoch}.", {"build": "2.14-202", "epoch": NUMBER})
    assert matches(line, parse_line("VERSION: 2.14-202|EPOCH: 123."), Aspect.FIELDS)
    assert not matches(line, parse_line("VERSION: 2.14-202|EPOCH: 123x"), Aspect.FIELDS)


def test_a_value_beside_a_shape_in_one_field_is_taken_literally() -> None:
    line = render("VERSION: {user} {did_id}", {"user": "6.6", "did_id": NUMBER})
    assert [str(field) for field in line.fields] == ["<6.6 number>"]
    assert matches(line, parse_line("VERSION: 6.6 1"), Aspect.FIELDS)
    assert not matches(line, parse_line("VERSION: 6x6 1"), Aspect.FIELDS)


@pytest.mark.parametrize(
    "got", ["SUCCESS: x ADDED - 6666", "SUCCESS: x ADDED - 6666|17|", "SUCCESS: x ADDED - |6666|17"]
)
def test_fields_more_or_less_than_expected_do_not_match(got: str) -> None:
    assert not matches(parse_line("SUCCESS: x ADDED - 6666|17"), parse_line(got), Aspect.FIELDS)


@pytest.mark.parametrize(
    ("got", "differing"),
    [
        ("SUCCESS: x IS NEW - 6666", {Aspect.STATUS}),
        ("ERROR: y IS NEW - 6666", {Aspect.FUNCTION}),
        ("ERROR: x IS OLD - 6666", {Aspect.MESSAGE}),
        ("ERROR: x IS NEW: |6666", {Aspect.SEPARATOR}),
        ("ERROR: x IS NEW - 6667", {Aspect.FIELDS}),
        ("ERROR: x IS NEW - 6666", set()),
    ],
)
def test_each_aspect_is_compared_on_its_own(got: str, differing: set[Aspect]) -> None:
    expected, received = parse_line("ERROR: x IS NEW - 6666"), parse_line(got)
    assert {aspect for aspect in LINE_ASPECTS if not matches(expected, received, aspect)} == differing
