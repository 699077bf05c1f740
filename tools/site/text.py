"""Text as Markdown for the site: nothing that a title or a reply holds can become markup."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from conformance.report.jinja import fenced
from conformance.report.text import visible

_LIMIT = 4_000

_MARK = re.compile(r"[^\w ,;'/:?%=._-]|(?<![^\W_])[._-]|[._-](?![^\W_])")
"""What could be markup: not a dot, an underscore or a hyphen inside a word, which ids are full of."""


def prose(text: str) -> str:
    """Text that means nothing but itself. Entities, for Python-Markdown knows no backslash before `<` or `|`."""
    return _MARK.sub(lambda match: f"&#{ord(match[0])};", visible(text, _LIMIT))


def code(text: str) -> str:
    """Text as code, in a table too."""
    return f"<code>{prose(text)}</code>"


def block(text: str, language: str = "text") -> str:
    """A fenced block with all of the text that a person would read."""
    return fenced(text, language, _LIMIT)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are Markdown already; nothing if it has no rows."""
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    names = list(head)
    return "\n".join([f"| {' | '.join(names)} |", f"|{'---|' * len(names)}", *lines]) if lines else ""


def link(page: str, to: str, text: str) -> str:
    """A link from one page of the site to another, both paths from the site's root; `text` is Markdown already."""
    target, _, fragment = to.partition("#")
    path = posixpath.relpath(target, posixpath.dirname(page) or ".")
    return f"[{text}]({path}{'#' * bool(fragment)}{fragment})"


def page(*parts: str) -> str:
    """A page of parts, the empty ones left out."""
    return "\n\n".join(part for part in parts if part) + "\n"
