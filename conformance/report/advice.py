"""What to do after a run: one sentence, by the report's exit code."""

from __future__ import annotations

from enum import StrEnum

from conformance.contract.model import Severity
from conformance.report.model import Report
from conformance.verdict.model import Kind


class Tone(StrEnum):
    """How the answer sounds."""

    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"


def tone(report: Report) -> Tone:
    """Good news, bad news, or none: a run that reached no verdict, left something behind or tested nothing."""
    if report.counts[Kind.FAIL]:
        return Tone.BAD
    tested = report.counts[Kind.PASS] + report.counts[Kind.DEVIATION]
    return Tone.GOOD if report.exit_code == 0 and tested else Tone.UNSURE


def next_step(report: Report) -> str:
    """What to do next, in one or two sentences."""
    match report.exit_code:
        case 4:
            return (
                f"First remove what this run may have left on the target: {_count(len(report.left), 'DID')}, see below."
            )
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
    if not counts[Kind.PASS] + counts[Kind.DEVIATION]:
        return "Give the run the settings named under “Not tested”, and run again."
    dangerous = sum(d.severity == Severity.DANGEROUS for d in report.deviations)
    if dangerous:
        return f"A client must know the {dangerous} dangerous among them: see what each does to a client."
    if counts[Kind.NOT_TESTED]:
        return f"Not tested: {_count(counts[Kind.NOT_TESTED], 'case')}. See which settings would allow more."
    return "There is nothing to do."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
