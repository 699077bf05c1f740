"""Whether every link of a built site leads somewhere, and whether every page can be reached from its first one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LINK = re.compile(r"""<a\b[^>]*?\shref=(?:"([^"]*)"|([^\s">]+))""")
_ID = re.compile(r"""\sid=(?:"([^"]*)"|([^\s">]+))""")
_FIRST = "index.html"
_UNLINKED = {_FIRST, "404.html"}


@dataclass(frozen=True, slots=True)
class Page:
    """The links of a built page, and the names that a fragment can lead to."""

    links: frozenset[str]
    ids: frozenset[str]


def problems(site: Path) -> list[str]:
    """A line for each broken link and each page that nothing leads to."""
    pages = {path.relative_to(site).as_posix(): _read(path) for path in sorted(site.rglob("*.html"))}
    return [*_broken(pages), *_lost(pages)]


def _read(path: Path) -> Page:
    text = path.read_text("utf-8")
    return Page(
        frozenset(unescape(a or b) for a, b in _LINK.findall(text)),
        frozenset(unescape(a or b) for a, b in _ID.findall(text)),
    )


def _broken(pages: Mapping[str, Page]) -> Iterator[str]:
    for name, page in pages.items():
        if name == "404.html":  # its links begin at the root of a server
            continue
        for link in sorted(page.links):
            target, fragment = _target(name, link)
            if target is None:
                continue
            if target not in pages:
                yield f"{name}: {link} leads to no page"
            elif fragment and fragment not in pages[target].ids:
                yield f"{name}: {link} leads to no heading"


def _target(page: str, link: str) -> tuple[str | None, str]:
    """The page that a link leads to, None for one of another site, and the fragment."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None, ""
    path = unquote(parts.path)
    place = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    is_folder = path.endswith("/") or posixpath.basename(path) in {".", ".."}
    return posixpath.normpath(f"{place}/index.html") if is_folder else place, unquote(parts.fragment)


def _lost(pages: Mapping[str, Page]) -> Iterator[str]:
    found, left = set[str](), [_FIRST]
    while left:
        name = left.pop()
        if name in found or name not in pages:
            continue
        found.add(name)
        left += [target for link in pages[name].links if (target := _target(name, link)[0])]
    for name in sorted(pages.keys() - found - _UNLINKED):
        yield f"{name}: no page leads here"
