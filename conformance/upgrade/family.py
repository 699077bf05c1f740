"""Changes that are told together: of one effect, one cause and one build."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.upgrade.effect import ClientEffect, counted
from conformance.upgrade.model import BuildCause, PredictedChange, UpgradeForecast


@dataclass(frozen=True, slots=True)
class Family:
    """Changes of one effect, cause and build; the first has the example that stands for all."""

    changes: tuple[PredictedChange, ...]

    @property
    def head(self) -> PredictedChange:
        """The change whose example is shown."""
        return self.changes[0]

    @property
    def cases(self) -> int:
        """How many cases show one of them; a case may show several."""
        return sum(change.cases for change in self.changes)

    @property
    def members(self) -> tuple[str, ...]:
        """What changes: the fields with the functions that have them, and the setting if they change in one only."""
        functions: dict[tuple[str, str], list[str]] = defaultdict(list)
        always = {(change.origin.field, change.origin.function) for change in self.changes if not change.only}
        for change in self.changes:
            origin = change.origin
            if not change.only or (origin.field, origin.function) not in always:
                functions[origin.field or "", change.only].append(origin.function)
        return tuple(_member(*key, sorted(names)) for key, names in sorted(functions.items()))


def _member(field: str, only: str, functions: list[str]) -> str:
    what = f"{field} of {', '.join(functions)}" if field else ", ".join(functions)
    return f"{what} ({only})" if only else what


def families(changes: Iterable[PredictedChange]) -> tuple[Family, ...]:
    """The changes in families, in the order in which they first come."""
    found: dict[tuple[ClientEffect, BuildCause, str, str], list[PredictedChange]] = defaultdict(list)
    for change in changes:
        found[change.effect, change.origin.cause, change.origin.build, change.meaning].append(change)
    return tuple(Family(tuple(members)) for members in found.values())


def answer(forecast: UpgradeForecast) -> str:
    """The forecast in one sentence."""
    way = "downgrade" if forecast.downgrade else "upgrade"
    if forecast.old == forecast.new:
        return f"Nothing changes: both builds are {forecast.old}."
    head = f"The {way} from {forecast.old} to {forecast.new}"
    if not forecast.shipped:
        return f"{head} changes nothing that a client sees."
    number = len(forecast.shipped)
    told = ", ".join(counted(Counter(change.effect for change in forecast.shipped)))
    return f"{head} brings {number} change{'s' * (number != 1)}: {told}."
