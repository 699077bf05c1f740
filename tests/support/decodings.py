"""What can be read in a text by undoing encodings, worked out without the product: slow, and plain to see."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_to_bytes

DEPTH = 3


READABLE = 0.8
"""The share of characters that can be printed, of what is worth decoding further."""


def decodings(text: str) -> frozenset[str]:
    """The text and everything that it may be decoded to in `DEPTH` steps."""
    every, new = {text}, {text}
    for _ in range(DEPTH):
        new = {decoded for one in new for decoded in _decoded(one)} - every
        every |= new
        new = {one for one in new if sum(map(str.isprintable, one)) >= READABLE * len(one)}
    return frozenset(every)


def holds(text: str, secrets: Iterable[str]) -> list[str]:
    """The secrets that can be read in a text; those of letters and digits only where none of these touches them."""
    every = decodings(text)
    return [secret for secret in secrets if any(_stands_in(secret, one) for one in every)]


def _stands_in(secret: str, text: str) -> bool:
    if secret not in text or (len(secret) >= 4 and not (secret.isascii() and secret.isalnum())):
        return secret in text
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(secret)}(?![0-9A-Za-z])", text) is not None


def _decoded(text: str) -> Iterator[str]:
    if "%" in text:
        data = text.encode("utf-8", "surrogatepass")
        yield from _texts(unquote_to_bytes(data))
        yield from _texts(unquote_to_bytes(data.replace(b"+", b" ")))
    if "&" in text:
        yield html.unescape(text)
    if "\\" in text:
        unescaped = re.sub(r"\\(?:u(.{4})|x(..)|(.))", _character, text, flags=re.DOTALL)
        yield unescaped.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if "\\x" in text and max(unescaped) <= "\xff":
            yield from _texts(unescaped.encode("latin-1"))
    for run in re.findall(r"[-+/_0-9A-Za-z]{6,}", text):
        for start in range(4):
            symbols = run[start:].replace("-", "+").replace("_", "/")
            yield from _texts(base64.b64decode(symbols + "A" * (-len(symbols) % 4)))
    for run in re.findall(r"[0-9A-Fa-f]{8,}", text):
        for start in range(2):
            yield from _texts(bytes.fromhex(run[start:][: (len(run) - start) // 2 * 2]))


def _character(match: re.Match[str]) -> str:
    four, two, other = match.groups()
    try:
        return chr(int(four or two, 16)) if four or two else {"n": "\n", "r": "\r", "t": "\t"}.get(other, other)
    except ValueError:
        return match[0]


def _texts(data: bytes) -> Iterator[str]:
    """Bytes as text; pieces of UTF-8 that end in the middle of a character are passed over."""
    yield data.decode("utf-8", "ignore")
    yield data.decode("latin-1")
