"""Which replies are taken: no redirects, not more than MAX_BODY, packed only in ways that were asked for."""

from __future__ import annotations

import zlib
from urllib.parse import urljoin, urlsplit

from conformance.exchange import Trouble

MAX_BODY = 1_000_000
"""Bytes of a body, counted after unpacking; as many may come packed."""


_LONGEST = 200
"""Characters of a URL that is still shown."""


class Unacceptable(Exception):  # noqa: N818 - the reply is, not we
    """A reply that we do not take, or that never came."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


def too_large() -> Unacceptable:
    """The ruling on a reply of more than MAX_BODY."""
    return Unacceptable(Trouble.TOO_LARGE, f"the reply is larger than {MAX_BODY:,} bytes: is this the URL of the API?")


def refuse_redirect(status: int, location: str | None, url: str) -> None:
    """Raise Unacceptable for a reply that leads elsewhere than to `url`."""
    if location is None or not 300 <= status < 400:
        return
    raise Unacceptable(Trouble.REDIRECT, f"redirected to {_shown(url, location)}: use that URL if it is right")


def _shown(url: str, location: str) -> str:
    """Where a redirect leads, without its query, its user and anything that a terminal would act on.

    A long one is not cut off, nor at a '#': half a password in it would not be known for one.
    """
    try:
        parts = urlsplit(urljoin(url, location, allow_fragments=False), allow_fragments=False)
    except ValueError:
        return "something that is not a URL"
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    shown = "".join(character for character in shown if character.isprintable())
    return shown if len(shown) <= _LONGEST else f"a URL of {len(shown)} characters"


class Plain:
    """What is not packed."""

    def feed(self, chunk: bytes, room: int) -> bytes:
        """At most the first `room` bytes."""
        return chunk[:room]

    def finish(self) -> None:
        """Nothing to check."""


class _Gzip(Plain):
    """One or more gzip members, never unpacked further than asked for."""

    def __init__(self) -> None:
        self._member: zlib._Decompress | None = None

    def feed(self, chunk: bytes, room: int) -> bytes:
        """The next bytes, at most `room`; when there are fewer, all of `chunk` is used up."""
        unpacked = b""
        while chunk and len(unpacked) < room:
            member = self._member = self._member or zlib.decompressobj(zlib.MAX_WBITS | 16)
            unpacked += member.decompress(chunk, room - len(unpacked))
            chunk = member.unused_data
            if member.eof:
                self._member = None
        return unpacked

    def finish(self) -> None:
        """Raises zlib.error when the end is missing."""
        if self._member is not None:
            raise zlib.error("cut short")


def unpacker(encoding: str) -> Plain:
    """What unpacks a body of that content coding. Raises Unacceptable for one that was not asked for."""
    match encoding.strip().lower():
        case "identity" | "":
            return Plain()
        case "gzip" | "x-gzip":
            return _Gzip()
        case _:
            raise Unacceptable(Trouble.PROTOCOL, "the reply is packed in a way that was not asked for")
