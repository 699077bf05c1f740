from pathlib import Path

import msgspec
import pytest

from conformance.report.write import write_all
from tests.report import sample


def test_all_four_files_are_written(tmp_path: Path) -> None:
    written = write_all(sample.every_verdict(), tmp_path)
    assert [path.name for path in written] == ["report.json", "junit.xml", "summary.md", "report.html", "badge.json"]
    assert sorted(tmp_path.iterdir()) == sorted(written)


def test_hostile_text_stops_no_writer(tmp_path: Path) -> None:
    assert all(path.stat().st_size for path in write_all(sample.hostile(), tmp_path))


@pytest.mark.parametrize("name", ["report.html", "summary.md"])
def test_a_user_that_the_server_has_locked_is_named(name: str, tmp_path: Path) -> None:
    write_all(sample.every_verdict(locked=("8000 until 22:00:00 UTC",)), tmp_path)

    assert "8000 until 22:00:00 UTC" in (tmp_path / name).read_text("utf-8")


@pytest.mark.parametrize("name", ["report.html", "summary.md", "junit.xml"])
def test_a_fail_that_did_not_repeat_is_said_to_be_one(name: str, tmp_path: Path) -> None:
    fail = sample.case("add_did/active/N", sample.FAIL, sample.CALL)
    for repeated in (True, False):
        write_all(sample.report(msgspec.structs.replace(fail, repeated=repeated)), tmp_path)
        assert ("did not repeat" in (tmp_path / name).read_text("utf-8")) is not repeated
