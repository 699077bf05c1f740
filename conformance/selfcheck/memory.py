"""What need not be worked out again for the next server: requests, the guard's rulings, and verdicts on equal replies.

The cases, their numbers and the run's digits are the same on every server. So a request is ruled on once, and replies
that were judged before, in the same settings, have the verdict that they had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from conformance.contract.model import ServerSettings
from conformance.contract.request import Request
from conformance.contract.world import RowName
from conformance.exchange import Exchange, Failure, Reply
from conformance.run.guard import Forbidden, Guard
from conformance.run.sender import Sender
from conformance.verdict.judge import Judgement

MOST_JUDGEMENTS = 40_000
"""How many verdicts are kept, about 1 kB each."""

Seen = tuple[tuple[int | str, str, str], ...]
"""The replies to a case without what no verdict depends on: how long they took."""

_Ruling = frozenset[RowName] | Forbidden
_Judged = tuple[str, frozenset[ServerSettings], Seen]


@dataclass(frozen=True, eq=False)
class Memory:
    """One for a process and a level."""

    requests: dict[str, Sequence[Request]] = field(default_factory=dict)
    rulings: dict[tuple[ServerSettings, ...], dict[Request, _Ruling]] = field(default_factory=dict)
    users: dict[Request, str] = field(default_factory=dict)
    judgements: dict[_Judged, Judgement] = field(default_factory=dict)

    def keep(self, key: _Judged, judgement: Judgement) -> None:
        """Remember a verdict, as long as there is room."""
        if len(self.judgements) < MOST_JUDGEMENTS:
            self.judgements[key] = judgement


def seen(exchanges: Sequence[Exchange]) -> Seen:
    """What came back."""
    return tuple(_essence(exchange.result) for exchange in exchanges)


def _essence(result: Reply | Failure) -> tuple[int | str, str, str]:
    if isinstance(result, Reply):
        return result.status, result.content_type, result.body
    return "no reply", result.trouble.value, result.message


@dataclass(frozen=True)
class RememberingGuard(Guard):
    """A guard that rules on a request once."""

    memory: Memory = field(kw_only=True)

    @cached_property
    def real_users(self) -> frozenset[str]:
        """The users of the target that this run logs in as."""
        return super().real_users

    def rule(self, request: Request) -> frozenset[RowName]:
        """The rows that this request could create. Raises Forbidden if it must not be sent."""
        rulings = self.memory.rulings.setdefault(self.settings, {})
        ruling = rulings.get(request)
        if ruling is None:
            ruling = rulings[request] = self._ruling(request)
        if isinstance(ruling, Forbidden):
            raise ruling.with_traceback(None)
        return ruling

    def _ruling(self, request: Request) -> _Ruling:
        try:
            return super().rule(request)
        except Forbidden as forbidden:
            return forbidden


@dataclass
class RememberingSender(Sender):
    """A sender that finds out once whose request it is. Users are sanitised alike in all builds."""

    memory: Memory = field(kw_only=True)

    def _user(self, request: Request) -> str:
        known = self.memory.users.get(request)
        if known is None:
            known = self.memory.users[request] = super()._user(request)
        return known
