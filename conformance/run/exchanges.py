"""Reading exchanges.jsonl back, a line at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conformance.errors import UsageError
from conformance.reading import SMALL, Malformed, check_file, json_as
from conformance.report.text import visible
from conformance.run.record import ExchangeLine


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
