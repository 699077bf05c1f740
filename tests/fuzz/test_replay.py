"""A finding's file reads back as it was written, and a file that is none is one line."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from conformance.cases.model import Param, Role
from conformance.cases.steps import add, sent_by, setup, update
from conformance.errors import UsageError
from conformance.fuzz.model import FindingKey, Replay
from conformance.fuzz.repeat import read_replay, write_replay

REPLAY = Replay(
    key=FindingKey("update_did", "group", "plain", "http-status"),
    search="replies",
    title="A generated update_did",
    clause="observed.md#4",
    level="standard",
    steps=(setup(add("<did>")), sent_by(Role.LEVEL7, update("<did>", Param("group", "%FF", raw=True)))),
    run="000001",
    number=7,
    summary="request 2: http-status should be '200', got '500'",
    replies=("SUCCESS", ""),
    curl=("curl 'http://x'",),
)


def test_a_finding_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path = write_replay(REPLAY, tmp_path)

    assert path.name == "update_did-group-plain-http-status.json"
    assert read_replay(path) == REPLAY


def test_a_finding_is_a_case_with_the_needs_of_its_steps() -> None:
    assert REPLAY.case().steps == REPLAY.steps
    assert REPLAY.case().needs == {Role.ADMIN, Role.LEVEL7}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 1}', "\x00"])
def test_a_file_that_is_no_finding_is_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"x\.json: is no finding: [^\n]+$"):
        read_replay(tmp_path / "x.json")


def test_a_finding_of_another_version_is_refused(tmp_path: Path) -> None:
    path = write_replay(msgspec.structs.replace(REPLAY, schema=1), tmp_path)
    with pytest.raises(UsageError, match="version 1; this suite reads version 2"):
        read_replay(path)


def test_a_file_that_is_not_there_and_a_folder_that_cannot_be_written_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_replay(tmp_path / "nowhere.json")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot write"):
        write_replay(REPLAY, tmp_path / "file")
