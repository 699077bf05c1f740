"""A run's folder from its beginning on: nobody else's, and nothing in it that an earlier run left."""

from __future__ import annotations

import shlex
from pathlib import Path

from conformance.errors import UsageError
from conformance.report.text import visible
from conformance.run.files import RUN_FILE, RunFile, ledger_path, ledgers, write_run
from conformance.run.ledger import Ledger, locked, open_ledger, read_ledger

EXCHANGES = "exchanges.jsonl"
OF_A_RUN = (EXCHANGES, "report.json", "report.html", "summary.md", "junit.xml", "badge.json")
"""What an earlier run wrote about itself. Kept, it would be taken for this one's."""


def begin(folder: Path, run: RunFile, settling: float, worker: str = "") -> Ledger:
    """Take a folder for a run, and begin its ledger. `worker` tells apart processes that share one.

    Raises UsageError where a run is under way, where the ledgers say that DIDs may be left or cannot be read to their
    end, and where nothing can be written.
    """
    if worker:
        return open_ledger(ledger_path(folder, worker), run.run, settling)
    mine = ledger_path(folder)
    lock = locked(mine)
    try:
        _clear(folder)
    finally:
        lock.release()
    ledger = open_ledger(mine, run.run, settling)
    try:
        write_run(folder, run)
        _begin_exchanges(folder / EXCHANGES)
    except UsageError:
        ledger.close()
        raise
    return ledger


def _begin_exchanges(path: Path) -> None:
    try:
        path.touch()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}: choose another --report folder") from error


def _clear(folder: Path) -> None:
    """Remove what a run that is over has left in its folder. Raises UsageError if it may have left DIDs."""
    found = ledgers(folder)
    if (folder / RUN_FILE).exists() and not found:
        raise UsageError(f"{folder}: an earlier run's ledger is missing: {_advice(folder)}")
    for path in found:
        if path != ledger_path(folder):
            locked(path).release()  # a process of that run may be alive still
        written = read_ledger(path)
        if written.unread is not None:
            raise UsageError(f"{visible(written.unread)}: an earlier run may have left DIDs: {_advice(folder)}")
        if written.open:
            raise UsageError(f"{folder}: an earlier run may have left {len(written.open)} DIDs: {_advice(folder)}")
    for path in (*found, *(folder / name for name in OF_A_RUN)):
        _remove(path)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}: choose another --report folder") from error


def _advice(folder: Path) -> str:
    return f"{cleanup_line(folder)} first, or choose another --report"


def cleanup_line(folder: Path) -> str:
    """The command that removes what a run left."""
    return f"vicidial-conformance cleanup {shlex.quote(str(folder))}"
