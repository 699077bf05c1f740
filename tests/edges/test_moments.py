"""Whenever a command is interrupted, a reply lost or a server late: nothing is left that is not said."""

from __future__ import annotations

import pytest

from tests.edges.moments import Ended, carried_out, points

pytestmark = pytest.mark.untraced

USUAL_ROWS = 4
"""Of which a usual run takes so many: each starts the program, twice or more."""

POINTS = 8
SEED = 20


@pytest.mark.timeout(200)
@pytest.mark.parametrize("number", range(POINTS))
def test_whatever_is_left_at_a_random_moment_is_said(number: int) -> None:
    ended = carried_out(points(POINTS, SEED)[number])
    assert ended.wrong is None, f"{ended.point}: {ended.wrong}\n{ended.said}"


def test_a_left_did_that_nobody_names_is_a_broken_promise() -> None:
    point = points(1, SEED)[0]
    told = [
        Ended(point, 0, "", ("999",), ()),
        Ended(point, 4, "may still be there: 998", ("999",), ()),
        Ended(point, 4, "999; Nothing is left of this run.", ("999",), ()),
        Ended(point, 0, "Traceback (most recent call last)", (), ()),
        Ended(point, 4, "999", ("999",), ("999",)),
    ]
    assert all(ended.wrong for ended in told)
    assert Ended(point, 4, "may still be there: 999", ("999",), ()).wrong is None
