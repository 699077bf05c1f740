"""A run that is killed leaves nothing that cleaning up does not remove."""

from __future__ import annotations

from pathlib import Path

from tests.safety.kill import kill_points

POINTS = 5
SEED = 3


def test_whenever_a_run_is_killed_cleaning_up_leaves_nothing(tmp_path: Path) -> None:
    points = list(kill_points(POINTS, SEED, tmp_path))
    assert [row for point in points for row in point.left] == []
    assert any(point.made for point in points), "no run was killed while it had DIDs on the server"
