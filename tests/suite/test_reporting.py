"""What several processes found out becomes one report."""

from pathlib import Path

import pytest

from conformance.cases.model import Level
from conformance.errors import UsageError
from conformance.options import Options, plan, report_folder
from conformance.reporting import NOTHING, Collector, merged
from conformance.run.record import ExchangeLine, Record
from conformance.run.run import Facts, Plan
from conformance.session import another_run
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
    (tmp_path / "r" / "exchanges.jsonl").unlink()
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


def test_a_folder_that_takes_no_files_is_said(made: Plan, tmp_path: Path) -> None:
    (tmp_path / "r" / "exchanges.jsonl").mkdir()
    with pytest.raises(UsageError, match="choose another --report folder"):
        Collector(made)


def test_processes_have_digits_of_their_own() -> None:
    assert [another_run("999998", number) for number in (1, 2, 3)] == ["999999", "000000", "000001"]


def test_a_report_folder_is_named_after_host_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert report_folder(None, "http://[::1]:8080/x").name.startswith("__1-8080-20")


def test_another_machine_is_probed_unless_writes_are_allowed(tmp_path: Path) -> None:
    options = {"user": "6666", "report": tmp_path}
    levels = [
        plan(Options("https://dialer.example", allow_writes=allowed, **options), {"VICIDIAL_PASS": "x"}).level  # type: ignore[arg-type]
        for allowed in (False, True)
    ]
    assert levels == [Level.PROBE, Level.STANDARD]


@pytest.mark.parametrize("insecure", [True, False])
def test_certificates_are_verified_unless_told_otherwise(insecure: bool, tmp_path: Path) -> None:
    options = Options("https://dialer.example", user="u", insecure=insecure, report=tmp_path)
    assert plan(options, {"VICIDIAL_PASS": "x"}).verify is not insecure


def test_a_certificate_file_is_handed_on(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    options = Options("https://dialer.example", user="u", ca_file=tmp_path / "ca.pem", report=tmp_path)
    assert plan(options, {"VICIDIAL_PASS": "x"}).verify == tmp_path / "ca.pem"
