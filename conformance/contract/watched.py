"""Settings that note what is asked of them: what all that would answer the same come to is worked out once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, cast

from conformance.contract.settings import ServerSettings, SqlErrors, SqlMode
from conformance.contract.world import World

T = TypeVar("T")

Question = Callable[[ServerSettings], object]


@dataclass
class Watched:
    """Stands for some settings, and remembers what was asked of them."""

    settings: ServerSettings
    asked: dict[Hashable, tuple[Question, object]] = field(default_factory=dict)

    def as_settings(self) -> ServerSettings:
        """Itself, for whoever takes settings."""
        return cast(ServerSettings, self)

    def answers_alike(self, other: ServerSettings) -> bool:
        """Whether other settings answer all that was asked in the same way."""
        return all(question(other) == answer for question, answer in self.asked.values())

    def note(self, name: Hashable, question: Question) -> object:
        """The answer to a question, remembered by its name."""
        if name not in self.asked:
            self.asked[name] = question, question(self.settings)
        return self.asked[name][1]

    @property
    def sql_mode(self) -> SqlMode:
        """As of the settings."""
        return cast(SqlMode, self.note("sql_mode", lambda settings: settings.sql_mode))

    @property
    def non_latin(self) -> bool:
        """As of the settings."""
        return cast(bool, self.note("non_latin", lambda settings: settings.non_latin))

    @property
    def sql_errors(self) -> SqlErrors:
        """As of the settings."""
        return cast(SqlErrors, self.note("sql_errors", lambda settings: settings.sql_errors))

    @property
    def build(self) -> _WatchedBuild:
        """The build; only what it is compared with is noted."""
        return _WatchedBuild(self)


class _WatchedBuild:
    """A build; `2.14-155 <= build` is asked of it as `build >= 2.14-155`."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def _compared(self, how: Callable[[Any, Any], bool], other: object) -> bool:
        return bool(self._watched.note((how, other), lambda settings: how(settings.build, other)))

    def __lt__(self, other: object) -> bool:
        return self._compared(operator.lt, other)

    def __le__(self, other: object) -> bool:
        return self._compared(operator.le, other)

    def __gt__(self, other: object) -> bool:
        return self._compared(operator.gt, other)

    def __ge__(self, other: object) -> bool:
        return self._compared(operator.ge, other)

    def __eq__(self, other: object) -> bool:
        return self._compared(operator.eq, other)

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return cast(str, self._watched.note("build", lambda settings: str(settings.build)))


@dataclass
class Shared(Generic[T]):
    """Something worked out of worlds, once for all that are the same but for settings that would answer alike.

    What comes of it may hold watched settings: whoever keeps a world of it puts in its own.
    """

    work: Callable[[World], T]
    _known: list[tuple[World, Watched, T]] = field(default_factory=list)

    def of(self, world: World) -> T:
        """What it comes to for one world."""
        for other, watched, found in self._known:
            if watched.answers_alike(world.settings) and replace(other, settings=world.settings) == world:
                return found
        watched = Watched(world.settings)
        found = self.work(replace(world, settings=watched.as_settings()))
        self._known.append((world, watched, found))
        return found
