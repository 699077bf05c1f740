"""The HTTP Archive of a run's exchanges."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.errors import UsageError
from conformance.report.exchanges import ExchangeLine, read_exchanges
from conformance.report.har import HarCounts, write
from tests.compare.support import every, line, ran

SCHEMA = json.loads((Path(__file__).parent / "har-1.2.schema.json").read_text("utf-8"))
URL = "http://dialer.example/api.php"
STARTED = "2026-01-01T12:00:00.000+00:00"
CASE = "add_did/life-cycle/add"


def archive(path: Path, *lines: ExchangeLine) -> tuple[HarCounts, list[dict[str, Any]]]:
    """What is written of these lines, once it fits the schema."""
    written = write(lines, URL, STARTED, path / "run.har")
    text = (path / "run.har").read_text("utf-8")
    Draft202012Validator(SCHEMA).validate(json.loads(text))
    entries: list[dict[str, Any]] = json.loads(text)["log"]["entries"]
    return written, entries


def test_the_exchanges_of_a_run_are_an_archive_without_a_password(tmp_path: Path) -> None:
    folder = ran(tmp_path / "run", every("add_did/life-cycle", "add_did/transport", "add_did/login"))
    lines = [line for _, line in read_exchanges(folder / "exchanges.jsonl")]
    written, entries = archive(tmp_path, *lines)
    assert (written.entries, len(entries)) == (len(lines), len(lines))
    assert "pass=***" in entries[0]["request"]["url"]
    assert "1234" not in {p["value"] for e in entries for p in e["request"]["queryString"] if p["name"] == "pass"}


def test_an_entry_says_what_was_sent_what_came_back_and_how_long_it_took_in_milliseconds(tmp_path: Path) -> None:
    given = line(CASE, "SUCCESS: é\n", elapsed=0.25, form="a=1", method="POST", step=2, purpose="effect")
    _, (entry,) = archive(tmp_path, given)
    assert (entry["time"], entry["timings"]["wait"]) == (250, 250)
    assert entry["comment"] == f"{CASE}, effect, request 2"
    assert entry["request"]["postData"] == {"mimeType": "application/x-www-form-urlencoded", "text": "a=1"}
    assert entry["request"]["url"] == f"{URL}?{given.query}"
    content = {"size": 12, "mimeType": "text/html; charset=utf-8", "text": "SUCCESS: é\n"}
    assert (entry["response"]["status"], entry["response"]["content"]) == (200, content)


def test_a_request_without_a_reply_has_status_0_and_says_why(tmp_path: Path) -> None:
    lost = line(CASE, "", status=None, content_type=None, trouble="timeout: no reply")
    _, (entry,) = archive(tmp_path, lost)
    assert (entry["response"]["status"], entry["response"]["comment"]) == (0, "timeout: no reply")


def test_a_status_that_no_standard_has_is_kept(tmp_path: Path) -> None:
    _, (entry,) = archive(tmp_path, line(CASE, "", status=299))
    assert (entry["response"]["status"], entry["response"]["statusText"]) == (299, "")


def test_byte_level_messages_are_left_out_and_counted(tmp_path: Path) -> None:
    bytes_ = line(CASE, "", method="", query="", wire="GET / HTTP/1.1\r\n\r\n")
    written, entries = archive(tmp_path, bytes_, line(CASE, "A: a\n"), bytes_)
    assert (written, len(entries)) == (HarCounts(1, 2), 1)


def test_a_run_without_exchanges_is_an_empty_archive(tmp_path: Path) -> None:
    assert archive(tmp_path) == (HarCounts(0, 0), [])


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*run\.har: Not a directory"):
        write([], URL, STARTED, tmp_path / "file" / "run.har")
