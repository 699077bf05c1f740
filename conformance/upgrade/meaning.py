"""What a change means for a client, in sentences: why it happens, then what the client sees of it."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.model import Contract
from conformance.upgrade.model import PHP, Cause, Effect, Origin

_BEGINS: Mapping[Cause, str] = {
    Cause.FUNCTION: "The server gains this function; before, it answers NO FUNCTION SPECIFIED.",
    Cause.FIELD: "The server begins to read this field; before, it ignores it without a word.",
}
_ENDS: Mapping[Cause, str] = {
    Cause.FUNCTION: "The server no longer has this function, and answers NO FUNCTION SPECIFIED.",
    Cause.FIELD: "The server no longer reads this field: it ignores it without a word.",
}
_EITHER: Mapping[Cause, str] = {
    Cause.SANITISING: "The server strips other characters from this field before it looks at it.",
    Cause.BUILD: "The reply to version names the build.",
    Cause.UNNAMED: "The prediction differs for a reason that has no name yet.",
}
_EFFECTS: Mapping[Effect, str] = {
    Effect.STORED: "The reply is of the same kind as before, but something else is stored: nothing warns the client.",
    Effect.FAILS: "A call that succeeds before is refused or fails after.",
    Effect.WORKS: "A call that is refused before does its work after.",
    Effect.REPLY: "What is done stays the same; the reply reads differently to a client that compares its text.",
    Effect.UNKNOWN: "What one of the two prints was never recorded, so a client cannot rely on it.",
}


def meaning(contract: Contract, origin: Origin, effect: Effect, *, downgrade: bool) -> str:
    """The sentences for one change."""
    return f"{_why(contract, origin, downgrade=downgrade)} {_EFFECTS[effect]}"


def _why(contract: Contract, origin: Origin, *, downgrade: bool) -> str:
    if origin.cause is Cause.DEVIATION and origin.field is not None:
        deviation = contract.deviations[origin.field]
        first = "sql-errors-thrown" in deviation.only if origin.build == PHP else str(deviation.since) == origin.build
        begins = first is not downgrade
        return f"A deviation {'begins' if begins else 'ends'}: {deviation.title}."
    return _EITHER.get(origin.cause) or (_ENDS if downgrade else _BEGINS)[origin.cause]
