"""Users and passwords that a byte-level message must not carry, however it spells them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from conformance.contract.wire import texts

_LOGIN_HEADER = "authorization"
"""What stands in the name of every header that logs in, by HTTP itself; its value is encoded."""

_DROPPED = re.compile(r"[^-_0-9a-z]")

_SHORT = 2
"""Characters under which a name is looked for only as the value of a parameter: `1` stands in `HTTP/1.1`."""


def is_bytes(message: str) -> bool:
    """Whether each character is one byte."""
    return message.isascii() or max(message) <= "\xff"


class Secrets:
    """Finds users and passwords: as they are or percent-encoded, once or twice, in any letter case and any width.

    They count where no letter or digit touches them; as the value of a parameter, also with characters between that
    servers drop. Its repr shows none of them.
    """

    __slots__ = ("_bare", "_folded", "_pattern")

    def __init__(self, secrets: Iterable[str]) -> None:
        self._folded = frozenset(folded(secret) for secret in secrets if secret)
        self._bare = frozenset(bare for secret in self._folded if (bare := _DROPPED.sub("", secret)))
        words = sorted((_bounded(secret) for secret in self._folded if len(secret) >= _SHORT), key=len, reverse=True)
        self._pattern = re.compile("|".join(words)) if words else None

    def __repr__(self) -> str:
        return f"<{len(self._folded)} secrets>"

    def stand_in(self, message: str) -> bool:
        """Whether a byte-level message carries one of them, or a header that logs in."""
        return any(self._stands_in(text) for text in (message, *texts(message)))

    def _stands_in(self, text: str) -> bool:
        for decoded in _decoded(text):
            if _LOGIN_HEADER in decoded or (self._pattern and self._pattern.search(decoded)):
                return True
        return any(self._is_value(pair.partition("=")[2]) for pair in text.split("&"))

    def _is_value(self, raw: str) -> bool:
        return any(value in self._folded or _DROPPED.sub("", value) in self._bare for value in _decoded(raw))


def _bounded(secret: str) -> str:
    before = "(?<![0-9a-z])" if secret[0].isalnum() else ""
    after = "(?![0-9a-z])" if secret[-1].isalnum() else ""
    return f"{before}{re.escape(secret)}{after}"


def _decoded(text: str) -> frozenset[str]:
    """A text of bytes as it is, decoded once and twice, each as UTF-8 and as latin-1."""
    once = unquote_to_bytes(octets := text.encode("latin-1"))
    stages = {octets, once, unquote_to_bytes(once)}
    spaced = stages | {stage.replace(b"+", b" ") for stage in stages}
    return frozenset(folded(stage.decode(code, "replace")) for stage in spaced for code in ("utf-8", "latin-1"))


def folded(text: str) -> str:
    """Text as a database compares it: without letter case, width and accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()
