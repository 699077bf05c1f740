"""Honest answers that need not be worked out again: of the same request, where what is asked of the state is the same.

A prediction depends on the contract, the request and what it asks of the state, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.world import Row, State, User
from conformance.emulator.config import Config
from conformance.emulator.respond import Response, work_out

T = TypeVar("T")

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

    def next_number(self, kind: str) -> int | None:
        """The number of the next row of that kind."""
        return self._said(lambda state: state.next_number(kind))

    def unknown_number(self, kind: str) -> int:
        """A number that no row of that kind has."""
        return self._said(lambda state: state.unknown_number(kind))

    def user(self, name: str) -> User | None:
        """The user of that name."""
        return self._said(lambda state: state.user(name))

    def find(self, kind: str, key: tuple[str, ...], *, exact: bool, wanted: bool = True) -> Row | None:
        """The row with that key."""
        return self._said(lambda state: state.find(kind, key, exact=exact, wanted=wanted))

    def rows(self, kind: str) -> Iterable[Row]:
        """The rows of that kind."""
        return self._said(lambda state: tuple(state.rows(kind)))

    def knows_all(self, kind: str, *, own: bool = False) -> bool:
        """Whether those are all that there are."""
        return self._said(lambda state: state.knows_all(kind, own=own))

    def _said(self, question: Callable[[State], T]) -> T:
        said = question(self.state)
        self.asked.append((question, said))
        return said
