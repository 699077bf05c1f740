"""exchanges.jsonl: what was sent and what came back, redacted, a line each; read back a line at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from conformance.errors import UsageError
from conformance.reading import SMALL, Malformed, check_file, json_as
from conformance.report.text import visible


class ExchangeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of exchanges.jsonl. `purpose` is setup, act, effect or cleanup; `elapsed` is in seconds.

    `wire` is a byte-level message, each character a byte; then `method` and `query` are empty. `attempt` is 1, or more
    where a case that failed is tried again.
    """

    case: str
    step: int
    purpose: str
    method: str
    query: str
    form: str | None
    status: int | None
    content_type: str | None
    body: str | None
    elapsed: float
    trouble: str | None
    wire: str | None = None
    attempt: int = 1


def read_exchanges(path: Path, start: int = 0) -> Iterator[tuple[int, ExchangeLine]]:
    """Each line from byte `start` on, with the byte that it begins at. Raises UsageError, which names file and line."""
    try:
        check_file(path)
        with path.open("rb") as file:
            file.seek(start)
            for number, line in enumerate(iter(lambda: file.readline(SMALL), b""), 1):
                yield start, _decoded(line, path, number)
                start += len(line)
    except OSError as error:
        raise UsageError(visible(f"cannot read {path}: {error.strerror or error}")) from error


def _decoded(line: bytes, path: Path, number: int) -> ExchangeLine:
    try:
        return json_as(line, ExchangeLine)
    except Malformed as error:
        told = f"{path}, line {number}: is no exchange, or half of one ({error}): run again into a new folder"
        raise UsageError(visible(told)) from error
