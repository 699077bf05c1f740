"""Reading exchanges.jsonl back, a line at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from conformance.errors import UsageError
from conformance.report.text import visible
from conformance.run.record import ExchangeLine


def read_exchanges(path: Path, start: int = 0) -> Iterator[tuple[int, ExchangeLine]]:
    """Each line from byte `start` on, with the byte that it begins at. Raises UsageError, which names file and line."""
    decoder = msgspec.json.Decoder(ExchangeLine)
    try:
        with path.open("rb") as file:
            file.seek(start)
            for number, line in enumerate(file, 1):
                yield start, _decoded(decoder, line, path, number)
                start += len(line)
    except OSError as error:
        raise UsageError(visible(f"cannot read {path}: {error.strerror or error}")) from error


def _decoded(decoder: msgspec.json.Decoder[ExchangeLine], line: bytes, path: Path, number: int) -> ExchangeLine:
    try:
        return decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        told = f"{path}, line {number}: is no exchange, or half of one ({error}): run again into a new folder"
        raise UsageError(visible(told)) from error
