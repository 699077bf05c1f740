"""What a change means for a client, in sentences: why it happens, then what the client sees of it."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.model import Contract
from conformance.upgrade.effect import WORDS, Effect
from conformance.upgrade.model import PHP, BuildCause, Origin

_BEGINS: Mapping[BuildCause, str] = {
    BuildCause.FUNCTION: "The server gains this function; before, it answers NO FUNCTION SPECIFIED.",
    BuildCause.FIELD: "The server begins to read this field; before, it ignores it without a word.",
}
_ENDS: Mapping[BuildCause, str] = {
    BuildCause.FUNCTION: "The server no longer has this function, and answers NO FUNCTION SPECIFIED.",
    BuildCause.FIELD: "The server no longer reads this field: it ignores it without a word.",
}
_EITHER: Mapping[BuildCause, str] = {
    BuildCause.SANITISING: "The server strips other characters from this field before it looks at it.",
    BuildCause.BUILD: "The reply to version names the build.",
    BuildCause.UNNAMED: "The prediction differs for a reason that has no name yet.",
}


def meaning(contract: Contract, origin: Origin, effect: Effect, *, downgrade: bool) -> str:
    """The sentences for one change."""
    return f"{_why(contract, origin, downgrade=downgrade)} {WORDS[effect].meaning}"


def _why(contract: Contract, origin: Origin, *, downgrade: bool) -> str:
    if origin.cause is BuildCause.DEVIATION and origin.field is not None:
        deviation = contract.deviations[origin.field]
        first = "sql-errors-thrown" in deviation.only if origin.build == PHP else str(deviation.since) == origin.build
        begins = first is not downgrade
        return f"A deviation {'begins' if begins else 'ends'}: {deviation.title}."
    return _EITHER.get(origin.cause) or (_ENDS if downgrade else _BEGINS)[origin.cause]
