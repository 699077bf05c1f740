"""Ctrl-C, SIGTERM and SIGHUP: the first one lets a run clean up, the second one lets it stop at once.

A signal is raised as KeyboardInterrupt wherever the main thread is, but not while something is being ended: then it is
only counted, and from the second one on whoever is ending is told to hurry.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

_count = 0
_hurry: list[Callable[[], object]] = []
"""What tells those who are ending something to hurry, the latest last."""

_loading = False


def came() -> int:
    """How many signals have come."""
    return _count


@contextmanager
def watched() -> Iterator[None]:
    """Take the signals from here on; a signal that this process was started to ignore stays ignored.

    Nothing is done where they are taken already, nor outside the main thread: signals are not for others.
    """
    global _count  # noqa: PLW0603 - signals come to the process
    watches = any(signal.getsignal(number) is _take for number in SIGNALS)
    if watches or threading.current_thread() is not threading.main_thread():
        yield
        return
    _count = 0
    _hurry.clear()
    before: dict[int, Any] = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, _take)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _hurry.clear()


def _take(number: int, frame: FrameType | None) -> None:
    global _count  # noqa: PLW0603 - as above
    del number, frame
    _count += 1
    if _loading:
        return
    if not _hurry:
        raise KeyboardInterrupt
    if _count > 1:
        _hurry[-1]()


@contextmanager
def loading() -> Iterator[None]:
    """Put a signal off until the end of this, for a moment in which modules are imported beside another thread.

    Raised amid an import it could leave the lock of all imports taken, for which the other thread would wait forever.
    """
    global _loading  # noqa: PLW0603 - signals come to the process
    before, _loading = _count, True
    try:
        yield
    finally:
        _loading = False
    if _count > before:
        raise KeyboardInterrupt


def tell() -> None:
    """From here on no signal is raised any more: something is left, and that has to be told."""
    _hurry.append(lambda: None)


@contextmanager
def ending(hurry: Callable[[], object]) -> Iterator[None]:
    """Meanwhile no signal is raised. `hurry` is called from the second one on, at once where two have come before."""
    _hurry.append(hurry)
    try:
        if _count > 1:
            hurry()
        yield
    finally:
        if hurry in _hurry:
            _hurry.remove(hurry)
