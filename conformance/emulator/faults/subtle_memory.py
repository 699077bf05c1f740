"""Subtle faults with a memory: what a DID went through before decides, so only a sequence of calls shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Protocol

from conformance.contract.world import Drop, Put, Row
from conformance.emulator.faults.asked import Asked, behaving, did
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.faults.subtle_parts import ADD, COPY, UPDATE, optional_of
from conformance.emulator.respond import Response

UPDATES_KEPT = 4
"""Updates of one DID that are carried out."""


class Remembering(Protocol):
    """A server that keeps something about its DIDs, each by its name in small letters."""

    def __call__(self, asked: Asked) -> Response:
        """The answer to one request."""
        ...


def _fault(id: str, title: str, memory: Callable[[], Remembering]) -> Fault:
    return Fault(f"{FaultKind.SUBTLE}/{id}", title, FaultKind.SUBTLE, lambda: behaving(memory()))


def _target(asked: Asked, name: str = "did_pattern") -> str:
    return asked.value(name).lower()


def _made(asked: Asked, answer: Response) -> list[Row]:
    """The DIDs that a call has made, in order."""
    puts = [change.row for change in answer.changes if isinstance(change, Put)]
    return puts if asked.calls in (ADD, COPY) else []


def _deleted(answer: Response) -> bool:
    return any(isinstance(change, Drop) for change in answer.changes)


def _updated(asked: Asked, answer: Response) -> bool:
    return asked.calls == UPDATE and any(isinstance(change, Put) for change in answer.changes)


def _uses(asked: Asked, answer: Response) -> str | None:
    """The DID that a call has updated or copied from, if it has."""
    if _updated(asked, answer):
        return _target(asked)
    return _target(asked, "source_did_pattern") if asked.calls == COPY and _made(asked, answer) else None


def _missing(asked: Asked, name: str) -> Response:
    """The answer of a server on which that DID does not exist."""
    return asked.seeing(as_found=lambda found, row: None if found.lower() == name else row).honestly()


@dataclass
class AddedAgain:
    """Looks for the row of a DID's first life when it has something to write."""

    ended: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Response:
        """The answer to one request."""
        answer = asked.honestly()
        used = _uses(asked, answer)
        if used in self.again:
            return _missing(asked, used)
        if _deleted(answer):
            self.ended.add(_target(asked))
            self.again.discard(_target(asked))
        self.again.update({row.name.lower() for row in _made(asked, answer)} & self.ended)
        return answer


@dataclass
class FifthUpdate:
    """Has room for four changes of each DID."""

    updates: Counter[str] = field(default_factory=Counter)

    def __call__(self, asked: Asked) -> Response:
        """The answer to one request."""
        answer, name = asked.honestly(), _target(asked)
        if _deleted(answer):
            del self.updates[name]
        if not _updated(asked, answer):
            return answer
        if self.updates[name] == UPDATES_KEPT:
            return asked.without(*(parameter.name for parameter in optional_of(asked))).honestly()
        self.updates[name] += 1
        return answer


@dataclass
class UpdatedAfterCopy:
    """Ties copies to their source, looks for a DID along that tie, and loses it with the first update of either."""

    tied: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Response:
        """The answer to one request."""
        answer, name = asked.honestly(), _target(asked)
        used = _uses(asked, answer)
        if used in self.lost:
            return _missing(asked, used)
        if used is not None and asked.calls == COPY:
            self.tied.update({used, *(row.name.lower() for row in _made(asked, answer))})
        if _updated(asked, answer) and name in self.tied:
            self.lost.add(name)
        if _deleted(answer):
            self.tied.discard(name)
            self.lost.discard(name)
        return answer


@dataclass
class Siblings:
    """Deletes a row and the one after it, if one call made both."""

    next_of: dict[int, Row] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Response:
        """The answer to one request."""
        answer = asked.honestly()
        self.next_of.update((row.number, after) for row, after in pairwise(_made(asked, answer)))
        return replace(answer, changes=(*answer.changes, *self._with_it(answer)))

    def _with_it(self, answer: Response) -> Iterator[Drop]:
        for change in answer.changes:
            if isinstance(change, Drop) and change.row.number in self.next_of:
                yield Drop(self.next_of[change.row.number])


@dataclass
class UpdatedGhost:
    """Keeps what it has written about a DID, and takes it for the DID when a new one is to be made."""

    updated: set[str] = field(default_factory=set)
    ghosts: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Response:
        """The answer to one request."""
        if asked.calls in (ADD, COPY):
            return self._seeing_ghosts(asked).honestly()
        answer, name = asked.honestly(), _target(asked)
        if _updated(asked, answer):
            self.updated.add(name)
        if _deleted(answer) and name in self.updated:
            self.updated.discard(name)
            self.ghosts.add(name)
        return answer

    def _seeing_ghosts(self, asked: Asked) -> Asked:
        """A source is looked up among the living."""
        seen = self.ghosts - {_target(asked, "source_did_pattern")}
        return asked.seeing(as_found=lambda name, row: row or (did(name, -1) if name.lower() in seen else None))


FAULTS = (
    _fault(
        "memory/added-again",
        "A DID that was deleted and made again can be neither copied nor updated: it does not exist",
        AddedAgain,
    ),
    _fault("memory/fifth-update", "The fifth update of a DID and all after it are forgotten", FifthUpdate),
    _fault(
        "memory/updated-after-copy",
        "A source or copy that was updated after the copy can be neither copied nor updated again",
        UpdatedAfterCopy,
    ),
    _fault("memory/siblings", "Deleting one of several copies made by one call deletes the next one with it", Siblings),
    _fault("memory/updated-ghost", "A DID that was updated and then deleted cannot be made again", UpdatedGhost),
)
