"""Placeholders for what is another in every run: moments, numbers, who asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

LONGEST = 400
"""Characters of a text that are kept; a longer one ends in a digest of all of it."""

_MOMENTS = (
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d"), "<date>"),
    (re.compile(r"(?<=EPOCH: )\d+"), "<epoch>"),
)
_LONG_NUMBER = re.compile(r"\d{5,}")


def with_moments(text: str) -> str:
    """The text with placeholders for dates and clocks."""
    for pattern, shown in _MOMENTS:
        text = pattern.sub(shown, text)
    return text


def with_users(text: str, names: Iterable[str]) -> str:
    """The text with a placeholder for each of these names, wherever one stands as a word of its own."""
    listed = "|".join(map(re.escape, sorted({*names} - {""}, key=len, reverse=True)))
    return re.sub(rf"(?<![0-9A-Za-z<])(?:{listed})(?![0-9A-Za-z])", "<user>", text) if listed else text


def with_numbers(text: str) -> str:
    """The text with a placeholder for every number of five digits or more: DIDs and ids have them, limits do not."""
    return _LONG_NUMBER.sub("<number>", text)


def shortened(text: str) -> str:
    """The text, or its beginning and a digest of all of it."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}... [{len(text)} characters, SHA-256 {sha256(text.encode()).hexdigest()[:16]}]"
