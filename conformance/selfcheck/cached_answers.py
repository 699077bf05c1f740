"""Honest answers that need not be worked out again: of the same request, where what is asked of the state is the same.

A prediction depends on the contract, the request and what it asks of the state, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.contract.model import Contract, Dialect, ServerSettings
from conformance.contract.request import Request
from conformance.contract.world import Did, Entities, State, User
from conformance.emulator.config import Config
from conformance.emulator.respond import Response, work_out

VARIANTS = 6
"""How many different states are remembered for one request."""

Question = Callable[[State], object]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response, and what was asked of the state for it, with what it said."""

    asked: tuple[tuple[Question, object], ...]
    response: Response

    def holds_for(self, state: State) -> bool:
        """Whether that state would say the same."""
        return all(question(state) == said for question, said in self.asked)


@dataclass(frozen=True, eq=False)
class CachedAnswers:
    """An honest behaviour for one contract; what follows another contract is worked out each time."""

    contract: Contract
    _answers: dict[tuple[Request, Dialect, ServerSettings], list[_Answer]] = field(default_factory=dict)

    def __call__(self, contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        """The honest response."""
        if contract is not self.contract:
            return work_out(contract, state, request, config, now)
        known = self._answers.setdefault((request, config.dialect, state.settings), [])
        for answer in known:
            if answer.holds_for(state):
                return answer.response
        questioned = _Questioned(state)
        response = work_out(contract, questioned, request, config, now)
        if len(known) < VARIANTS:
            known.append(_Answer(tuple(questioned.asked), response))
        return response


@dataclass(frozen=True)
class _Questioned:
    """A state that keeps what it is asked."""

    state: State
    asked: list[tuple[Question, object]] = field(default_factory=list)

    @property
    def settings(self) -> ServerSettings:
        """The server's settings, which answers are remembered by."""
        return self.state.settings

    @property
    def entities(self) -> Entities:
        """What DIDs may refer to."""
        said = self.state.entities
        self.asked.append((_entities, said))
        return said

    @property
    def next_did_id(self) -> int | None:
        """The did_id of the next DID."""
        said = self.state.next_did_id
        self.asked.append((_next_did_id, said))
        return said

    @property
    def unknown_did_id(self) -> int:
        """A did_id that no DID has."""
        said = self.state.unknown_did_id
        self.asked.append((_unknown_did_id, said))
        return said

    def user(self, name: str) -> User | None:
        """The user of that name."""
        said = self.state.user(name)
        self.asked.append((lambda state: state.user(name), said))
        return said

    def find(self, pattern: str, *, exact: bool) -> Did | None:
        """The DID with that pattern."""
        said = self.state.find(pattern, exact=exact)
        self.asked.append((lambda state: state.find(pattern, exact=exact), said))
        return said


def _entities(state: State) -> Entities:
    return state.entities


def _next_did_id(state: State) -> int | None:
    return state.next_did_id


def _unknown_did_id(state: State) -> int:
    return state.unknown_did_id
