"""What a target can be tested for, found out without writing anything to it: role by role, entity by entity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import request
from conformance.cases.model import CANNOT_LOG_IN, MADE_UP_ROLES, Entity, Need, Param, Role, Step, provided
from conformance.cases.roles import ADMINS_OWN, ROLES
from conformance.cases.rows import question
from conformance.cases.steps import sent_by
from conformance.contract.contract import Contract
from conformance.contract.form import refusal_name
from conformance.contract.reply import parse_line
from conformance.contract.world import RowName
from conformance.errors import UsageError
from conformance.exchange import Failure, Reply
from conformance.run.messages import messages
from conformance.run.plan import Plan
from conformance.run.preflight import SENTINEL, sanity
from conformance.run.run import Run, closing, raise_if_left
from conformance.run.sender import Sender
from conformance.run.target_file import advice

DOCTOR = "doctor"
_SHOWN = 120


class NeedState(StrEnum):
    """How a role or an entity is: as it should be, wrong, asked for in vain, not given, or not to be tried."""

    WORKS = "works"
    WRONG = "wrong"
    NO_ANSWER = "no answer"
    MISSING = "missing"
    NOT_TRIED = "not tried"


EXIT_CODES: Mapping[NeedState, int] = {NeedState.WRONG: 1, NeedState.NO_ANSWER: 3}
"""The exit codes of `doctor`, the first that applies; any other condition is 0."""

REFUSED_BY: Mapping[Need, str] = {
    Role.LEVEL7: "no-permission",
    Role.NO_MODIFY_DIDS: "no-permission",
    Role.NO_API_ACCESS: "no-permission",
    Role.RESTRICTED_FUNCTIONS: "function-not-allowed",
    Role.RESTRICTED_NO_MODIFY_DIDS: "function-not-allowed",
}
"""The reply that a role gets which asks about a DID; any other role is told that the DID does not exist."""

SHOWN_BY_A_DID = frozenset(role for role in Role if ROLES[role].without <= ADMINS_OWN)
"""The roles that are told by what they are answered about a DID; the others by what they are refused."""

OWN = "<own>"

_NO_LOGIN = {"login-incorrect": "login refused", "locked": "is locked: try again in 15 minutes"}
"""Replies that a role may get in place of its own, and what is said of it then."""

FIELD_OF: Mapping[Entity, str] = {
    Entity("ingroup"): "group",
    Entity("call_menu"): "menu_id",
    Entity("server_ip"): "server_ip",
}
TOO_LONG = Param("filter_clean_cid_number", "R" * 21)
"""A field that every build checks after the references, and refuses: nothing is ever stored by such a request."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One role or entity: its state, what was said or why nothing was, what to do, how many cases."""

    need: Need
    state: NeedState
    said: str
    advice: str
    cases: int


def examine(plan: Plan) -> tuple[str, tuple[Diagnosis, ...]]:
    """The server's version line, and a finding for every role and entity. Raises what preflight raises, LeftBehind."""
    with closing(Run(plan)) as run:
        found = run.examine(lambda sender: _examine(plan, sender))
    raise_if_left(run.close().left, plan.folder, UsageError("a request that should change nothing made a DID"))
    return found


async def _examine(plan: Plan, sender: Sender) -> tuple[str, tuple[Diagnosis, ...]]:
    found = await sanity(sender, plan.ground, plan.target.url)
    version = f"{found.line} ({found.fault})" if found.fault else found.line
    needs: Sequence[Need] = [*(role for role in Role if role not in MADE_UP_ROLES), *provided()]
    return sender.redact(version), tuple([await _finding(plan, sender, need) for need in needs])


async def _finding(plan: Plan, sender: Sender, need: Need) -> Diagnosis:
    cases = sum(need in case.needs for case in catalogue(sender.contract))
    state, said = await _state(plan, sender, need)
    way = "" if state is NeedState.WORKS else advice()[need]
    return Diagnosis(need, state, said, way, cases)


async def _state(plan: Plan, sender: Sender, need: Need) -> tuple[NeedState, str]:
    ground = plan.ground
    if need not in ground.logins and need not in ground.entities:
        return NeedState.MISSING, "not in the target file"
    if need in CANNOT_LOG_IN:
        return NeedState.NOT_TRIED, "asking would count as a failed login"
    if isinstance(need, Entity) and Role.ADMIN not in ground.logins:
        return NeedState.NOT_TRIED, "needs the role admin"
    asked = _question(sender.contract, need)
    if asked is None:
        return NeedState.NOT_TRIED, "no request that changes nothing tells"
    exchange = await sender.send(request(asked, ground, SENTINEL), DOCTOR, 0)
    if isinstance(exchange.result, Failure):
        return NeedState.NO_ANSWER, exchange.result.message
    return _judged(sender.contract, need, exchange.result, sender.redact)


def _question(contract: Contract, need: Need) -> Step | None:
    """What shows by its reply how a role or an entity is, and changes nothing; None if nothing does."""
    if isinstance(need, Role) and need not in SHOWN_BY_A_DID:
        return next(_asking_for(contract, need), None)
    if isinstance(need, Role):
        return Step("update_did", (Param("did_pattern", "<did>"),), role=need)
    if isinstance(need, Entity) and need.is_hidden:
        return Step("update_did", (Param("did_pattern", "<hidden_did>"),))
    if need not in FIELD_OF:
        return None
    reference = Param(FIELD_OF[need], f"<{need.value}>")
    return Step("add_did", (Param("did_pattern", "<did>"), Param("active", "N"), reference, TOO_LONG))


def _asking_for(contract: Contract, role: Role) -> Iterator[Step]:
    """Calls that ask for a setting which a role is without: about a row that is not there, or about none."""
    refused = [
        f for f in contract.functions.values() if f.permission and ROLES[role].without & {*f.permission.settings}
    ]
    for kind in contract.kinds.values():
        if kind.own and kind.ask and contract.functions[kind.ask.function] in refused:
            row = RowName(kind.name, tuple(OWN if name == kind.own else kind.fixed[name] for name in kind.key))
            yield sent_by(role, question(contract, row))
    for function in refused:
        if function.reads and not function.required:
            yield Step(function.name, role=role)


def _judged(contract: Contract, need: Need, reply: Reply, redact: Callable[[str], str]) -> tuple[NeedState, str]:
    line = parse_line(reply.body.split("\n")[0])
    for name, said in _NO_LOGIN.items():
        if any(message in line.message for message in messages(contract, "update_did", name)):
            return NeedState.WRONG, said
    if reply.status != 200 or not line.status:
        what = "no reply of the API" if reply.status == 200 else f"HTTP {reply.status}"
        body = repr(redact(reply.body).strip()[:_SHOWN]) if reply.body else "an empty body"
        return NeedState.WRONG, f"{what}: {body}"
    if line.message not in messages(contract, *_wanted(contract, need)):
        return NeedState.WRONG, f"the server said: {redact(line.message) or 'nothing'}"
    return NeedState.WORKS, "answers as it should"


def _wanted(contract: Contract, need: Need) -> tuple[str, str]:
    """The function and the reply that show a need to be as it should."""
    if isinstance(need, Role) and need not in SHOWN_BY_A_DID:
        asked = _question(contract, need)
        called = contract.functions[asked.function or ""] if asked else None
        assert called is not None
        assert called.permission is not None
        return called.name, called.permission.reply
    if isinstance(need, Entity) and need.is_hidden:
        return "update_did", "no-updates"
    if isinstance(need, Entity):
        return "add_did", refusal_name(TOO_LONG.name)
    return "update_did", REFUSED_BY.get(need, "missing")
