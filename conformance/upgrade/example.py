"""The example of a change: one request of a case, what is answered and what is left, before and after."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.cases.expand import world
from conformance.cases.sample import PASSWORD, predicted_text, sample
from conformance.contract.contract import Contract
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.world import Change, Column, Drop, Put, Row, World
from conformance.report.curl import curl_line
from conformance.report.text import visible
from conformance.upgrade.compare import BuildDifference
from conformance.upgrade.model import Example, Sides

URL = "https://dialer.example/vicidial/non_agent_api.php"
"""A server that does not exist, for the lines that repeat a request."""

_WIDEST = 400


def example(
    contract: Contract, case: str, sent: tuple[Request, ...], difference: BuildDifference, settings_told: str
) -> Example:
    """What the requests of a case come to on both sides, in both dialects, at the request that differs."""
    settings = [side.world.settings for side in difference.sides]
    replies = [_replies(contract, sent[: difference.step + 1], one) for one in settings]
    return Example(
        case=case,
        request=difference.step + 1,
        curl=curl_line(difference.request, URL, [PASSWORD]),
        replies={dialect: Sides(replies[0][dialect], replies[1][dialect]) for dialect in Dialect},
        stored=_stored(contract, difference),
        settings=settings_told,
    )


def _replies(contract: Contract, sent: tuple[Request, ...], settings: ServerSettings) -> Mapping[Dialect, str]:
    """What each dialect answers to the last of some requests."""
    found = {}
    for dialect in Dialect:
        state = world(contract, sample(), settings)
        for request in sent:
            end = predict(contract, state, request, dialect)
            state = state.after(end.changes)
        found[dialect] = visible(predicted_text(contract, end, dialect), _WIDEST)
    return found


def _stored(contract: Contract, difference: BuildDifference) -> Sides:
    before, after = (side.end.changes for side in difference.sides)
    if before == after:
        return Sides("", "")
    state = difference.before.world
    return Sides(_left(contract, before, after, state), _left(contract, after, before, state))


def _left(contract: Contract, mine: tuple[Change, ...], other: tuple[Change, ...], state: World) -> str:
    """What one side leaves, as far as the other does not."""
    theirs = {(row.kind, row.number): row for kind in state.held for row in state.rows(kind)}
    theirs |= {(change.row.kind, change.row.number): change.row for change in other if isinstance(change, Put)}
    gone = [f"{_called(contract, change.row)} deleted" for change in mine if isinstance(change, Drop)]
    put = [_row(contract, c.row, theirs.get((c.row.kind, c.row.number))) for c in mine if isinstance(c, Put)]
    return visible("; ".join((*put, *gone)) or "nothing", _WIDEST)


def _row(contract: Contract, row: Row, other: Row | None) -> str:
    columns: Mapping[str, Column] = {} if other is None else other.columns
    told = [f"{name}={_value(value)}" for name, value in row.columns.items() if other and value != columns.get(name)]
    return f"{_called(contract, row)} {', '.join(told)}".strip()


def _called(contract: Contract, row: Row) -> str:
    return f"{contract.kinds[row.kind].title} {row.name}"


def _value(value: Column) -> str:
    return "NULL" if value is None else str(value)
