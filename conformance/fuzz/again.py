"""Sending the input of a finding once more, on the same server or another one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from conformance.crash import told_redacted
from conformance.fuzz.keys import first_difference, key_of
from conformance.fuzz.model import Replay
from conformance.fuzz.properties.catalogue import search_of
from conformance.run.plan import Plan
from conformance.run.record import Record
from conformance.run.run import Run, closing, left_line
from conformance.verdict.model import Error, Fail


class Now(StrEnum):
    """What has become of a finding."""

    FIXED = "fixed"
    STILL_THERE = "still there"
    DIFFERENT = "different now"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class Repeated:
    """A finding, what became of it, and what the server answered this time.

    `left` are DIDs that may still be there, `folder` is where they are written down.
    """

    found: Replay
    now: Now
    record: Record
    left: tuple[str, ...] = ()
    folder: Path = Path()

    @property
    def to_the_byte(self) -> bool:
        """Whether every reply is the very same."""
        return _same_replies(self.found, self.record)

    @property
    def exit_code(self) -> int:
        """0 fixed, 1 still there or different, 3 no answer, 4 something left."""
        return 4 if self.left else {Now.FIXED: 0, Now.NO_ANSWER: 3}.get(self.now, 1)

    def __str__(self) -> str:
        verdict = self.record.result.verdict
        said = {Error: "reason", Fail: "summary"}.get(type(verdict))
        same = ", every reply the same to the byte" if self.now is Now.STILL_THERE and self.to_the_byte else ""
        left = f"\n{left_line(self.left, self.folder)}" if self.left else ""
        return f"{self.now}: {self.found.key}{same}" + (f": {getattr(verdict, said)}" if said else "") + left


def repeat(plan: Plan, found: Replay) -> Repeated:
    """Send a finding's input again, under its own numbers. Raises ConformanceError for what keeps it from that."""
    with told_redacted(plan.redactor), closing(Run(plan)) as run:
        run.open()
        record = run.once([(found.case(), found.number)], search_of(found.search, run).check)[0]
    return compared(found, record, run.close().left, plan.folder)


def compared(found: Replay, record: Record, left: tuple[str, ...] = (), folder: Path = Path()) -> Repeated:
    """A finding beside what its input came to this time."""
    return Repeated(found, _now(found, record), record, left, folder)


def _same_replies(found: Replay, record: Record) -> bool:
    return tuple(call.body for call in record.result.calls) == found.replies


def _now(found: Replay, record: Record) -> Now:
    """What has become of it. The same replies are the same defect, however little is known of the server this time."""
    if isinstance(record.result.verdict, Error):
        return Now.NO_ANSWER
    difference = first_difference(record)
    if difference is None:
        return Now.FIXED
    is_same = _same_replies(found, record) or key_of(found.case(), difference) == found.key
    return Now.STILL_THERE if is_same else Now.DIFFERENT
