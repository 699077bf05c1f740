"""A mistake of ours that nobody foresaw, said in one line; where it happened on request, without local variables."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from conformance.contract.contract import ContractError
from conformance.errors import ConformanceError, HarnessError, UsageError
from conformance.report.text import visible

Redact = Callable[[str], str]

_MACHINE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
    | {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.ENOENT, errno.EACCES, errno.EPERM}
)
"""What a machine says that has no more room, refuses by its limits, or has not what every machine has."""


class Crash(HarnessError):  # noqa: N818 - names what happened
    """An exception of ours that nobody foresaw. `trace` is its traceback; both texts are redacted."""

    def __init__(self, error: BaseException, redact: Redact) -> None:
        said = " ".join(redact(str(error)).split())
        super().__init__(f"a bug of ours, please report it: {type(error).__name__}{': ' * bool(said)}{said}")
        self.trace = redact("".join(traceback.format_exception(error, chain=True))).rstrip()


def explained(error: BaseException, redact: Redact) -> ConformanceError:
    """What an exception that nobody caught comes to: our user's where a file or the machine refuses, else a Crash."""
    if isinstance(error, ConformanceError):
        return error
    if isinstance(error, OSError) and error.filename is not None:
        return UsageError(visible(redact(f"{error.filename}: {error.strerror}")))
    if isinstance(error, OSError) and error.errno in _MACHINE:
        return UsageError(visible(redact(f"{error.strerror}: see to room, permissions and limits of this machine")))
    return Crash(error, redact)


@contextmanager
def told_redacted(redact: Redact) -> Iterator[None]:
    """Explain whatever nobody foresaw in the block: who catches it later may not know the passwords."""
    try:
        yield
    except (ConformanceError, ContractError):
        raise
    except Exception as error:  # noqa: BLE001 - a crash is one line too
        raise explained(error, redact) from None
