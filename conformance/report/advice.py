"""What to do after a run: one sentence, by the report's exit code."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from conformance.contract.deviation import Severity
from conformance.report.model import Report
from conformance.report.view import unexplained, unlocking
from conformance.verdict.model import VerdictKind

_ASPECTS = 4
"""How many aspects a sentence names."""


class Tone(StrEnum):
    """How the answer sounds."""

    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"


def tone(report: Report) -> Tone:
    """Good news, bad news, or neither: no verdict, something left behind, not all tested, or forms that are mixed."""
    if report.fails:
        return Tone.BAD
    is_good = report.exit_code == 0 and not (report.known or report.untested or report.mixes_forms)
    return Tone.GOOD if is_good else Tone.UNSURE


def why(report: Report) -> str:
    """Why the answer is what it is, in one sentence; empty if the answer says all."""
    if report.counts[VerdictKind.FAIL]:
        return _what_differs(report)
    if report.exit_code == 0 and report.mixes_forms:
        return "It prints the same thing now in one form and now in another, which no known server does."
    if report.exit_code == 0 and report.deviations:
        return "Every difference is a listed one: servers of this build are known to answer so."
    return ""


def _what_differs(report: Report) -> str:
    failed = report.with_kind(VerdictKind.FAIL)
    counts = Counter(aspect for case in failed for aspect in {d.aspect for d in unexplained(case)})
    told = ", ".join(f"{aspect} ({number})" for aspect, number in counts.most_common(_ASPECTS))
    return f"What differs in {_count(len(failed), 'failed case')}: {told}." if told else ""


def next_step(report: Report) -> str:
    """What to do next, in one or two sentences."""
    match report.exit_code:
        case 4:
            return (
                f"First remove what this run may have left on the target: {_count(len(report.left), 'DID')}, see below."
            )
        case 1 if not report.fails:
            return "Remove the entries of the baseline whose cases pass now: they are named below."
        case 1:
            return (
                "Each failure below shows what was expected, what came, and a line that repeats the request. "
                "Mend the server, or list the difference as a deviation if it is to stay."
            )
        case 3:
            return "This says nothing against the server. Check that the target answers and run again."
        case _:
            return _after_success(report)


def _after_success(report: Report) -> str:
    counts = report.counts
    if report.known:
        return "Nothing new: every fail is one that the baseline knows, and has a reason there."
    if not counts[VerdictKind.PASS] + counts[VerdictKind.DEVIATION]:
        return "Give the run the settings named under “Not tested”, and run again."
    dangerous = sum(d.severity == Severity.DANGEROUS for d in report.deviations)
    told = []
    if dangerous:
        told.append(f"A client must know the {dangerous} dangerous among them: see what each does to a client.")
    if counts[VerdictKind.NOT_TESTED]:
        told.append(f"More would be tested with {unlocking(report)}.")
    return " ".join(told) or "There is nothing to do."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
