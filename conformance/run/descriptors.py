"""How many connections this process may open, by its limit of open files."""

from __future__ import annotations

from pathlib import Path

from conformance.errors import UsageError

RESERVED = 24
"""Open files that a run needs besides connections: ledger, lock, event loop, reports, what libraries load."""

OF_A_LANE = 2
"""Open files of a lane: its connection, and one for a byte-level message."""

LIMITED = "the process may not open more files (`ulimit -n`)"


def affordable(*, is_own: bool) -> int:
    """How many lanes there may be; with an emulator of this process each connection has two ends here.

    Raises UsageError where there cannot be one.
    """
    limit = _limit()
    if limit is None:
        return _NO_LIMIT
    lane = OF_A_LANE * (2 if is_own else 1)
    lanes = (limit - _open_files() - RESERVED) // lane
    if lanes < 1:
        least = _open_files() + RESERVED + lane
        raise UsageError(f"this process may open {limit} files, and a run needs {least}: raise it (`ulimit -n 256`)")
    return int(lanes)


_NO_LIMIT = 2**16


def _limit() -> int | None:
    """The limit of open files, where the system has one."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def _open_files() -> int:
    """How many files are open, as far as the system tells."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        if Path(folder).is_dir():
            return sum(1 for _ in Path(folder).iterdir())
    return RESERVED
