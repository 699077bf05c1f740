"""Folders that are no reports, and what of an exchange counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.compare.traces import load
from conformance.contract.load import load_contract
from conformance.errors import UsageError
from conformance.pytest_run.collector import EXCHANGES
from conformance.verdict.model import Pass
from tests.compare.support import line, made_up
from tests.report import sample

ID = "add_did/life-cycle/add"
RESULT = sample.case(ID, Pass())


def broken(folder: Path, what: str) -> Path:
    made_up(folder, RESULT, lines=[line(ID, "X: y")])
    report = folder / "report.json"
    match what:
        case "missing":
            return folder / "no-such"
        case "file":
            return report
        case "no report.json":
            report.unlink()
        case "other schema":
            report.write_text(json.dumps({**json.loads(report.read_bytes()), "schema": 99}))
        case "no report":
            report.write_text('{"a": 1}')
        case "half a line":
            with (folder / EXCHANGES).open("ab") as file:
                file.write(b'{"case": "add_did/life')
    return folder


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("missing", r"no-such: does not exist$"),
        ("file", r"report.json: is a file: give the folder that it is in$"),
        ("no report.json", r"cannot read .*report.json: No such file or directory$"),
        ("other schema", r"report.json is a report of schema 99; this version reads 1 to 2$"),
        ("no report", r"report.json is not a report: "),
        (
            "half a line",
            r"exchanges.jsonl, line 2: is no exchange, or half of one \(.*\): run again into a new folder$",
        ),
    ],
)
def test_a_folder_that_is_no_report_is_one_line_that_says_so(what: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said) as error:
        load(load_contract(), broken(tmp_path / "r", what))
    assert "\n" not in str(error.value)


def test_exchanges_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    folder = made_up(tmp_path / "r", RESULT)
    (folder / EXCHANGES).unlink()
    (folder / EXCHANGES).mkdir()
    with pytest.raises(UsageError, match=r"cannot read .*exchanges.jsonl: Is a directory"):
        load(load_contract(), folder)


def test_a_folder_without_exchanges_has_no_replies(tmp_path: Path) -> None:
    folder = made_up(tmp_path / "r", RESULT)
    (folder / EXCHANGES).unlink()
    assert load(load_contract(), folder).traces is None


def replies(folder: Path) -> object:
    traces = load(load_contract(), folder).traces
    assert traces is not None
    return {case: tuple(one.text for one in told) for case, told in traces.replies.items()}


def test_the_replies_of_a_case_are_in_the_order_of_its_requests(tmp_path: Path) -> None:
    lines = [line(ID, "A: a"), line(ID, "B: b", step=2)]
    assert replies(made_up(tmp_path / "r", RESULT, lines=lines)) == {ID: ("A: a", "B: b")}


def test_cleaning_up_further_tries_and_other_cases_do_not_count(tmp_path: Path) -> None:
    lines = [
        line(ID, "A: a"),
        line(ID, "B: b", purpose="cleanup"),
        line(ID, "C: c", attempt=2),
        line("add_did/fuzz/replies-000001", "D: d"),
    ]
    assert replies(made_up(tmp_path / "r", RESULT, lines=lines)) == {ID: ("A: a",)}


def test_of_a_folder_that_was_used_twice_the_last_run_counts(tmp_path: Path) -> None:
    lines = [line(ID, "A: a"), line(ID, "B: b", step=2), line(ID, "C: c", elapsed=0.5)]
    folder = made_up(tmp_path / "r", RESULT, lines=lines)
    traces = load(load_contract(), folder).traces
    assert traces is not None
    assert replies(folder) == {ID: ("C: c",)}
    assert [(key, wait.seconds) for key, wait in traces.waits.items()] == [((ID, 1), 0.5)]


def test_a_wait_belongs_to_the_function_that_was_called(tmp_path: Path) -> None:
    query = "user=6666&function=update_did&did_pattern=1"
    lines = [line(ID, "A: a"), line(ID, "B: b", step=2, query=query), line(ID, "C: c", step=3, query="")]
    traces = load(load_contract(), made_up(tmp_path / "r", RESULT, lines=lines)).traces
    assert traces is not None
    assert [wait.function for wait in traces.waits.values()] == ["add_did", "update_did", "add_did"]
