"""What another process needs of a run's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.run.files import RunFile, ledgers, read_run, write_run

RUN = RunFile(url="http://x/api.php", run="123456", user="6666", level="standard")


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_run(tmp_path, RUN)
    assert read_run(tmp_path) == RUN


def test_a_folder_without_a_run_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no run \(no run\.json\): give the folder that a run reported to"):
        read_run(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 1}', "{}"])
def test_a_file_that_is_no_run_is_a_usage_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(UsageError, match=r"run\.json: cannot be read"):
        read_run(tmp_path)


def test_a_folder_that_takes_nothing_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"run\.json: No such file or directory: choose another --report folder"):
        write_run(tmp_path / "absent", RUN)


def test_every_process_has_its_ledger(tmp_path: Path) -> None:
    for name in ("ledgergw1.jsonl", "ledger.jsonl", "exchanges.jsonl"):
        (tmp_path / name).touch()
    assert [path.name for path in ledgers(tmp_path)] == ["ledger.jsonl", "ledgergw1.jsonl"]
