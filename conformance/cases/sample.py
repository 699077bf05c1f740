"""A target that has everything, and a prediction as text: how cases are shown to people without a server."""

from __future__ import annotations

from functools import cache

from conformance.cases.expand import Ground, Login
from conformance.cases.model import MADE_UP_ROLES, Entity, Role, provided
from conformance.contract.contract import Contract
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.settings import Dialect

PASSWORD = "PASSWORD"  # noqa: S105 - the word itself stands where a password would


@cache
def sample() -> Ground:
    """A target that has everything, for showing what a case sends. Raises ContractError."""
    return Ground(
        {role: Login(role.value, PASSWORD) for role in Role if role not in MADE_UP_ROLES},
        {
            **{entity: entity.upper() for entity in provided()},
            Entity("call_menu"): "call_menu",
            Entity("server_ip"): "10.0.0.1",
            Entity("hidden_did"): "9990000",
        },
        "000000",
    )


def predicted_text(contract: Contract, end: Outcome | Unspecified, dialect: Dialect) -> str:
    """What is predicted on one line: status unless 200, the reply's lines; or why there is no prediction."""
    if isinstance(end, Unspecified):
        return f"(unspecified: {end.why})"
    lines = [answer.line(contract, dialect) or f"({answer.name}: form not known)" for answer in end.answers]
    lines += end.table.lines(dialect) if end.table else ()
    status = "" if end.status == 200 else f"HTTP {end.status} "
    return status + (" / ".join(map(str, lines)) or "(empty)")
