"""The types of a prediction: what causes a change, what it does to a call, and an example of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from conformance.contract.deviation import Deviation
from conformance.contract.settings import Build, Dialect
from conformance.upgrade.effect import ClientEffect

AS_DOCUMENTED = "as documented"
"""The setting of a change that only a server would show that does what the documentation says."""


class BuildCause(StrEnum):
    """What differs between two builds, so that they treat a call differently."""

    FIELD = "field"
    SANITISING = "sanitising"
    FUNCTION = "function"
    TABLE = "table"
    DEVIATION = "deviation"
    BUILD = "build"
    UNNAMED = "unnamed"


PHP = "PHP 8.1"
"""In place of a build where it is not the build that decides: the first PHP that ends a script at an SQL error."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from. `field` is a parameter, or the id of a deviation; None if the whole function is meant.

    `build` is the first build, of the two and those between, that is as the newer of the two, or PHP.
    """

    function: str
    field: str | None
    cause: BuildCause
    build: str

    @property
    def age(self) -> tuple[bool, str, Build | None]:
        """What orders origins: builds by age, PHP after them."""
        return (True, self.build, None) if self.build == PHP else (False, "", Build.parse(self.build))


@dataclass(frozen=True, slots=True)
class Sides:
    """What one dialect answers before and after, as text."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Example:
    """A request that shows a change: the case and the number of its request, from 1; what is answered and stored.

    `curl` has `$VICIDIAL_PASS` for the password. `stored` is empty on both sides if they leave the same.
    """

    case: str
    request: int
    curl: str
    replies: Mapping[Dialect, Sides]
    stored: Sides
    settings: str


@dataclass(frozen=True, slots=True)
class PredictedChange:
    """What a client will see change in one function, by one cause: what it means, and how many cases show it.

    `only` names the setting without which it does not show, or the dialect in which alone it does.
    `begin` and `end` are deviations from the documentation that come and go with it.
    """

    origin: Origin
    effect: ClientEffect
    only: str
    meaning: str
    cases: int
    example: Example
    begin: tuple[str, ...] = ()
    end: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildChange:
    """Something that the contract says begins or ends between two builds, and whether a predicted case shows it."""

    origin: Origin
    begins: bool
    shown: bool
    deviation: Deviation | None = None

    @property
    def told(self) -> str:
        """What begins or ends, for people, and why no case can show it if that is known."""
        parts = (self.origin.cause.value, self.origin.function, self.origin.field)
        why = self.deviation.unobservable if self.deviation and not self.shown else None
        return f"{' '.join(filter(None, parts))} {'begins' if self.begins else 'ends'}{f': {why}' if why else ''}"


@dataclass(frozen=True, slots=True)
class UpgradeForecast:
    """All that is predicted of going from one build to another, the most dangerous changes first.

    `old` and `new` name the builds, with the versions of PHP where these are not the same.
    """

    old: str
    new: str
    downgrade: bool
    changes: tuple[PredictedChange, ...]
    turns: tuple[BuildChange, ...]

    @property
    def shipped(self) -> tuple[PredictedChange, ...]:
        """The changes that a server shows that does what servers do."""
        return tuple(change for change in self.changes if change.only != AS_DOCUMENTED)

    @property
    def unshown(self) -> tuple[BuildChange, ...]:
        """What begins or ends, and no case shows it."""
        return tuple(change for change in self.turns if not change.shown)
