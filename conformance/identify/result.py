"""What identifying a server has come to."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.contract.settings import Build, Dialect
from conformance.identify.hypothesis import Hypothesis, placed, spans


@dataclass(frozen=True, slots=True)
class Question:
    """A question: how many hypotheses there were before and after it, and the replies, redacted.

    `explained` is whether a hypothesis explains the replies of this question at all.
    """

    case: str
    title: str
    before: int
    after: int
    came: tuple[str, ...]
    explained: bool


@dataclass(frozen=True)
class Identified:
    """What is left, what was asked for it, and what the server says of itself.

    `wanting` says what would tell the rest apart, `ended` why it ended early, `left_behind` which DIDs may be left.
    """

    url: str
    version: str
    told: Build | None
    left: tuple[Hypothesis, ...]
    asked: tuple[Question, ...]
    contradiction: bool
    wanting: tuple[str, ...] = ()
    requests: int = 0
    left_behind: tuple[str, ...] = ()
    ended: str | None = None

    @property
    def is_explained(self) -> bool:
        """Whether one hypothesis at least explains everything."""
        return not self.contradiction and all(asked.explained for asked in self.asked)

    @property
    def exit_code(self) -> int:
        """0 placed, 1 nothing explains the replies, 3 not reachable, 4 something left behind."""
        if self.left_behind:
            return 4
        if not self.is_explained:
            return 1
        return 3 if self.ended else 0

    @property
    def about_version(self) -> str:
        """What the server calls itself, beside what its behaviour says."""
        if self.told is None:
            return "it does not tell its build; give runs the build found here with --build"
        if any(self.told in hypothesis.builds for hypothesis in self.left):
            return f"it says {self.told}, and behaves so"
        found = spans({hypothesis.builds for hypothesis in self.left})
        return f"it says {self.told}, but behaves as {found}: a proxy, a patched server, or other files than it thinks"


def rows(identified: Identified) -> list[dict[str, str]]:
    """What is left in words, a few rows of it."""
    return [
        {
            "builds": spans(row.builds),
            "SQL mode": " or ".join(row.sql_modes),
            "use_non_latin": " or ".join(str(int(value)) for value in row.non_latin),
            "PHP": " or ".join(errors.php.removeprefix("PHP ") for errors in row.sql_errors),
            "follows": " or ".join(_LIKE[rules] for rules in row.rules),
            "prints": " or ".join(_LIKE[form] for form in row.forms),
        }
        for row in placed(identified.left)
    ]


_LIKE = {Dialect.SHIPPED: "real servers", Dialect.DOCUMENTED: "the documentation"}
