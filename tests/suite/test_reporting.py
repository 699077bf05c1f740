"""What several processes found out becomes one report."""

from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.options import Options, plan
from conformance.pytest_run.collector import NOTHING, Collector, merged
from conformance.report.exchanges import ExchangeLine
from conformance.run.plan import Plan
from conformance.run.record import Record
from conformance.run.run import Facts
from conformance.verdict.model import Pass
from tests.report import sample

URL = "http://127.0.0.1:9"


def facts(*settings: str, **changes: object) -> Facts:
    known: dict[str, object] = {"version": "v", "build": "2.14-202", "requests": 3, "left": (), **changes}
    return Facts(settings=settings, **known)  # type: ignore[arg-type]


@pytest.fixture
def made(tmp_path: Path) -> Plan:
    return plan(Options(URL, user="6666", report=tmp_path / "r"), {"VICIDIAL_PASS": "x"})


def test_processes_that_ran_nothing_found_out_nothing() -> None:
    assert merged([]) == NOTHING


def test_settings_are_those_that_explain_what_every_process_saw() -> None:
    found = merged([facts("strict", "legacy"), facts("strict", left=("999",))])
    assert (found.settings, found.requests, found.left, found.silent) == (("strict",), 6, ("999",), None)


def test_processes_that_saw_different_settings_contradict_each_other() -> None:
    assert merged([facts("strict"), facts("legacy")]).silent == (
        "no one setting of the server explains all replies that several processes got"
    )


def test_a_server_that_fell_silent_ended_the_run(made: Plan) -> None:
    collector = Collector(made)
    collector.facts[""] = facts("strict", silent="no reply")
    assert collector.report([]).ended == "no reply"


def test_what_a_lost_process_may_have_left_is_reported(made: Plan, tmp_path: Path) -> None:
    told = '{"ledger": "123456"}\n{"may_exist": "9991", "case": "c"}\n{"may_exist": "9992"}\n{"gone": "9992"}\n'
    for worker in ("gw0", "gw1"):
        (tmp_path / "r" / f"ledger-{worker}.jsonl").write_text(told)
    collector = Collector(made)
    collector.workers = ["gw0", "gw1", "gw2"]
    collector.facts["gw1"] = facts("strict")
    assert collector.report([]).left == ("9991",)


def test_a_lost_process_s_ledger_that_is_cut_off_is_something_left(made: Plan, tmp_path: Path) -> None:
    (tmp_path / "r" / "ledger-gw0.jsonl").write_text('{"ledger": "123456"}\n{"may_ex')
    collector = Collector(made)
    collector.workers = ["gw0"]
    assert collector.report([]).exit_code == 4


def test_a_case_that_was_never_reported_is_missed(made: Plan) -> None:
    collector = Collector(made)
    collector.add(Record(result=sample.case("add_did/a/b", Pass()), exchanges=()))
    assert collector.report(["add_did/a/b", "add_did/a/c"]).exit_code == 3


def test_a_disk_that_is_full_is_said(made: Plan, tmp_path: Path) -> None:
    collector = Collector(made)
    (tmp_path / "r" / "exchanges.jsonl").symlink_to("/dev/full")
    with pytest.raises(UsageError, match="No space left on device: the run cannot be recorded"):
        collector.add(Record(result=sample.case("a/b/c", Pass()), exchanges=(LINE,)))


LINE = ExchangeLine(
    case="a/b/c",
    step=1,
    purpose="act",
    method="GET",
    query="",
    form=None,
    status=200,
    content_type="text/html",
    body="",
    elapsed=0.1,
    trouble=None,
)
