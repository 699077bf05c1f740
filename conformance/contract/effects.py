"""What a function does once all its checks have passed (observed.md section 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from conformance.contract import mysql
from conformance.contract.call import Call
from conformance.contract.checks import look_up, shown_id
from conformance.contract.load import refusal_name
from conformance.contract.model import Parameter
from conformance.contract.outcome import Answer, Outcome, Unspecified
from conformance.contract.rules import allows
from conformance.contract.sanitise import is_sanitised
from conformance.contract.world import Column, Did, PutDid

Ending = Outcome | Unspecified

PATTERN_COLUMN_SIZE = 50
"""Characters that the did_pattern column holds (observed.md section 5)."""

_LEADING_DIGITS = re.compile(r"[0-9]*")


class RefusedError(Exception):
    """A value that makes the database refuse the statement; `deviation` says what a script that ends with it shows."""

    def __init__(self, deviation: str | None) -> None:
        self.deviation = deviation


def add(call: Call) -> Ending:
    """Insert one DID."""
    try:
        call, columns = _store(call)
    except RefusedError as refused:
        return _refused(call, refused, "added")
    did = Did(new_id(call, 0), call.value("did_pattern"), {**defaults(call), **columns})
    return call.ends(call.answer("added"), changes=(PutDid(did),))


def update(call: Call) -> Ending:
    """Change the columns that were sent, if any were."""
    try:
        call, columns = _store(call)
    except RefusedError as refused:
        return _refused(call, refused, "updated")
    if not columns:
        return call.ends(call.answer("no-updates"))
    assert call.did is not None
    did = replace(call.did, columns={**call.did.columns, **columns})
    return call.ends(call.answer("updated"), changes=(PutDid(did),))


def _refused(call: Call, refused: RefusedError, reply: str) -> Ending:
    """The script ends with the statement, or says that all went well and nothing is stored (section 11)."""
    if call.throws:
        return call.noting(refused.deviation).ends(status=500)
    return call.noting("success-without-storing").ends(call.answer(reply))


@dataclass(frozen=True)
class Batch:
    """A copy under way: what has been said, what was added, how many were there already."""

    call: Call
    answers: tuple[Answer, ...] = ()
    added: tuple[Did, ...] = ()
    existing: int = 0

    def twice(self, entry: str) -> Did | None:
        """The DID that this batch has added already for an entry."""
        fold = str.lower if self.call.shipped else str
        return next((did for did in self.added if fold(did.pattern) == fold(entry)), None)

    def has(self, entry: str) -> bool:
        """Whether there is a DID of that number by now."""
        return look_up(self.call, entry)[1] is not None or self.twice(entry) is not None


def copy(call: Call) -> Ending:
    """Copy the source onto each new number in turn; a bad description ends the batch at the first new number."""
    entries = call.value("new_dids").split(",")
    odd = [entry for entry in entries if not 2 <= len(entry) <= PATTERN_COLUMN_SIZE]
    if odd and not call.shipped:
        return call.silent("documentation does not speak of single entries of new_dids that are no DID")
    if odd:
        call = call.noting("copy-entries-unchecked")
    refused = _refused_description(call)
    if refused and not call.shipped:
        return call.ends(refused)
    batch = Batch(call)
    for entry in entries:
        if call.throws and call.is_array("did_description") and not batch.has(entry):
            return _ends(replace(batch, call=batch.call.noting("array-parameter-500")), status=500)
        batch = _one_copy(batch, entry, refused)
        if refused and batch.answers[-1] is refused:
            return _ends(batch)
    if refused:
        batch = replace(batch, call=batch.call.noting("copy-description-checked-late"))
    counts = {"added": str(len(batch.added)), "not_added": str(batch.existing)}
    summary = call.answer("summary" if batch.added else "none-added", **counts)
    return _ends(replace(batch, answers=(*batch.answers, summary)))


def _ends(batch: Batch, status: int = 200) -> Outcome:
    return batch.call.ends(*batch.answers, changes=tuple(PutDid(did) for did in batch.added), status=status)


def _refused_description(call: Call) -> Answer | None:
    parameter = call.called.by_name["did_description"]
    value = call.value(parameter.name)
    if value == "" or call.is_array(parameter.name) or allows(parameter, value, call.state.entities, call.dialect):
        return None
    return call.answer(refusal_name(parameter.name))


def _one_copy(batch: Batch, entry: str, refused: Answer | None) -> Batch:
    call, found = look_up(batch.call, entry)
    twice = batch.twice(entry)
    if found is not None or twice is not None:
        call = call.noting("did-case-collision" if twice is not None and twice.pattern != entry else None)
        answer = call.answer("exists", new_did=entry)
        return replace(batch, call=call, answers=(*batch.answers, answer), existing=batch.existing + 1)
    if refused is not None:
        late = "copy-description-checked-late" if batch.answers else None
        return replace(batch, call=call.noting(late), answers=(*batch.answers, refused))
    did = _copied(call, entry, len(batch.added))
    call = call.noting("copy-entry-cut-to-50" if did.pattern != entry else None)
    answer = call.answer("added", new_did=entry, did_id=shown_id(did))
    return replace(batch, call=call, answers=(*batch.answers, answer), added=(*batch.added, did))


def _copied(call: Call, entry: str, nth: int) -> Did:
    assert call.did is not None
    description = "" if call.is_array("did_description") else call.value("did_description")
    columns = {**call.did.columns, **({"did_description": description} if description else {})}
    return replace(call.did, did_id=new_id(call, nth), pattern=entry[:PATTERN_COLUMN_SIZE], columns=columns)


def new_id(call: Call, nth: int) -> int:
    """The did_id of the nth DID that this call adds; negative, but unlike any other, where nobody can know it."""
    first = call.state.next_did_id
    return first + nth if first is not None else call.state.unknown_did_id - nth


def defaults(call: Call) -> Mapping[str, Column]:
    """What the columns hold that a request leaves out (observed.md section 4)."""
    parameters = call.contract.functions["add_did"].optional
    return {parameter.column: parameter.default for parameter in parameters if parameter.column}


def _store(call: Call) -> tuple[Call, Mapping[str, Column]]:
    """The columns that the call's optional fields set. Raises RefusedError where the database takes no such value."""
    columns: dict[str, Column] = {}
    for parameter in call.called.optional:
        value = call.value(parameter.name)
        if value and parameter.column and not call.is_array(parameter.name):
            call, value = _through_sql(call, parameter, value)
            stored = STORED_AS[parameter.stored](parameter, value)
            bent = (
                str(stored) != value and parameter.stored_deviation is not None and str(stored).lower() != value.lower()
            )
            if bent and call.strict:
                raise RefusedError(parameter.strict_deviation)
            call = call.noting(parameter.stored_deviation if bent else None)
            columns[parameter.column] = stored
    return call, columns


def _through_sql(call: Call, parameter: Parameter, value: str) -> tuple[Call, str]:
    """What the database makes of a value that is put into a statement unsanitised. Raises RefusedError."""
    settings = call.state.settings
    if not call.shipped or call.harmless or is_sanitised(parameter, settings):
        return call, value
    if not mysql.is_literal(value):
        raise RefusedError("raw-text-in-sql-500")
    text = value if settings.non_latin else mysql.latin1(call.request.parameters.values[parameter.name])
    stored = mysql.literal(text)
    return call.noting("raw-text-stored-otherwise" if stored != value else None), stored


def _as_text(_parameter: Parameter, value: str) -> Column:
    return value


def _as_integer(_parameter: Parameter, value: str) -> Column:
    match = _LEADING_DIGITS.match(value)
    return int(match[0]) if match and match[0] else 0


def _as_enumeration(parameter: Parameter, value: str) -> Column:
    return next((known for known in parameter.stored_values if known.lower() == value.lower()), "")


STORED_AS: Mapping[str, Callable[[Parameter, str], Column]] = {
    "text": _as_text,
    "integer": _as_integer,
    "enumeration": _as_enumeration,
}

EFFECT_OF: Mapping[str, Callable[[Call], Ending]] = {"add": add, "update": update, "copy": copy}
