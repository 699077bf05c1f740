"""Tables printed as a page of HTML: what a contract file says of one, and what servers make of what they print."""

import re
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract.body import Unordered, lines_of
from conformance.contract.contract import ContractError
from conformance.contract.load_table import check_table
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.page import Page, without_scripts
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.sanitise import sanitise
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlMode
from conformance.contract.world import Row, World
from tests.support.api import api_world
from tests.support.asking import CONTRACT, outcome, printed, request

WORLD = api_world(CONTRACT, ServerSettings())
MOH = CONTRACT.functions["moh_list"]
COMMENTS = MOH.by_name["comments"]
PAGE = Page(head="<html>\n", row="<p>{number} {name}\n{shade} {name}</p>\n", foot="</html>\n", shades=("a", "b"))


def shipped(asked: Request, world: World = WORLD) -> Outcome:
    """What servers do."""
    return outcome(asked, Dialect.SHIPPED, world)


def body(**sent: str) -> str:
    return printed(shipped(request("moh_list", **sent), WORLD), Dialect.SHIPPED)


def test_rows_take_turns_in_shade_and_count_their_places() -> None:
    assert [PAGE.printed(place, (("name", "x"),)) for place in range(3)] == [
        "<p>1 x\na x</p>",
        "<p>2 x\nb x</p>",
        "<p>3 x\na x</p>",
    ]


def test_a_column_that_is_printed_twice_holds_the_same_in_both_places() -> None:
    pattern = PAGE.pattern((("name", "[a-z]"),))
    assert pattern.fullmatch("<p>1 x\na x</p>")
    assert not pattern.fullmatch("<p>1 x\na y</p>")


@given(st.lists(st.sampled_from(["<p>1 x", "a x</p>", "", "<p>2 y", "{number}", "é"])))
def test_rows_are_all_the_lines_and_nothing_else(lines: list[str]) -> None:
    assert [line for _, row in PAGE.rows_of(lines) for line in row.split("\n")] == lines


@given(st.permutations(["a", "b", "aa", "a&"]))
def test_values_in_no_order_match_in_each_order_and_each_once(values: list[str]) -> None:
    pattern = Unordered(("a", "b", "aa", "a&"), " &nbsp; ").pattern
    assert re.fullmatch(pattern, "".join(f"{value} &nbsp; " for value in values))
    assert not re.fullmatch(pattern, "".join(f"{value} &nbsp; " for value in [*values[1:], values[1]]))


MISTAKES = {
    "a place for no column": ({"row": f"{{new}}{MOH.table.page.row}"}, "page.row: {new} is none of its columns"),  # type: ignore[union-attr]
    "a column without a place": ({"row": "{number}\n"}, "page.row: has no place for {comments}"),
    "a shade of which nothing is said": ({"shades": ()}, "page.shades: is missing"),
    "a text that ends in the middle of a line": ({"foot": "</HTML>"}, "page.foot: does not end in a line feed"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_about_a_page_is_told(mistake: str) -> None:
    changes, told = MISTAKES[mistake]
    assert MOH.table is not None
    page = msgspec.structs.replace(MOH.table.page, **changes)
    table = msgspec.structs.replace(MOH.table, page=page)
    with pytest.raises(ContractError, match=r"some\.toml: table\.") as caught:
        check_table("some.toml", msgspec.structs.replace(MOH, table=table), CONTRACT)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("build", "sent", "left"),
    [
        (202, "a;b#c\"d'e<f>", "abcd'e<f>"),
        (137, "a;b#c\"d'e<f>", "abc\"d'e<f>"),
        (202, "a+b", "a b"),
        (202, "Café", "Café"),
    ],
)
def test_everything_but_a_few_characters_is_kept_and_a_plus_becomes_a_space(build: int, sent: str, left: str) -> None:
    assert sanitise(sent.encode(), COMMENTS, ServerSettings(Build(2, 14, build))) == left


def test_a_byte_that_is_kept_and_is_no_utf8_is_what_a_client_reads_of_it() -> None:
    assert sanitise(b"a\xff", COMMENTS, ServerSettings()) == "a\ufffd"


def test_documentation_shows_no_page() -> None:
    assert isinstance(predict(CONTRACT, WORLD, request("moh_list"), Dialect.DOCUMENTED), Unspecified)


def test_what_is_printed_of_an_array_was_never_recorded() -> None:
    asked = Request("source=test&user=6666&pass=1234&function=moh_list&comments[]=a")
    assert isinstance(predict(CONTRACT, WORLD, asked, Dialect.SHIPPED), Unspecified)


def test_a_source_is_not_looked_at_and_its_lack_is_a_deviation() -> None:
    missing = shipped(request("moh_list", source=""), WORLD)
    assert "source-not-looked-at" in missing.quirks
    assert "source-not-looked-at" not in shipped(request("moh_list"), WORLD).quirks
    assert printed(missing, Dialect.SHIPPED) == body()


def test_a_page_is_not_logged_so_an_apostrophe_in_the_url_harms_none_but_a_refusal() -> None:
    assert shipped(with_apostrophe(user="6666")).status == 200
    assert shipped(with_apostrophe(user="8003")).status == 500


def with_apostrophe(user: str) -> Request:
    return Request(f"source=test&user={user}&pass=1234&function=moh_list&comments=it's")


def test_a_source_too_long_for_the_log_harms_a_page_no_more() -> None:
    """Of strict SQL nothing is recorded of this function, so it answers as under legacy SQL."""
    strict = replace(WORLD, settings=ServerSettings(sql_mode=SqlMode.STRICT))
    assert shipped(request("moh_list", source="t" * 21), strict).status == 200


def test_classes_are_sorted_as_text() -> None:
    known = [Row("moh_class", number, (name,), {"active": "Y"}) for number, name in enumerate(["9", "b", "10", "A"])]
    rows = shipped(request("moh_list"), replace(WORLD, held={}).holding(*known)).table
    assert rows is not None
    assert [row[0] for row in rows.rows] == ["10", "9", "A", "b"]


def test_what_scripts_in_the_head_hold_is_left_out_and_what_rows_hold_is_not() -> None:
    script = '<script language="Javascript">{}</script>'
    served = body(comments="<script>x</script>").replace(script.format(""), script.format("function choose_file() {}"))
    assert without_scripts(served) == body(comments="<script>x</script>")
    assert "<script>x</script>" in without_scripts(served)


@pytest.mark.parametrize("text", ["", "<html>", "ERROR: <head></head><script>x</script>\n", "</head>", "<html></head>"])
def test_any_other_body_is_left_as_it_is(text: str) -> None:
    assert without_scripts(text) == text


def test_the_page_has_as_many_lines_as_its_parts() -> None:
    assert MOH.table is not None
    assert MOH.table.page is not None
    parts = (MOH.table.page.head, MOH.table.page.foot)
    assert len(lines_of(body())) == sum(len(lines_of(part)) for part in parts) + 4 * len(lines_of(MOH.table.page.row))
