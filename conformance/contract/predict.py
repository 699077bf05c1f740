"""(state, request, dialect) -> what is answered and what changes. Pure.

A dialect here is a reading of the rules: `documented` follows the published documentation to the letter and does not
sanitise; `shipped` does what servers do. How an answer is then printed is a second choice: see `Answer.line`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from conformance.contract import mysql
from conformance.contract.act import act
from conformance.contract.call import Call, Step, read
from conformance.contract.checks import check, shown_number
from conformance.contract.contract import Contract
from conformance.contract.effects import EFFECT_OF
from conformance.contract.outcome import CLOCK, Answer, Outcome, Unspecified
from conformance.contract.request import Parameters, Request
from conformance.contract.sanitise import is_sanitised, sanitise
from conformance.contract.settings import Build, Dialect, SqlErrors, SqlMode
from conformance.contract.world import Put, State

LOG_SOURCE_SIZE = 20
"""Characters that the log's source column holds; more is an error under strict SQL (observed.md section 4)."""

LOGGED = {"source": "strict-source-500", "agent_user": "strict-agent-user-500"}
"""Parameters that the log has a column for, all of the same size, and the deviation of one that is too long."""


@dataclass(frozen=True)
class _Asked:
    """What was asked of what."""

    contract: Contract
    state: State
    request: Request


def predict(contract: Contract, state: State, request: Request, dialect: Dialect) -> Outcome | Unspecified:
    """What a server that follows `dialect` does; Unspecified where that dialect says nothing of such a request."""
    end = _ruled(contract, state, request, dialect)
    if dialect is Dialect.SHIPPED:
        asked = _Asked(contract, state, request)
        end = _with_debug_lines(_with_log_failure(end, asked), asked)
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
    if isinstance(step, Call) and _has_quotes_in_sql(step):
        step = step.silent("what old builds make of quotes in such SQL was never recorded")
    if isinstance(step, Call):
        step = _pass(step, step.called.checks)
    return _effect(step) if isinstance(step, Call) else step


def _has_quotes_in_sql(call: Call) -> bool:
    """Whether text of another script's server comes into SQL unsanitised and could end its literal."""
    if not call.shipped or call.harmless:
        return False
    settings, values = call.state.settings, call.values or {}
    with_quotes = (p for p in call.called.parameters if not {"'", "\\"}.isdisjoint(values.get(p.name, "")))
    looked_up = call.called.reads
    return any((settings.non_latin or (looked_up and p.column)) and not is_sanitised(p, settings) for p in with_quotes)


def _without_password(answer: Answer, contract: Contract) -> Answer:
    is_echo = "password" in answer.form(contract).invariants
    return replace(answer, values={**answer.values, "pass": ""}) if is_echo else answer


def _shown(end: Outcome | Unspecified, request: Request) -> Outcome | Unspecified:
    return replace(end, answers=(), table=None) if request.method == "HEAD" and isinstance(end, Outcome) else end


def _pass(step: Step, checks: tuple[str, ...]) -> Step:
    """A call after some checks and actions; one that is handed on to another function goes through that one's."""
    for name in checks:
        if not isinstance(step, Call):
            return step
        function = step.function
        action = function.actions.get(name) if function else None
        step = act(action, step) if action else check(name, step)
        if isinstance(step, Call) and function is not None and step.called is not function:
            return _pass(step, ("allowed", *step.called.checks))
    return step


def _effect(call: Call) -> Outcome | Unspecified:
    if call.called.actions:
        return call.ends()
    effect = EFFECT_OF.get(call.called.effect)
    return effect(call) if effect else call.silent(f"what {call.called.name} answers then is not described here")


NOT_LOGGED = frozenset({"login-incorrect"})
LOGGING_UNKNOWN = frozenset({"locked", "invalid-source"})
"""Replies of which no recording shows whether the API's log has them."""


def _with_log_failure(end: Outcome | Unspecified, call: _Asked) -> Outcome | Unspecified:
    """Where the database refuses a line's log row, the script ends there, with HTTP 500 and its work so far done.

    What may happen instead ends so too. Observed.md sections 4 and 7. PHP before 8.1 goes on.
    """
    if isinstance(end, Outcome) and end.alternatives:
        others = (_with_log_failure(other, call) for other in end.alternatives)
        end = replace(end, alternatives=tuple(other for other in others if isinstance(other, Outcome)))
    deviation = _log_failure(call)
    names = [answer.name for answer in end.answers] if isinstance(end, Outcome) else []
    if deviation is None or isinstance(end, Unspecified) or not _is_logged(end):
        return end
    if not LOGGING_UNKNOWN.isdisjoint(names):
        why = f"what {deviation} does to this reply was never recorded"
        return Unspecified(why, end.quirks | {deviation}, end.changes)
    done = end.changes if end.at_first is None else end.at_first
    if len(names) > 1 and end.at_first is None:
        added = [change for change in done if isinstance(change, Put)]
        done = tuple(c for c in done if c not in added[1 if names[0] == "added" else 0 :])
    return replace(end, status=500, answers=end.answers[:1], changes=done, quirks=end.quirks | {deviation})


def _is_logged(end: Outcome) -> bool:
    if end.table is not None:
        return end.table.logged
    return not NOT_LOGGED.issuperset(answer.name for answer in end.answers)


def _log_failure(call: _Asked) -> str | None:
    """The deviation that says so. Settings are asked last: most requests come to the same under all."""
    settings = call.state.settings
    if not mysql.is_literal(call.request.logged_url):
        return "apostrophe-500" if settings.sql_errors is SqlErrors.THROWN else None
    long = next(filter(partial(_is_too_long, call), LOGGED), None)
    if long is None:
        return None
    refused = settings.sql_mode is SqlMode.STRICT and settings.sql_errors is SqlErrors.THROWN
    return LOGGED[long] if refused else None


def _is_too_long(call: _Asked, name: str) -> bool:
    """Whether a parameter that is logged has too many characters for its column, once sanitised."""
    raw = call.request.parameters.values.get(name, b"")
    if len(raw) <= LOG_SOURCE_SIZE:
        return False
    called = call.request.parameters.values.get("function", b"").decode("latin-1")
    function = call.contract.functions.get(called, call.contract.common)
    parameter = call.contract.common.by_name.get(name) or function.by_name.get(name)
    return parameter is not None and len(sanitise(raw, parameter, call.state.settings)) > LOG_SOURCE_SIZE


DEBUG_UNTIL = Build(2, 14, 168)
"""The first build recorded without debug output for DB=1; the last recorded with it is 2.14-155."""

_BEFORE = ("debug-login", "debug-user-group", "debug-exists")


@dataclass(frozen=True)
class _Debugged:
    """A request of which recordings show what old builds print before its reply for DB=1."""

    function: str
    optional: frozenset[str]
    reply: str | None
    lines: tuple[str, ...]


DEBUGGED = (
    _Debugged("add_did", frozenset(), "added", (*_BEFORE, "debug-insert", "debug-log")),
    _Debugged("add_did", frozenset({"record_call"}), None, _BEFORE),
    _Debugged("update_did", frozenset({"active"}), "updated", (*_BEFORE, "debug-update", "debug-log")),
)


def _with_debug_lines(end: Outcome | Unspecified, call: _Asked) -> Outcome | Unspecified:
    """Old builds print SQL for DB=1, or whatever else DB is but 0. Three requests were recorded."""
    sent = call.request.parameters
    asked = "DB" in sent.arrays or sent.values.get("DB", b"0") != b"0"
    if not asked or call.state.settings.build >= DEBUG_UNTIL:
        return end
    quirks = end.quirks | {"debug-prints-sql"}
    found = _debugged(end, sent) if isinstance(end, Outcome) else None
    if found is None or isinstance(end, Unspecified):
        why = "what old builds print for DB=1 was recorded for three requests only"
        return Unspecified(why, quirks, end.changes)
    row = next((change.row for change in end.changes if isinstance(change, Put)), None)
    told = {name: value.decode() for name, value in sent.values.items()}
    number = shown_number(call.contract.kinds[row.kind], row) if row else {}
    values = {**told, **CLOCK, **number}
    debug = tuple(Answer(found.function, name, values) for name in found.lines)
    return replace(end, answers=(*debug, *end.answers), quirks=quirks)


def _debugged(end: Outcome, sent: Parameters) -> _Debugged | None:
    optional = frozenset({*sent.values, *sent.arrays} - {"function", "user", "pass", "source", "DB", "did_pattern"})
    reply = end.answers[0].name if end.answers else None
    function = sent.values.get("function", b"").decode("latin-1")
    same = (d for d in DEBUGGED if (d.function, d.optional, d.reply) == (function, optional, reply))
    plain = all(value.isalnum() for name, value in sent.values.items() if name not in ("DB", "function"))
    return next(same, None) if plain and "did_pattern" in sent.values else None
