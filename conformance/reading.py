"""Files that a person names: read with bounds, and decoded. Nothing that they hold can be a bug of ours."""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

MEGABYTE = 1_000_000
SMALL = 64 * MEGABYTE
"""Bytes of the largest file that people write, or that is about one case."""

LARGE = 256 * MEGABYTE
"""Bytes of the largest report."""

_SHELL = (Path("/dev"), Path("/proc"))
"""Where a shell has what `<(...)` stands for, and standard input."""

_T = TypeVar("_T")


class Malformed(Exception):  # noqa: N818 - says what the content is
    """Content that is not what it should be; the text says how, in a few words."""


def contents(path: Path, limit: int = SMALL, *, pipes: bool = False) -> bytes:
    """The bytes of a regular file, or with `pipes` of what a shell hands over as one. Raises OSError for all else.

    A pipe with a name in some folder is neither: reading it would wait until somebody writes.
    """
    check_file(path, limit, pipes=pipes)
    return _read(path, limit)


def check_file(path: Path, limit: int | None = None, *, pipes: bool = False) -> os.stat_result:
    """Raise OSError, which says why, for what `contents` would not read; without a limit any size is right."""
    try:
        found = path.stat()
    except ValueError:
        raise OSError(errno.EINVAL, "no file has such a name", str(path)) from None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "Is a directory", str(path))
    from_shell = pipes and any(path.absolute().is_relative_to(folder) for folder in _SHELL)
    if not stat.S_ISREG(found.st_mode) and not from_shell:
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    if limit is not None and found.st_size > limit:
        raise _too_large(path, limit)
    return found


def _read(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise _too_large(path, limit)
    return data


def _too_large(path: Path, limit: int) -> OSError:
    return OSError(errno.EFBIG, f"is larger than {limit // MEGABYTE} MB", str(path))


def json_as(data: bytes, type_: type[_T]) -> _T:
    """JSON as a value of that type. Raises Malformed."""
    try:
        return msgspec.json.decode(data, type=type_)
    except RecursionError:
        raise Malformed("it is nested too deep") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise Malformed(str(error)) from error


def toml_in(text: str) -> dict[str, Any]:
    """The tables of TOML. Raises Malformed."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise Malformed("it is nested too deep") from None
    except tomllib.TOMLDecodeError as error:
        raise Malformed(str(error)) from error
    except ValueError:
        raise Malformed("a number in it has thousands of digits") from None
