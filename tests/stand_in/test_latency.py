import pytest

from conformance.errors import UsageError
from conformance.stand_in.latency import Latency


@pytest.mark.parametrize(
    ("text", "latency"),
    [("0", (0, 0)), ("0.5", (0.5, 0.5)), (".5", (0.5, 0.5)), ("0.1-2", (0.1, 2)), (" 1 ", (1, 1)), ("1-1", (1, 1))],
)
def test_a_time_or_a_range_of_times(text: str, latency: tuple[float, float]) -> None:
    assert Latency.parse("--latency", text) == Latency(*latency)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-1", "is no time: give seconds such as 0.5, or two such as 0.1-2"),
        ("", "is no time"),
        ("soon", "is no time"),
        ("nan", "is no time"),
        ("inf", "is no time"),
        ("1e3", "is no time"),
        ("1-", "is no time"),
        ("1-2-3", "is no time"),
        ("٣", "is no time"),
        ("2-1", "the shorter time must come first"),
        ("9" * 400, "is more than 3600 seconds"),
    ],
)
def test_what_is_no_time_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"^--latency {text}: {said}"):
        Latency.parse("--latency", text)


def test_every_time_that_is_drawn_is_in_the_range() -> None:
    latency = Latency(0.1, 0.2)
    drawn = [latency.draw() for _ in range(1000)]
    assert (0.1 <= min(drawn) < 0.11, 0.19 < max(drawn) <= 0.2) == (True, True)
