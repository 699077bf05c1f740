"""Numbers that the documentation takes from the data: each where it stands, and what it should be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conformance.cases.catalogue import catalogue
from conformance.cases.model import MADE_UP_ROLES, Level, Role
from conformance.cases.quick import quick_cases
from conformance.contract.load import load_contract
from conformance.fuzz.names import NAMES

ROOT = Path(__file__).parents[2]

WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)


@dataclass(frozen=True, slots=True)
class Count:
    """A number in a page: the only group of `pattern`, in which a space may be a line's end, is to read `right`."""

    page: str
    pattern: str
    right: str

    def found(self, root: Path = ROOT) -> list[str]:
        """What stands there now, in each of the places."""
        return re.findall(self._regex, (root / self.page).read_text("utf-8"))

    def correct(self, root: Path = ROOT) -> None:
        """Write the right number."""
        path = root / self.page
        path.write_text(re.sub(self._regex, self._corrected, path.read_text("utf-8")), "utf-8")

    @property
    def _regex(self) -> str:
        return self.pattern.replace(" ", r"\s")

    def _corrected(self, match: re.Match[str]) -> str:
        start, end = (at - match.start() for at in match.span(1))
        return f"{match[0][:start]}{self.right}{match[0][end:]}"


def counts() -> Iterator[Count]:
    """Every number that is kept right."""
    cases = catalogue(load_contract())
    total = len(cases)
    yield Count("README.md", r"about ([\d,]+) cases", f"{round(total, -2):,}")
    yield Count("README.md", r"The ([\d,]+) cases catch", f"{total:,}")
    yield Count("CHANGELOG.md", r"- ([\d,]+) cases: life", f"{total:,}")
    yield Count("CHANGELOG.md", r"- ([\d,]+) known deviations", f"{len(load_contract().deviations):,}")
    yield Count("docs/selfcheck.md", r"faults, ([\d,]+) cases up to level full", f"{total:,}")
    yield Count("docs/selfcheck.md", r"([\d,]+) cases are enough", f"{len(quick_cases()):,}")
    for level in Level:
        below = sum(case.level <= level for case in cases)
        yield Count("docs/levels.md", rf"\| {level.value} \| ([\d,]+) \|", f"{below:,}")
    beyond = sum(case.level is Level.FULL for case in cases)
    yield Count("docs/levels.md", r"(\w+) cases: DIDs of two characters", _word(beyond).capitalize())
    yield Count("README.md", r"each of the (\w+) searches", _word(len(NAMES)))
    yield Count("docs/fuzzing.md", r"on all (\w+)\.", _word(len(NAMES)))
    needed = Counter(need for case in cases for need in case.needs)
    for role in sorted(set(Role) - MADE_UP_ROLES - {Role.ADMIN}):
        yield Count("docs/target-file.md", rf"\| `{role.value}` \| [^|\n]+ \| ([\d,]+) \|", f"{needed[role]:,}")


def _word(number: int) -> str:
    return WORDS[number] if number < len(WORDS) else f"{number:,}"
