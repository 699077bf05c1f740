"""A mistake of ours that nobody foresaw, said in one line; where it happened on request, without local variables."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from conformance.contract.model import ContractError
from conformance.errors import ConformanceError, HarnessError

Redact = Callable[[str], str]


class Crash(HarnessError):  # noqa: N818 - names what happened
    """An exception of ours that nobody foresaw. `trace` is its traceback; both texts are redacted."""

    def __init__(self, error: BaseException, redact: Redact) -> None:
        said = " ".join(redact(str(error)).split())
        super().__init__(f"a bug of ours, please report it: {type(error).__name__}{': ' * bool(said)}{said}")
        self.trace = redact("".join(traceback.format_exception(error, chain=True))).rstrip()


@contextmanager
def told_redacted(redact: Redact) -> Iterator[None]:
    """Turn whatever nobody foresaw in the block into a Crash: who catches it later may not know the passwords."""
    try:
        yield
    except (ConformanceError, ContractError):
        raise
    except Exception as error:  # noqa: BLE001 - a crash is one line too
        raise Crash(error, redact) from None
