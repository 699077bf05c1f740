import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.report.text import visible, visible_block


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\0\x1b[31m\x85", r"\0\x1b[31m\x85"),
        ("\u202eevil", r"\u202eevil"),
        ("שלום é 漢", "שלום é 漢"),
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
    ],
)
def test_what_cannot_be_printed_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_block_keeps_its_line_feeds_and_nothing_else() -> None:
    assert visible_block("one\r\ntwo\x1b") == "one\\r\ntwo\\x1b"


def test_a_long_text_is_cut_and_says_how_long_it_was() -> None:
    assert visible("x" * 1_000_000, 3) == "xxx… [cut: 1,000,000 characters in all, see report.json]"


@given(st.text())
def test_all_of_a_shown_text_can_be_printed(text: str) -> None:
    assert visible(text).isprintable()
