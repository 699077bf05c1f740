"""What need not be worked out again for the next server: requests, the guard's rulings, and verdicts on equal replies.

The cases, their numbers and the run's digits are the same on every server. So a request is ruled on once, and replies
that were judged before, in the same settings, have the verdict that they had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from conformance.cases.model import Case
from conformance.contract.request import Request
from conformance.contract.settings import ServerSettings
from conformance.contract.world import RowName
from conformance.exchange import Exchange, Failure, Reply
from conformance.run.engine import Judging
from conformance.run.guard import Forbidden, Guard
from conformance.verdict.judge import Judgement
from conformance.verdict.model import Fail

MOST_JUDGEMENTS = 40_000
"""How many verdicts are kept, about 1 kB each."""

Seen = tuple[tuple[int | str, str, str], ...]
"""The replies to a case without what no verdict depends on: how long they took."""

_Ruling = frozenset[RowName] | Forbidden
_Judged = tuple[str, frozenset[ServerSettings], Seen]


@dataclass(frozen=True, eq=False)
class SuiteCache:
    """One for a process and a level."""

    requests: dict[str, Sequence[Request]] = field(default_factory=dict)
    rulings: dict[tuple[ServerSettings, ...], dict[Request, _Ruling]] = field(default_factory=dict)
    judgements: dict[_Judged, Judgement] = field(default_factory=dict)

    def rule(self, guard: Guard, request: Request) -> frozenset[RowName]:
        """The rows that a request could create, asked of a guard once. Raises Forbidden if it must not be sent."""
        rulings = self.rulings.setdefault(guard.settings, {})
        ruling = rulings.get(request)
        if ruling is None:
            ruling = rulings[request] = _ruling(guard, request)
        if isinstance(ruling, Forbidden):
            raise ruling.with_traceback(None)
        return ruling

    def keep(self, key: _Judged, judgement: Judgement) -> None:
        """Remember a verdict, as long as there is room."""
        if len(self.judgements) < MOST_JUDGEMENTS:
            self.judgements[key] = judgement


def _ruling(guard: Guard, request: Request) -> _Ruling:
    try:
        return guard.rule(request)
    except Forbidden as forbidden:
        return forbidden


@dataclass(frozen=True)
class CachedJudging:
    """Judges replies that were not judged before. `seen` are the replies to each case that has been judged."""

    judging: Judging
    cache: SuiteCache
    seen: dict[str, Seen] = field(default_factory=dict)

    def __call__(self, case: Case, exchanges: Sequence[Exchange], possible: frozenset[ServerSettings]) -> Judgement:
        """What the exchanges of a case come to, in the settings that are still possible."""
        got = self.seen[case.id] = seen(exchanges)
        key = (case.id, possible, got)
        found = self.cache.judgements.get(key)
        if found is None:
            found = self.judging(case, exchanges, possible)
            if not isinstance(found.verdict, Fail):  # replies that fail are a fault's own, and do not come again
                self.cache.keep(key, found)
        return found


def seen(exchanges: Sequence[Exchange]) -> Seen:
    """What came back."""
    return tuple(_essence(exchange.result) for exchange in exchanges)


def _essence(result: Reply | Failure) -> tuple[int | str, str, str]:
    if isinstance(result, Reply):
        return result.status, result.content_type, result.body
    return "no reply", result.trouble.value, result.message
