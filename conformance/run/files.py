"""The files of a run's folder that another process needs: what was run, and what it may have left."""

from __future__ import annotations

from pathlib import Path

import msgspec

from conformance.contract.settings import SqlErrors, SqlMode
from conformance.errors import UsageError
from conformance.reading import Malformed, contents, json_as
from conformance.report.text import visible

RUN_FILE = "run.json"
LEDGERS = "ledger*.jsonl"


class RunFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was: its target, its digits, and the user that cleans up. No password.

    `sql_mode`, `non_latin` and `sql_errors` are what its target file says; None where nobody said.
    """

    url: str
    run: str
    user: str
    level: str
    sql_mode: SqlMode | None = None
    non_latin: bool | None = None
    sql_errors: SqlErrors | None = None


def write_run(folder: Path, run: RunFile) -> None:
    """Write run.json. Raises UsageError if the folder does not take it."""
    try:
        (folder / RUN_FILE).write_bytes(msgspec.json.encode(run) + b"\n")
    except OSError as error:
        raise UsageError(f"{folder / RUN_FILE}: {error.strerror}: choose another --report folder") from error


def read_run(folder: Path) -> RunFile:
    """Read run.json. Raises UsageError for a folder that holds no run."""
    path = folder / RUN_FILE
    try:
        return json_as(contents(path), RunFile)
    except FileNotFoundError as error:
        raise UsageError(f"{folder}: holds no run (no {RUN_FILE}): give the folder that a run reported to") from error
    except OSError as error:
        raise UsageError(visible(f"{path}: cannot be read: {error.strerror}")) from error
    except Malformed as error:
        raise UsageError(visible(f"{path}: cannot be read: {error}")) from error


def ledgers(folder: Path) -> tuple[Path, ...]:
    """The ledgers of a run, one for each process that took part."""
    return tuple(sorted(folder.glob(LEDGERS)))


def ledger_path(folder: Path, worker: str = "") -> Path:
    """Where the ledger of a process is."""
    return folder / f"ledger{worker}.jsonl"
