from pathlib import Path

from conformance.report.write import write_all
from tests.report import sample


def test_all_four_files_are_written(tmp_path: Path) -> None:
    written = write_all(sample.every_verdict(), tmp_path)
    assert [path.name for path in written] == ["report.json", "junit.xml", "summary.md", "report.html"]
    assert sorted(tmp_path.iterdir()) == sorted(written)


def test_hostile_text_stops_no_writer(tmp_path: Path) -> None:
    assert all(path.stat().st_size for path in write_all(sample.hostile(), tmp_path))
