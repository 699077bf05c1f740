"""How PHP reads the parameters of a request (docs/observed.md section 7)."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract.request import Request, decode, encode, parse, php_name


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("%2B1", b"+1"),
        ("%2b1", b"+1"),
        ("+1", b" 1"),
        ("%252B1", b"%2B1"),
        ("%ZZ1", b"%ZZ1"),
        ("1%", b"1%"),
        ("1%2", b"1%2"),
        ("%C3%A9", "é".encode()),
        ("%E9", b"\xe9"),
        ("%00", b"\x00"),
        ("a'b", b"a'b"),
        ("", b""),
    ],
)
def test_a_value_is_percent_decoded(sent: str, read: bytes) -> None:
    assert decode(sent) == read


@given(st.text())
def test_what_is_encoded_is_read_as_it_was(text: str) -> None:
    assert decode(encode(text)) == text.encode()


@given(st.text())
def test_any_query_can_be_read(text: str) -> None:
    parse(text)


def test_the_last_of_a_name_sent_twice_counts() -> None:
    assert parse("a=1&a=2").values == {"a": b"2"}


@pytest.mark.parametrize("text", ["", "&", "=1", "&&=2&"])
def test_pairs_without_a_name_are_passed_over(text: str) -> None:
    assert parse(text).values == {}


def test_a_name_without_a_value_is_sent_empty() -> None:
    assert parse("a&b=").values == {"a": b"", "b": b""}


def test_a_value_may_contain_equals_signs() -> None:
    assert parse("a=1=2").values == {"a": b"1=2"}


@pytest.mark.parametrize("text", ["a[]=1", "a%5B%5D=1", "a[0]=1", "a[x]y=1", "a=2&a[]=1"])
def test_a_name_with_a_bracket_is_an_array_and_not_a_value(text: str) -> None:
    assert (parse(text).arrays, parse(text).values) == (frozenset({"a"}), {})


def test_a_value_after_an_array_of_that_name_takes_its_place() -> None:
    read = parse("a[]=1&a=2")
    assert (read.arrays, read.values) == (frozenset(), {"a": b"2"})


def test_the_query_wins_over_the_form() -> None:
    read = Request("a=1", "a=2&b=3", "POST").parameters
    assert read.values == {"a": b"1", "b": b"3"}


def test_an_array_in_the_form_gives_way_to_a_value_in_the_query() -> None:
    assert Request("a=1", "a[]=2&b[]=3", "POST").parameters.arrays == frozenset({"b"})


def test_an_array_in_the_query_stands_beside_the_form() -> None:
    assert Request("a[]=1", "b=3", "POST").parameters.arrays == frozenset({"a"})


def test_a_json_body_is_ignored() -> None:
    sent = Request("", '{"user": "6666"}', "POST", "application/json")
    assert (sent.sends_json, sent.parameters.values) == (True, {})


def test_a_form_is_read_from_a_post_only() -> None:
    assert Request("", "a=1", "PUT").parameters.values == {}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("did.pattern", "did_pattern"),
        ("did pattern", "did_pattern"),
        ("  did_pattern", "did_pattern"),
        ("did[pattern", "did_pattern"),
        ("did_pattern[", "did_pattern_"),
        ("did_pattern\0x", "did_pattern"),
        ("Did_pattern", "Did_pattern"),
        ("did_pattern ", "did_pattern_"),
        ("", ""),
    ],
)
def test_a_name_is_read_as_php_does(name: str, read: str) -> None:
    assert php_name(name) == (read, False)
    assert parse(urlencode({name: "1"})).values == ({read: b"1"} if read else {})


@pytest.mark.parametrize(
    ("request_", "logged"),
    [
        (Request("a=it's"), "a=it's"),
        (Request("a=it%27s"), "a=it%27s"),
        (Request("", "b=it%27s", "POST"), "&b=it's"),
        (Request("a=1", "b=it%2527s", "POST"), "a=1&b=it%27s"),
        (Request("a=1", "b='", "PUT"), "a=1"),
    ],
)
def test_the_log_of_urls_has_the_query_as_it_came_and_the_form_decoded(request_: Request, logged: str) -> None:
    assert request_.logged_url == logged


def test_what_lies_between_may_encode_what_was_sent_raw() -> None:
    assert Request("a='&b=\\&c=%27").encoded_on_the_way == Request("a=%27&b=%5C&c=%27")
    assert Request("a=%27", "b='", "POST").encoded_on_the_way is None


def test_an_array_in_the_query_wins_over_a_value_in_the_form() -> None:
    read = Request("a[]=1", "a=2", "POST").parameters
    assert (read.values, read.arrays) == ({}, frozenset({"a"}))
