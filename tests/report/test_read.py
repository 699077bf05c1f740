from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.report import json_file
from conformance.report.json_file import load_report
from tests.report import sample


def test_a_report_is_read_from_its_folder(tmp_path: Path) -> None:
    json_file.write(sample.every_verdict(), tmp_path)
    assert load_report(tmp_path) == sample.every_verdict()


def test_a_report_is_read_from_its_file(tmp_path: Path) -> None:
    assert load_report(json_file.write(sample.every_verdict(), tmp_path)) == sample.every_verdict()


def test_a_missing_report_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        load_report(tmp_path)
    assert str(raised.value) == f"cannot read {tmp_path / 'report.json'}: No such file or directory"


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"\xff", b'{"suite": "\xff"}', b'{"suite": 1}', b'{"\n": ' + b"[" * 100_000],
    ids=["empty", "cut", "a-list", "no-utf8", "no-utf8-inside", "wrong-type", "too-deep"],
)
def test_a_malformed_report_is_one_line_that_names_it(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "other.json"
    file.write_bytes(data)
    with pytest.raises(UsageError) as raised:
        load_report(file)
    assert str(raised.value).startswith(f"{file} is not a report: ")
    assert str(raised.value).isprintable()


def test_a_report_of_another_schema_says_which_one_is_read(tmp_path: Path) -> None:
    json_file.write(sample.every_verdict(schema=3), tmp_path)
    with pytest.raises(UsageError, match=r"is a report of schema 3; this version reads 1 to 2$"):
        load_report(tmp_path)
