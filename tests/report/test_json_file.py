import errno
import json
import os
import tempfile
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given

from conformance.errors import HarnessError, UsageError
from conformance.report import json_file
from conformance.report.json_file import load_report
from conformance.report.model import Report, from_json, schema
from tests.report import sample


def test_the_packaged_schema_is_the_one_of_the_model() -> None:
    packaged = resources.files("conformance.report").joinpath("schema.json").read_text("utf-8")
    assert json.loads(packaged) == json.loads(json.dumps(schema()))


@given(sample.reports)
def test_a_report_reads_back_as_it_was_written(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert from_json(json_file.write(report, Path(folder)).read_bytes()) == report


def test_hostile_text_is_kept_to_the_byte(tmp_path: Path) -> None:
    json_file.write(sample.hostile(), tmp_path)
    assert load_report(tmp_path) == sample.hostile()


def test_the_folder_is_made(tmp_path: Path) -> None:
    assert json_file.write(sample.every_verdict(), tmp_path / "a" / "b") == tmp_path / "a" / "b" / "report.json"


def test_nothing_but_the_report_is_left_in_the_folder(tmp_path: Path) -> None:
    json_file.write(sample.every_verdict(), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_a_report_that_does_not_fit_the_schema_is_our_own_fault(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"^report.json does not fit its schema at \$\.seed"):
        json_file.write(sample.every_verdict(seed="seven"), tmp_path)


def test_a_folder_that_is_a_file_is_a_usage_error_that_names_it(tmp_path: Path) -> None:
    taken = tmp_path / "reports"
    taken.write_text("")
    with pytest.raises(UsageError, match=r"^cannot write .*reports/report.json: Not a directory$"):
        json_file.write(sample.every_verdict(), taken)


def test_a_full_disk_leaves_the_report_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = json_file.write(sample.every_verdict(seed=1), tmp_path)

    def full(written: Path, place: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(written), None, str(place))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UsageError, match=r"report.json: No space left on device$"):
        json_file.write(sample.every_verdict(seed=2), tmp_path)
    assert (load_report(tmp_path).seed, list(tmp_path.iterdir())) == (1, [earlier])
