import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.report.align import COLUMNS, LIMIT, Piece, aligned


def marked(expected: str, got: str) -> tuple[str, str]:
    """Both texts on one line, what differs in brackets, and what one has not as dots."""
    (line,) = aligned(expected, got)
    return side(line.expected), side(line.got)


def side(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{p.text.ljust(p.width, '.')}]" if p.changed else p.text for p in pieces)


@pytest.mark.parametrize(
    ("expected", "got", "first", "second"),
    [
        ("add_did", "add_dod", "add_d[i]d", "add_d[o]d"),
        ("BEEN ADDED", "BEEN ADED", "BEEN AD[D]ED", "BEEN AD[.]ED"),
        ("ALREADY EXISTS", "EXISTS ALREADY", "[.......]ALREADY[␣EXISTS]", "[EXISTS␣]ALREADY[.......]"),
        (" - ", ": |", "[␣-␣]", "[:␣|]"),
        ("abc", "xyz", "[abc]", "[xyz]"),
        ("never: unparsed", "no line begins so", "[never:␣unparsed..]", "[no␣line␣begins␣so]"),
        (
            "ADDED",
            "ADDED<br>Notice: odd, in line 3",  # as PHP adds it
            "ADDED[..........................]",
            "ADDED[<br>Notice:␣odd,␣in␣line␣3]",
        ),
        ("a b", "a b", "a b", "a b"),
    ],
)
def test_what_differs_is_marked_and_the_rest_stands_in_columns(
    expected: str, got: str, first: str, second: str
) -> None:
    assert marked(expected, got) == (first, second)


@pytest.mark.parametrize(
    ("got", "shown"),
    [
        ("x\0y", "x[\\0]y"),
        ("x y", "x[␣]y"),
        ("x\u202ey", "x[\\u202e]y"),
        ("x\u0301y", "x[\\u0301]y"),
        ("x\r\ny", "x[\\r\\n]y"),
    ],
)
def test_a_character_that_nobody_sees_is_shown(got: str, shown: str) -> None:
    assert marked("xy", got)[1] == shown


def test_a_wide_character_takes_two_columns() -> None:
    (line,) = aligned("xay", "x漢y")
    assert [piece.width for piece in line.expected] == [1, 2, 1]


def test_a_long_text_is_broken_into_lines_that_stay_aligned() -> None:
    lines = aligned("a" * 100 + "b", "a" * 100 + "c")
    assert [sum(p.width for p in line.got) for line in lines] == [COLUMNS, 101 - COLUMNS]
    assert side(lines[1].got).endswith("a[c]")


@settings(deadline=None)
@given(st.text(max_size=50), st.text(max_size=50))
def test_both_sides_of_a_line_are_as_wide_and_nothing_is_lost(expected: str, got: str) -> None:
    lines = aligned(expected, got)
    assert all([p.width for p in line.expected] == [p.width for p in line.got] for line in lines)
    whole = "".join(p.text for line in lines for p in line.got)
    assert whole.isprintable()
    assert len(whole) >= len(got)


def test_only_the_beginning_of_a_huge_text_is_compared() -> None:
    lines = aligned("ab" * 10**6, "ba" * 10**6)
    assert sum(p.width for line in lines for p in line.got) <= 2 * LIMIT
