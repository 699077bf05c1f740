"""The project's own Markdown files, as they are but for links: the site has no README.md and no files of code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

from tools.site.headings import title

ROOT = Path(__file__).parents[2]

_LINK = re.compile(r"(?<!`)\[([^\]\n]*)\]\(([^)\s]+)\)")
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_FIRST = ("quick-start", "reading-a-report", "target-file", "levels", "ci", "observed")
"""Pages that a new reader wants, in this order; the others follow by name."""


def own_pages(root: Path = ROOT) -> Mapping[str, str]:
    """Every page by its place on the site, the first ones first."""
    docs = sorted((root / "docs").glob("*.md"), key=_place)
    others = [root / name for name in ("CONTRIBUTING.md", "CHANGELOG.md")]
    readmes = [*root.glob("[a-z]*/README.md"), *root.glob("fixtures/*/README.md")]
    paths = [root / "README.md", *docs, *others, *sorted(readmes)]
    known = {path.relative_to(root).as_posix() for path in paths if path.exists()}
    return {_renamed(name): rewritten((root / name).read_text("utf-8"), name, known) for name in _in_order(paths, root)}


def _in_order(paths: list[Path], root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in paths if path.exists()]


def _place(path: Path) -> tuple[int, str]:
    return (_FIRST.index(path.stem) if path.stem in _FIRST else len(_FIRST), path.stem)


def _renamed(name: str) -> str:
    return re.sub(r"README\.md$", "index.md", name)


def rewritten(text: str, name: str, known: set[str]) -> str:
    """A page with links to README.md as the site has it, and links to files that are no pages as their text alone."""

    def link(match: re.Match[str]) -> str:
        words, target = match.groups()
        path, _, fragment = target.partition("#")
        if not path or "://" in target:
            return match[0]
        place = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        is_no_page = place not in known and not place.endswith(".md")
        return words if is_no_page else f"[{words}]({_renamed(path)}{'#' * bool(fragment)}{fragment})"

    parts = _FENCE.split(text)
    return "".join(part if index % 2 else _LINK.sub(link, part) for index, part in enumerate(parts))


def menu(pages: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pages with the titles that a menu shows."""
    return [(title(text) if at != "index.md" else "Home", at) for at, text in pages.items()]
