"""What was sent and what came back. The currency between transport, judge and report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conformance.contract.request import Request


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP reply. `body` is UTF-8 text, with undecodable bytes as U+FFFD; `elapsed` is in seconds.

    What the scripts of a page hold is left out of it: it is the server's, and nothing is asked of it.
    """

    status: int
    content_type: str
    body: str
    elapsed: float = 0.0


class Trouble(StrEnum):
    """Why there is no reply."""

    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    REDIRECT = "redirect"
    TOO_LARGE = "too-large"
    PROTOCOL = "protocol"
    REFUSED_BY_US = "refused-by-us"

    @property
    def is_silence(self) -> bool:
        """Whether a server that was reached said nothing that could be read."""
        return self in (Trouble.TIMEOUT, Trouble.PROTOCOL)


@dataclass(frozen=True, slots=True)
class Failure:
    """There is no reply, and why. Whether the server did the work is not known. `elapsed` is in seconds."""

    trouble: Trouble
    message: str
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what became of it."""

    request: Request
    result: Reply | Failure

    @property
    def is_silence(self) -> bool:
        """Whether a byte-level message got no reply: a server owes none to what is malformed."""
        return self.request.wire is not None and isinstance(self.result, Failure) and self.result.trouble.is_silence
