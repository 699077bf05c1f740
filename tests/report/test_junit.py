from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given

from conformance.report import junit
from conformance.report.model import CaseCall, Report
from conformance.verdict.model import Pass
from tests.report import sample

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))
"""What the xUnit plugin of Jenkins accepts, which is less than Jenkins itself and GitLab do."""


@pytest.fixture
def root(tmp_path: Path) -> ET.Element:
    return read(junit.write(sample.every_verdict(), tmp_path))


def read(path: Path) -> ET.Element:
    return ET.fromstring(path.read_bytes())  # noqa: S314 - our own file


def find(root: ET.Element, path: str) -> ET.Element:
    found = root.find(path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "report",
    [
        sample.report(sample.case("add_did/a/b", Pass())),
        sample.every_verdict(),
        sample.report(sample.case("add_did/a/b", Pass()), ended="the server went away"),
        sample.hostile(),
        sample.report(),
    ],
    ids=["conforming", "failing", "ended early", "hostile", "empty"],
)
def test_the_file_has_the_form_that_build_servers_read(tmp_path: Path, report: Report) -> None:
    SCHEMA.validate(junit.write(report, tmp_path))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"ended": "connection refused", "expected": 15}, "ended early, after 1 of 15 cases: connection refused"),
        ({"expected": 15}, "the run ended without a reason, after 1 of 15 cases"),
    ],
)
def test_a_run_that_is_not_whole_is_not_green(facts: dict[str, object], said: str, tmp_path: Path) -> None:
    root = read(junit.write(sample.report(sample.case("add_did/a/b", Pass()), **facts), tmp_path))
    assert (root.get("tests"), root.get("errors")) == ("2", "1")
    assert said in str(find(root, "testsuite/testcase/error").get("message"))


def test_control_characters_of_a_server_leave_the_form_intact(tmp_path: Path) -> None:
    call = CaseCall(curl="curl x", status=200, body="".join(map(chr, range(160))) + "]]>\ufffe", elapsed=0.1)
    SCHEMA.validate(junit.write(sample.report(sample.case("add_did/a/b", sample.FAIL, call)), tmp_path))


@pytest.mark.parametrize(
    "wrong",
    [
        "<testsuites><testcase name='a'/></testsuites>",
        "<testsuite name='a' tests='1' failures='0'/>",
        "<testsuite name='a' tests='1' failures='0' errors='0' time='soon'/>",
        "<testsuite name='a' tests='1' failures='0' errors='0'><testcase name='a'><properties/></testcase></testsuite>",
        "<testsuite name='a' tests='1' failures='0' errors='0'><testcase name='a' line='1'/></testsuite>",
    ],
)
def test_the_schema_refuses_what_build_servers_do_not_know(wrong: str) -> None:
    assert not SCHEMA.is_valid(wrong)


@given(sample.reports)
def test_any_report_has_that_form(report: Report) -> None:
    assert list(SCHEMA.iter_errors(ET.tostring(junit._suites(report)).decode())) == []


@given(sample.reports)
def test_any_report_is_well_formed(report: Report) -> None:
    root = ET.fromstring(ET.tostring(junit._suites(report)))  # noqa: S314
    assert len(root[0]) == 1 + len(report.results) + bool(report.broken_off)


def test_counts_are_those_of_the_verdicts(root: ET.Element) -> None:
    counts = {name: root[0].get(name) for name in ("tests", "failures", "errors", "skipped", "time")}
    assert counts == {"tests": "8", "failures": "1", "errors": "1", "skipped": "4", "time": "153.375"}


def test_the_run_is_described(root: ET.Element) -> None:
    facts = {p.get("name"): p.get("value") for p in root[0][0]}
    assert root[0].get("timestamp") == "2026-11-21T19:19:25"
    assert facts.items() >= {"target": sample.URL, "build": "2.14-202", "level": "standard", "expect": "either"}.items()


def test_a_failure_says_what_was_expected_what_came_and_how_to_repeat_it(root: ET.Element) -> None:
    failure = find(root, ".//testcase[@name='add_did/active/lower-case']/failure")
    assert failure.get("message") == sample.FAIL.summary
    assert "  expected: add_did\n  got:      ADD_DID\n" in (failure.text or "")
    assert sample.CURL in (failure.text or "")


def test_a_case_is_filed_under_its_function(root: ET.Element) -> None:
    assert find(root, ".//testcase[@name='version/plain/slow']").get("classname") == "vicidial.version"


def test_a_deviation_passes_and_names_its_ids(root: ET.Element) -> None:
    case = find(root, ".//testcase[@name='add_did/did_pattern/exists']")
    assert [(child.tag, child.text) for child in case] == [("system-out", "known deviations: error-separator")]


def test_what_was_not_tested_is_skipped_and_says_what_it_needs(root: ET.Element) -> None:
    skipped = find(root, ".//testcase[@name='add_did/group/known']/skipped")
    assert skipped.get("message") == "an in-group; needs entities.ingroup"


def test_an_error_is_no_failure(root: ET.Element) -> None:
    assert (
        find(root, ".//testcase[@name='version/plain/slow']/error").get("message", "").startswith("request 1: no reply")
    )


def test_what_xml_cannot_hold_is_replaced_visibly(tmp_path: Path) -> None:
    report = sample.report(sample.case("add_did/a/b", sample.FAIL, title="a\0b\x1b[31m\ufffe]]>\ud800"))
    failure = find(read(junit.write(report, tmp_path)), ".//failure")
    assert (failure.text or "").splitlines()[0].startswith("a\ufffdb\ufffd[31m\ufffd]]>\ufffd")


@pytest.mark.parametrize(
    ("started", "timestamp"),
    [("2026-11-21T19:19:25Z", "2026-11-21T19:19:25"), ("2026-11-21T19:19:25", "2026-11-21T19:19:25"), ("now", "now")],
)
def test_a_time_is_in_utc_without_a_zone(tmp_path: Path, started: str, timestamp: str) -> None:
    assert read(junit.write(sample.report(started=started), tmp_path))[0].get("timestamp") == timestamp
