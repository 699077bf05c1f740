"""Headings of the project's own pages, as GitHub and the site name them in links."""

from __future__ import annotations

import re
from pathlib import Path

_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchor(heading: str) -> str:
    """A heading as a fragment: lower case, without punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def heading_of(path: Path, number: str) -> tuple[str, str]:
    """The numbered heading of a page and its fragment. Raises KeyError if there is none."""
    for heading in _HEADING.findall(path.read_text("utf-8")):
        if heading.startswith(f"{number}. "):
            return heading, anchor(heading)
    raise KeyError(f"{path.name} has no section {number}")


def title(text: str) -> str:
    """The first heading of a page; empty if it has none."""
    found = _HEADING.search(text)
    return found[1] if found else ""
