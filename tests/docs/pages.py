"""The documentation as the tests read it."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def prose(self) -> str:
        """The text without fenced blocks."""
        return _FENCE.sub("", self.text)

    def blocks(self, *languages: str) -> list[str]:
        """The fenced blocks in one of these languages."""
        return [body for language, body in _FENCE.findall(self.text) if language in languages]

    @property
    def anchors(self) -> set[str]:
        """The fragments that GitHub gives to the headings."""
        return {anchor(heading) for heading in _HEADING.findall(self.prose)}

    def section(self, heading: str) -> str:
        """The text under a heading of level two."""
        return self.text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]

    def first_column(self, heading: str) -> list[str]:
        """The first cells of the table under a heading, without its head."""
        rows = [line for line in self.section(heading).splitlines() if line.startswith("|")]
        return [row.split("|")[1].strip() for row in rows[2:]]


def anchor(heading: str) -> str:
    """A heading as a fragment: lower case, without punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


PAGES = [
    Page(path) for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("[a-z]*/README.md")])
]
README = Page(ROOT / "README.md")
READING = Page(ROOT / "docs/reading-a-report.md")
