"""Sending the input of a finding once more, on the same server or another one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from conformance.crash import told_redacted
from conformance.errors import UsageError
from conformance.fuzz.keys import first_difference, key_of
from conformance.fuzz.model import REPLAY_SCHEMA, Now, Replay
from conformance.fuzz.search import search_of
from conformance.reading import Malformed, contents, json_as
from conformance.report.files import write_whole
from conformance.run.plan import Plan
from conformance.run.record import Record
from conformance.run.run import Run, closing, left_line
from conformance.verdict.model import Error, Fail


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


def write_replay(replay: Replay, folder: Path) -> Path:
    """Write a finding as `<function>-<field>-<aspect>.json`. Raises UsageError if it cannot be written."""
    path = folder / f"{str(replay.key).replace('/', '-')[:120]}.json"
    return write_whole(path, msgspec.json.format(msgspec.json.encode(replay), indent=1) + b"\n")


def read_replay(path: Path) -> Replay:
    """Read a finding. Raises UsageError for a file that is none, or of another version."""
    try:
        replay = json_as(contents(path), Replay)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}: give a file that a finding was written to") from error
    except Malformed as error:
        raise UsageError(f"{path}: is no finding: {error}") from error
    if replay.schema != REPLAY_SCHEMA:
        raise UsageError(f"{path}: is a finding of version {replay.schema}; this suite reads version {REPLAY_SCHEMA}")
    return replay
