"""(state, request, dialect) -> what is answered and what changes. Pure.

A dialect here is a reading of the rules: `documented` follows the published documentation to the letter and does not
sanitise; `shipped` does what servers do. How an answer is then printed is a second choice: see `Answer.line`.
"""

from __future__ import annotations

from dataclasses import replace

from conformance.contract.call import Call, Step, read
from conformance.contract.checks import CHECKS, shown_id
from conformance.contract.effects import EFFECT_OF
from conformance.contract.model import OLDEST_BUILD, Build, Contract, Dialect, SqlMode
from conformance.contract.outcome import CLOCK, Answer, Outcome, Unspecified
from conformance.contract.request import Request
from conformance.contract.world import PutDid, State

LOG_SOURCE_SIZE = 20
"""Characters that the log's source column holds; more is an error under strict SQL (observed.md section 4)."""


def predict(contract: Contract, state: State, request: Request, dialect: Dialect) -> Outcome | Unspecified:
    """What a server that follows `dialect` does; Unspecified where that dialect says nothing of such a request."""
    end = _ruled(contract, state, request, dialect)
    if dialect is Dialect.SHIPPED:
        end = _with_debug_lines(_with_log_failure(end, state, request), state, request)
    return _shown(end, request)


def harmless(contract: Contract, state: State, request: Request, dialect: Dialect) -> Outcome | Unspecified:
    """The same of a server that follows these rules and breaks no invariant.

    Nothing says what such a server answers where others fail. Here it is the reply without the password, that of a
    database and a log that take everything, and for an array the nearest documented reply.
    """
    end = _ruled(contract, state, request, dialect, harmless=True)
    if isinstance(end, Outcome):
        end = replace(end, answers=tuple(_without_password(answer, contract) for answer in end.answers))
    return _shown(end, request)


def _ruled(
    contract: Contract, state: State, request: Request, dialect: Dialect, *, harmless: bool = False
) -> Outcome | Unspecified:
    step = _pass(read(contract, state, request, dialect, harmless=harmless), contract.common.checks)
    if isinstance(step, Call):
        step = _pass(step, step.called.checks)
    return _effect(step) if isinstance(step, Call) else step


def _without_password(answer: Answer, contract: Contract) -> Answer:
    is_echo = "password" in answer.form(contract).invariants
    return replace(answer, values={**answer.values, "pass": ""}) if is_echo else answer


def _shown(end: Outcome | Unspecified, request: Request) -> Outcome | Unspecified:
    return replace(end, answers=()) if request.method == "HEAD" and isinstance(end, Outcome) else end


def _pass(step: Step, checks: tuple[str, ...]) -> Step:
    for check in checks:
        if isinstance(step, Call):
            step = CHECKS[check](step)
    return step


def _effect(call: Call) -> Outcome | Unspecified:
    effect = EFFECT_OF.get(call.called.effect)
    return effect(call) if effect else call.silent(f"what {call.called.name} answers then is not described here")


def _with_log_failure(end: Outcome | Unspecified, state: State, request: Request) -> Outcome | Unspecified:
    """A call whose log row the database refuses has done its work, and answers HTTP 500 (sections 4 and 7)."""
    deviation = _log_failure(state, request)
    if deviation is None or isinstance(end, Unspecified) or end.status != 200:
        return end
    names = [answer.name for answer in end.answers]
    if not end.logged or "none-added" in names or names[-1:] == ["did_description-refused"] != names:
        return Unspecified(
            f"what {deviation} does to this reply was never recorded", end.quirks | {deviation}, end.changes
        )
    answers = end.answers[:-1] if "summary" in names else end.answers
    return replace(end, status=500, answers=answers, quirks=end.quirks | {deviation})


DEBUG_UNTIL = Build(2, 14, 179)
"""The first build recorded without debug output for DB=1; the last recorded with it is 2.14-137."""

DEBUG_LINES = ("debug-login", "debug-user-group", "debug-exists", "debug-insert", "debug-log")


def _with_debug_lines(end: Outcome | Unspecified, state: State, request: Request) -> Outcome | Unspecified:
    """Old builds print SQL for DB=1. Recorded is one reply: that of add_did with nothing but a pattern, on 2.14-137."""
    if request.parameters.values.get("DB", b"0") == b"0" or state.settings.build >= DEBUG_UNTIL:
        return end
    quirks = end.quirks | {"debug-prints-sql"}
    recorded = isinstance(end, Outcome) and len(end.changes) == 1 and isinstance(end.changes[0], PutDid)
    bare = {"function", "user", "pass", "source", "DB", "did_pattern"} >= request.parameters.values.keys()
    if not (recorded and bare and state.settings.build == OLDEST_BUILD and isinstance(end, Outcome)):
        return Unspecified("what old builds print for DB=1 was recorded for one request only", quirks, end.changes)
    added, change = end.answers[0], end.changes[0]
    assert isinstance(change, PutDid)
    values = {**added.values, **CLOCK, "did_id": shown_id(change.did)}
    debug = tuple(Answer(added.function, name, values) for name in DEBUG_LINES)
    return replace(end, answers=(*debug, added), quirks=quirks)


def _log_failure(state: State, request: Request) -> str | None:
    if request.has_raw_apostrophe:
        return "apostrophe-500"
    source = request.parameters.values.get("source", b"")
    too_long = len(source) > LOG_SOURCE_SIZE
    return "strict-source-500" if too_long and state.settings.sql_mode is SqlMode.STRICT else None
