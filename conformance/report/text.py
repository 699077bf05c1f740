"""Text of a server as people may see it: every control character visible, long text cut with a note."""

from __future__ import annotations

LIMIT = 4_000
"""Characters of one text that a page for people shows; report.json has all of it."""

_NAMED = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\0": r"\0"}


def visible(text: str, limit: int = LIMIT) -> str:
    r"""The text on one line: what cannot be printed is an escape such as `\n` or `\x1b`, and a long text is cut."""
    return _escaped(text[:limit]) + _note(text, limit)


def visible_block(text: str, limit: int = LIMIT) -> str:
    """The same, with line feeds left as they are."""
    lines = text[:limit].split("\n")
    return "\n".join(_escaped(line) for line in lines) + _note(text, limit)


def printable(text: str) -> str:
    """The whole text, with line feeds and tabs left as they are."""
    return text if text.isprintable() else "".join(c if c in "\n\t" else _shown(c) for c in text)


def _escaped(text: str) -> str:
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    return character if character.isprintable() else _NAMED.get(character) or _escape(character)


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _note(text: str, limit: int) -> str:
    if len(text) <= limit:
        return ""
    return f"… [cut: {len(text):,} characters in all, see report.json]"
