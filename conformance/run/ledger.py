"""Every row that may exist because of us, on disk before the request that could create it leaves.

One JSON object a line, appended and flushed to the disk: `{"ledger": "123456"}` first, with the digits that the rows
are known by; `{"may_exist": "999...", "case": "add_did/..."}` before a request, with the `kind` of what is no DID;
`{"gone": "999..."}` once the server has said DOES NOT EXIST; `{"closed": true}` when nothing is under way any more.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic

import msgspec
from filelock import FileLock, Timeout

from conformance.contract.world import RowName
from conformance.defaults import SETTLING
from conformance.errors import UsageError

Name = str | tuple[str, ...]


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line. A key of several values stands as a list; a row of which no kind is told is a DID."""

    ledger: str | None = None
    may_exist: Name | None = None
    kind: str = "did"
    case: str = ""
    gone: Name | None = None
    closed: bool = False

    def row(self, name: Name) -> RowName:
        """The row of that name."""
        return RowName(self.kind, (name,) if isinstance(name, str) else name)


def _named(row: RowName) -> Name:
    return row.key[0] if len(row.key) == 1 else row.key


@dataclass(frozen=True, slots=True)
class Written:
    """What a ledger says: the rows that may exist, each with its case, oldest first, and the digits of their run.

    `closed` is whether nothing was under way any more when it ended; `unread` why it cannot be read to its end.
    """

    run: str | None = None
    open: Mapping[RowName, str] = field(default_factory=dict)
    closed: bool = False
    unread: str | None = None


def read_ledger(path: Path) -> Written:
    """Read a ledger. One that cannot be read to its end says so; what stands before that holds."""
    try:
        *lines, rest = path.read_bytes().split(b"\n")
    except OSError as error:
        return Written(unread=f"{path}: cannot be read ({error.strerror})")
    written = _Reading()
    for number, line in enumerate(lines, 1):
        entry = _entry(line)
        if entry is None or (number == 1) != (entry.ledger is not None):
            return written.ended(f"{path}: line {number} is no line of a ledger")
        written.take(entry)
    if rest or not lines:
        return written.ended(f"{path}: line {len(lines) + 1} is cut off")
    return written.ended(None)


def _entry(line: bytes) -> Entry | None:
    try:
        return msgspec.json.decode(line, type=Entry)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


@dataclass
class _Reading:
    run: str | None = None
    open: dict[RowName, str] = field(default_factory=dict)
    closed: bool = False

    def take(self, entry: Entry) -> None:
        self.run = entry.ledger or self.run
        self.closed = entry.closed
        if entry.may_exist is not None:
            self.open[entry.row(entry.may_exist)] = entry.case
        if entry.gone is not None:
            self.open.pop(entry.row(entry.gone), None)

    def ended(self, unread: str | None) -> Written:
        return Written(self.run, self.open, self.closed and unread is None, unread)


class LedgerFile:
    """The file of a ledger, locked while it is open. Whole lines are appended, or nothing.

    Raises UsageError for a path that cannot be written or locked, and where another process has it.
    """

    def __init__(self, path: Path, run: str) -> None:
        self.path = path
        self._writing = Lock()
        self._lock = locked(path)
        try:
            self._file = path.open("ab", buffering=0)
            self._size = path.stat().st_size
            self._begin(run)
        except OSError as error:
            self._lock.release()
            raise UsageError(f"{path}: {error.strerror}: choose another --report folder") from error

    def _begin(self, run: str) -> None:
        """Begin with the run's digits, or a line of its own after one that was cut off. The name is on the disk."""
        if not self._size:
            self.append(_line(Entry(ledger=run)))
        elif not self.path.read_bytes().endswith(b"\n"):
            self.append(b"\n")
        self.sync()
        if os.name == "posix":
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def append(self, lines: bytes) -> None:
        """Write them. Raises OSError, and then none is there: half a line would make the whole file unreadable."""
        with self._writing:
            rest = memoryview(lines)
            try:
                while rest:
                    rest = rest[self._file.write(rest) :]
            except OSError:
                self._file.truncate(self._size)
                raise
            self._size += len(lines)

    def append_if_possible(self, lines: bytes) -> None:
        """Write what can be found out once more by asking, if the disk takes it."""
        with suppress(OSError):
            self.append(lines)

    def sync(self) -> None:
        """Return when what was written is on the disk. Raises OSError."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close and unlock it. May be called again."""
        self._file.close()
        self._lock.release()


class Ledger:
    """The ledger of one process of a run. Claims under way share one flush to the disk.

    `run` are the digits that its rows are known by, `settling` is for how many seconds a server may go on working on a
    request that it has not answered. Without a `file` nothing is written down: for a server that ends with us.
    """

    def __init__(
        self,
        file: LedgerFile | None,
        run: str,
        settling: float = SETTLING,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.run = run
        self._file = file
        self._settling = settling
        self._clock = clock
        self._open: dict[RowName, str] = {}
        self._doubts: dict[RowName, float] = {}
        self._pending: dict[RowName, bytes] = {}
        self._unwritten: set[RowName] = set()
        self._flushing: asyncio.Task[None] | None = None

    def take_up(self, written: Written) -> None:
        """Go on with what another process has left; of one that was cut off, requests may still be under way."""
        self._open.update(written.open)
        if not written.closed:
            self.doubt(written.open)

    @property
    def open(self) -> tuple[RowName, ...]:
        """The rows that may exist, oldest first."""
        return tuple(self._open)

    def of_case(self, case: str) -> tuple[RowName, ...]:
        """The rows that may exist because of one case."""
        return tuple(row for row, owner in self._open.items() if owner == case)

    def owner(self, row: RowName) -> str:
        """The case because of which a row may exist; empty if none does."""
        return self._open.get(row, "")

    async def claim(self, rows: Iterable[RowName], case: str) -> None:
        """Write down rows that the next request could create; returns when they are on the disk. Raises UsageError."""
        wanted = frozenset(rows)
        for row in sorted(wanted - self._open.keys()):
            self._open[row] = case
            if self._file is not None:
                self._pending[row] = _line(Entry(may_exist=_named(row), kind=row.kind, case=case))
                self._unwritten.add(row)
        while self._file is not None and not wanted.isdisjoint(self._unwritten):
            if self._flushing is None:
                self._flushing = asyncio.create_task(self._flush(self._file))
            await asyncio.shield(self._flushing)

    def now(self) -> float:
        """The time, in seconds, on the clock by which doubts are settled."""
        return self._clock()

    def doubt(self, rows: Iterable[RowName]) -> None:
        """Take note that a request that could create these got no reply: the server may still carry it out."""
        until = self._clock() + self._settling
        self._doubts.update((row, until) for row in rows)

    @property
    def unsettled(self) -> float:
        """Seconds until an answer about every row that may exist can be believed; 0 if it can be now."""
        return max([0.0, *(until - self._clock() for row, until in self._doubts.items() if row in self._open)])

    def gone(self, row: RowName, asked: float) -> None:
        """The server has said that a row does not exist, to a question of the time `asked`.

        One that was asked while the row was in doubt is not believed.
        """
        if asked < self._doubts.get(row, asked):
            return
        if self._open.pop(row, None) is not None and self._file is not None:
            self._file.append_if_possible(_line(Entry(gone=_named(row), kind=row.kind)))

    def close(self) -> None:
        """End it, and say so if nothing is under way any more. May be called again."""
        file, self._file = self._file, None
        if file is not None:
            if not self.unsettled:
                file.append_if_possible(_line(Entry(closed=True)))
            file.close()

    async def _flush(self, file: LedgerFile) -> None:
        batch, self._pending = self._pending, {}
        try:
            await asyncio.to_thread(_written, file, b"".join(batch.values()))
            self._unwritten -= batch.keys()
        except OSError as error:
            self._pending = {**batch, **self._pending}
            raise UsageError(
                f"{file.path}: {error.strerror}: nothing is sent that could not be written down"
            ) from error
        finally:
            self._flushing = None


def open_ledger(path: Path, run: str, settling: float = SETTLING) -> Ledger:
    """A ledger with a file. Raises UsageError where there can be none."""
    return Ledger(LedgerFile(path, run), run, settling)


def _written(file: LedgerFile, lines: bytes) -> None:
    file.append(lines)
    file.sync()


def locked(path: Path) -> FileLock:
    """The lock on a ledger. Raises UsageError where another process has it, or where there can be none."""
    lock = FileLock(f"{path}.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(
            f"{path.parent}: a run is under way there: wait for its end, or stop it; a new run takes another --report"
        ) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}.lock: {reason}: choose another --report folder") from error
    return lock


def _line(entry: Entry) -> bytes:
    return msgspec.json.encode(entry) + b"\n"
