"""junit.xml: the form that GitLab, Jenkins and GitHub actions read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from conformance.report import view
from conformance.report.files import write_whole
from conformance.report.model import CaseResult, Report
from conformance.report.text import visible, visible_block
from conformance.verdict.model import Deviates, VerdictKind

NAME = "junit.xml"

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CHILD = {
    VerdictKind.FAIL: "failure",
    VerdictKind.ERROR: "error",
    VerdictKind.NOT_TESTED: "skipped",
    VerdictKind.BLOCKED: "skipped",
}


def write(report: Report, folder: Path) -> Path:
    """Write `junit.xml`. A pass and a known deviation passed; what was not tested or blocked was skipped.

    So was a fail that the baseline knows: a CI server has no other word for it that is not red. A run that is not
    whole has an error more, for a CI server that counts nothing but cases would call it green.
    """
    root = _suites(report)
    ET.indent(root)
    return write_whole(folder / NAME, ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _suites(report: Report) -> ET.Element:
    totals = _totals(report)
    root = ET.Element("testsuites", {"name": "vicidial-conformance", **totals})
    skipped = str(len(report.with_kind(VerdictKind.NOT_TESTED, VerdictKind.BLOCKED) + report.known))
    suite = ET.SubElement(
        root,
        "testsuite",
        {"name": "vicidial", **totals, "skipped": skipped, "timestamp": _timestamp(report.started)},
    )
    _properties(suite, *_facts(report))
    for result in report.results:
        _case(suite, result, report.expect)
    if report.broken_off:
        case = ET.SubElement(suite, "testcase", {"classname": "vicidial", "name": "the whole run", "time": "0.000"})
        ET.SubElement(case, "error", {"type": VerdictKind.ERROR.value, "message": _line(report.broken_off)})
    return root


def _totals(report: Report) -> dict[str, str]:
    more = bool(report.broken_off)
    return {
        "tests": str(len(report.results) + more),
        "failures": str(len(report.fails)),
        "errors": str(len(report.with_kind(VerdictKind.ERROR)) + more),
        "time": _passed(report),
    }


def _passed(report: Report) -> str:
    """The seconds from beginning to end: cases run side by side, and their waits add up to more."""
    try:
        passed = datetime.fromisoformat(report.finished) - datetime.fromisoformat(report.started)
    except (ValueError, TypeError):
        return "0.000"
    return f"{max(passed.total_seconds(), 0):.3f}"


def _facts(report: Report) -> list[tuple[str, str]]:
    target = report.target
    return [
        ("target", target.url),
        ("version", target.version),
        ("build", target.build),
        ("level", report.level),
        ("expect", report.expect),
        ("seed", str(report.seed)),
        ("suite", report.suite),
        ("answer", report.answer),
        ("cases", str(report.expected)),
        ("tested", str(report.tested)),
        ("not tested", str(report.untested)),
        *[("more would be tested with", f"{gap.setting}: {len(gap.cases)}") for gap in view.gaps(report)],
        *([("form", str(report.form))] if report.form else []),
    ]


def _case(suite: ET.Element, result: CaseResult, expect: str) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        {
            "classname": _line(f"vicidial.{view.function_of(result)}"),
            "name": _line(result.id),
            "time": f"{result.elapsed:.3f}",
        },
    )
    if isinstance(result.verdict, Deviates):
        _said(case, "known deviations: " + ", ".join(result.verdict.ids))
    name = _CHILD.get(result.kind)
    if result.known is not None:
        ET.SubElement(case, "skipped", {"type": "known", "message": _line(f"known: {result.known}")})
    elif name:
        child = ET.SubElement(case, name, {"message": _line(view.note(result))})
        _fill(child, result, expect)


def _said(case: ET.Element, text: str) -> None:
    """What is worth knowing of a case that passed: the schema of Jenkins has no properties below a case."""
    ET.SubElement(case, "system-out").text = _line(text)


def _fill(child: ET.Element, result: CaseResult, expect: str) -> None:
    """The kind, and for what failed what was expected, what came and how to repeat it."""
    child.set("type", result.kind.value)
    lines = [_line(f"{result.title} ({result.clause})")]
    for difference in result.differences:
        lines += ["", _line(view.place(difference))]
        lines += [f"  expected: {_line(view.expected(difference, expect))}", f"  got:      {_line(difference.got)}"]
    for number, call in enumerate(result.calls, 1):
        lines += ["", view.request(call, number), _line(call.curl), _block(call.trouble or call.body)]
    if result.replay:
        lines += ["", _line(f"vicidial-conformance replay {result.replay} --allow-writes")]
    if child.tag != "skipped":
        child.text = "\n".join(lines)


def _properties(parent: ET.Element, *pairs: tuple[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in pairs:
        ET.SubElement(properties, "property", {"name": name, "value": _line(value)})


def _line(text: str) -> str:
    """Text on one line, with U+FFFD for what XML cannot hold."""
    return visible(_ILLEGAL.sub("\ufffd", text))


def _block(text: str) -> str:
    return visible_block(_ILLEGAL.sub("\ufffd", text))


def _timestamp(text: str) -> str:
    """An ISO 8601 time as the schema wants it: in UTC, in whole seconds, without a zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _line(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
