"""Writing a file whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from conformance.errors import UsageError
from conformance.report.text import visible


def write_whole(path: Path, data: bytes) -> Path:
    """Write a file so that nobody ever reads half of it; the folder is made. Raises UsageError with path and reason."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, temporary, data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(visible(f"cannot write {path}: {reason}")) from error
    return path


def _replace(path: Path, temporary: Path, data: bytes) -> None:
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)  # noqa: PTH105 - the call whose promise is that it is atomic
    finally:
        temporary.unlink(missing_ok=True)
