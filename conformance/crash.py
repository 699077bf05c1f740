"""A mistake of ours that nobody foresaw, said in one line; where it happened on request, without local variables."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from conformance.errors import HarnessError

Redact = Callable[[str], str]


class Crash(HarnessError):  # noqa: N818 - names what happened
    """An exception of ours that nobody foresaw. `trace` is its traceback; both texts are redacted."""

    def __init__(self, error: BaseException, redact: Redact) -> None:
        said = " ".join(str(error).split())
        super().__init__(redact(f"a bug of ours, please report it: {type(error).__name__}{': ' * bool(said)}{said}"))
        self.trace = redact("".join(traceback.format_exception(error, chain=True))).rstrip()
