"""Text between apostrophes as MySQL reads it."""

import pytest

from conformance.contract.mysql import comments_out, is_literal, kept_inside, latin1, literal, number, reopens


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("", ""),
        ("plain", "plain"),
        ("it''s", "it's"),
        (r"it\'s", "it's"),
        (r"a\\", "a\\"),
        (r"a\b\n\q", "a\b\nq"),
        (r"100\%", r"100\%"),
        ('"', '"'),
    ],
)
def test_a_literal_holds_what_its_escapes_mean(text: str, held: str) -> None:
    assert is_literal(text)
    assert literal(text) == held


@pytest.mark.parametrize("text", ["'", "it's", "a\\", "a\\\\\\", "'''", "a'b'c"])
def test_a_text_with_an_apostrophe_of_its_own_or_a_backslash_at_its_end_is_none(text: str) -> None:
    assert not is_literal(text)


def test_latin1_is_windows_1252_with_its_gaps_filled() -> None:
    assert latin1("日".encode()) == "æ—¥"
    assert latin1(bytes(range(256))).encode("latin-1", "ignore") != b""
    assert len(latin1(bytes(range(256)))) == 256
    assert latin1(b"\x81") == "\x81"


@pytest.mark.parametrize("text", ["' -- ", "x'#", "'/*", "\\--"])
def test_what_follows_may_become_a_comment(text: str) -> None:
    assert comments_out(text)
    assert not comments_out(kept_inside(text))


@pytest.mark.parametrize("text", ["' OR '1'='1", "999' OR 1 OR '", "\\ '"])
def test_a_literal_may_be_followed_by_another(text: str) -> None:
    assert reopens(text)
    assert not reopens(kept_inside(text))


@pytest.mark.parametrize("text", ["", "12'34", "a--b", "*12#", "\\", "it's"])
def test_what_only_breaks_a_statement_is_left_alone(text: str) -> None:
    assert kept_inside(text) == text


@pytest.mark.parametrize(
    ("text", "counts_as"),
    [
        *(("101", "101"), ("0101", "101"), ("101abc", "101"), (" 101", "101"), ("101-102", "101"), ("-1", "-1")),
        *(("1e3", "1000"), ("1.5", "1.5"), ("abc", "0"), ("", "0"), ("---ALL---", "0")),
    ],
)
def test_text_counts_as_the_number_that_it_begins_with(text: str, counts_as: str) -> None:
    assert number(text) == counts_as
