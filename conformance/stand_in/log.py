"""The emulator's log: a line for each request, in a file or on standard output, written before the reply leaves."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from conformance.errors import UsageError
from conformance.report.text import visible
from conformance.stand_in.seen import SeenRequest
from conformance.streams import trouble_with
from conformance.terminal import out

STANDARD_OUTPUT = Path("-")


@contextmanager
def request_log(path: Path | None) -> Iterator[Callable[[SeenRequest], None]]:
    """What writes requests down; without a path it writes nothing. What is in the file already stays.

    Raises UsageError for a file that cannot be opened. Once a line cannot be written, the process is interrupted, and
    in the end UsageError says that the log is not whole.
    """
    if path is None:
        yield lambda _: None
        return
    log = _Log(path, None if path == STANDARD_OUTPUT else _opened(path))
    try:
        yield log
    finally:
        log.close()
    if log.trouble is not None:
        raise _cannot(path, log.trouble, ": the emulator stopped, the last requests are not in it")


class _Log:
    """A log that is written without a buffer: what was answered is in it, whatever becomes of the process."""

    def __init__(self, path: Path, file: BinaryIO | None) -> None:
        self.trouble: OSError | None = None
        self._path = path
        self._file = file

    def __call__(self, seen: SeenRequest) -> None:
        """Write a line. The first that cannot be written ends the serving."""
        if self.trouble is not None:
            return
        try:
            self._write(f"{seen}\n")
        except OSError as error:
            self.trouble = error
            signal.raise_signal(signal.SIGINT)

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def _write(self, line: str) -> None:
        if self._file is None:
            out.raw(line)
            if trouble := trouble_with(sys.stdout):
                raise trouble
            return
        data = line.encode("utf-8", "backslashreplace")
        while data:
            data = data[self._file.write(data) :]


def _opened(path: Path) -> BinaryIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab", buffering=0)
    except (OSError, ValueError) as error:
        raise _cannot(path, error) from error


def _cannot(path: Path, error: OSError | ValueError, what_became: str = "") -> UsageError:
    where = "the log to standard output" if path == STANDARD_OUTPUT else f"log {path}"
    reason = getattr(error, "strerror", None) or error
    return UsageError(visible(f"cannot write {where}: {reason}{what_became}"))
