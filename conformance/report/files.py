"""Writing a file whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from conformance.errors import UsageError
from conformance.report.text import visible


def write_whole(path: Path, data: bytes, *, is_new: bool = False) -> Path:
    """Write a file so that nobody ever reads half of it; the folder is made. Raises UsageError with path and reason.

    With `is_new` it is a reason that the file is there already.
    """
    with whole_file(path, is_new=is_new) as file:
        file.write(data)
    return path


@contextmanager
def whole_file(path: Path, *, is_new: bool = False) -> Iterator[BinaryIO]:
    """A file to write piece by piece: it is at `path` once all of it is written, else nowhere. Raises UsageError."""
    with _telling(path):
        place, is_special = _place(path, is_new=is_new)
        with place.open("wb") if is_special else _replacing(place) as file:
            yield file


def check_writable(path: Path) -> None:
    """Make the folder of a file, and raise UsageError if the file cannot be made there: before long work for it."""
    with _telling(path):
        place, is_special = _place(path, is_new=False)
        if not is_special:
            tempfile.TemporaryFile(dir=place.parent).close()


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(visible(f"cannot write {path}: {error.strerror or error}")) from error


def _place(path: Path, *, is_new: bool) -> tuple[Path, bool]:
    """Where the file will be, which is what a link leads to, and whether that is a device or a pipe.

    Raises OSError where no file can be, or none may be put.
    """
    place = Path(os.path.realpath(path))
    try:
        mode = place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        _make_folder(place.parent)
        return place, False
    if stat.S_ISDIR(mode):
        raise _error(errno.EISDIR)
    if is_new:
        raise OSError(errno.EEXIST, "the file exists already: remove it, or give another name")
    if not os.access(place, os.W_OK):
        raise _error(errno.EACCES)
    return place, not stat.S_ISREG(mode)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise _error(errno.ENOTDIR) from None


@contextmanager
def _replacing(place: Path) -> Iterator[BinaryIO]:
    """A file beside that place, which takes it at the end. Raises OSError, also with what could not be removed."""
    beside = place.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with beside.open("xb") as file:
            yield file
        os.replace(beside, place)  # noqa: PTH105 - the call whose promise is that it is atomic
    except OSError as error:
        try:
            beside.unlink(missing_ok=True)
        except OSError as trouble:
            told = f"{error.strerror or error}; half of it is left in {beside}: {trouble.strerror or trouble}"
            raise OSError(error.errno, told) from error
        raise
    except BaseException:
        with suppress(OSError):  # what has happened is more than half a file
            beside.unlink(missing_ok=True)
        raise


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
