"""Standard output and standard error that never raise: a run must be cleaned up whoever stops listening."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any, TextIO, cast

_LAST_STANDARD = 2


class Stream:
    """A standard stream. Its first `trouble` is kept, and what is written afterwards is dropped.

    It is made of None where the stream was closed before we began: then the first write is trouble.
    """

    def __init__(self, file: TextIO | None) -> None:
        self.trouble: OSError | None = None
        self._was_closed = file is None
        self._file = file or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as long as the process

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, text: str) -> int:
        """Write the text, if the stream takes any. Gives its length."""
        if self._was_closed and text and self.trouble is None:
            self.trouble = OSError(errno.EBADF, os.strerror(errno.EBADF))
        if self.trouble is None:
            try:
                self._file.write(text)
            except OSError as error:
                self._give_up(error)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        if self.trouble is None:
            try:
                self._file.flush()
            except OSError as error:
                self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        """Keep the trouble, and let what is still in a buffer go nowhere: the interpreter flushes it when it ends."""
        self.trouble = error
        with open(os.devnull, "wb") as nowhere, suppress(OSError):  # noqa: PTH123 - a test's stream has no descriptor
            os.dup2(nowhere.fileno(), self._file.fileno())


def trouble_with(file: object) -> OSError | None:
    """What kept a standard stream from taking all that was written to it."""
    if isinstance(file, Stream):
        file.flush()
        return file.trouble
    return None


@contextmanager
def guarded() -> Iterator[None]:
    """For as long as it lasts, the standard streams never raise, and show in escapes what they cannot encode."""
    _fill_descriptors()
    before = sys.stdout, sys.stderr
    for file in before:
        if isinstance(file, TextIOWrapper):
            file.reconfigure(errors="backslashreplace")
    streams = [Stream(file) for file in before]
    sys.stdout, sys.stderr = (cast(TextIO, stream) for stream in streams)
    try:
        yield
    finally:
        for stream in streams:
            stream.flush()
        sys.stdout, sys.stderr = before


def _fill_descriptors() -> None:
    """Open what was closed before we began: the next file, such as a ledger, would be a standard stream to others."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST_STANDARD:
        pass
    os.close(descriptor)
