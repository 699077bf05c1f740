"""Subtle faults of single values: what a field holds makes the server stumble, and the usual test values never do."""

from __future__ import annotations

import re
from dataclasses import replace

from conformance.emulator.faults.asked import Asked
from conformance.emulator.faults.subtle_parts import (
    ADD,
    COPY,
    DESCRIPTION,
    UPDATE,
    crashed,
    refusing,
    subtle_fault,
    succeeds,
)
from conformance.emulator.respond import Response

_MARKS = re.compile("[-.,_]")
_SAME_MARKS = re.compile(r"([:+*#._])\1+")
_NOT_OCTAL = re.compile(r"0[0-9]*[89]")

REFUSED_LENGTHS = range(21, 32)
"""Bytes of a description that are refused: none of the written-out ones is as long."""


@subtle_fault(
    "did_description/marks", "A description with a punctuation mark at an end, or two side by side, ends in HTTP 500"
)
def _marks(asked: Asked) -> Response:
    """The description is taken apart at its marks, and nobody thought of an empty part."""
    answer, description = asked.honestly(), asked.value(DESCRIPTION)
    stumbles = asked.calls in (ADD, UPDATE) and description and "" in _MARKS.split(description)
    return crashed(answer) if stumbles and succeeds(answer) else answer


@subtle_fault("did_description/middle-length", "A description of 21 to 31 characters is refused")
def _middle_length(asked: Asked) -> Response:
    bad = asked.calls in (ADD, UPDATE, COPY) and len(asked.value(DESCRIPTION)) in REFUSED_LENGTHS
    return (refusing(asked, DESCRIPTION) if bad else asked).honestly()


_REPLY = {ADD: "added", UPDATE: "updated"}


@subtle_fault("did_description/braces", "A brace in a description, although stripped, spoils the reply's text")
def _braces(asked: Asked) -> Response:
    """The reply is a template that the value is pasted into before it is filled in."""
    answer = asked.honestly()
    name = _REPLY.get(asked.calls)
    if name is None or not succeeds(answer) or not set("{}") & set(asked.sent(DESCRIPTION)):
        return answer
    return replace(answer, body=f"{asked.contract.reply(asked.calls, name).shipped}\n".encode())


@subtle_fault(
    "did_description/multi-byte-before-stripping",
    "A description of which accented letters are stripped is measured before they are",
)
def _measured_before_stripping(asked: Asked) -> Response:
    sent = asked.sent(DESCRIPTION)
    bad = not sent.isascii() and len(sent.encode()) > 50 and asked.value(DESCRIPTION)
    return (refusing(asked, DESCRIPTION) if bad and asked.calls in (ADD, UPDATE, COPY) else asked).honestly()


@subtle_fault("did_pattern/same-marks", "add_did's reply shows one mark where the DID has the same one twice")
def _same_marks(asked: Asked) -> Response:
    answer = asked.honestly()
    if asked.calls != ADD or not succeeds(answer):
        return answer
    pattern = asked.value("did_pattern")
    shown = _SAME_MARKS.sub(r"\1", pattern)
    return replace(answer, body=answer.body.replace(pattern.encode(), shown.encode()))


@subtle_fault("numbers/octal", "An entry_list_id or phone_code with a 0 before and an 8 or 9 in it ends in HTTP 500")
def _octal(asked: Asked) -> Response:
    answer = asked.honestly()
    numbers = (asked.value(name) for name in ("entry_list_id", "phone_code"))
    stumbles = asked.calls in (ADD, UPDATE) and any(_NOT_OCTAL.match(number) for number in numbers)
    return crashed(answer) if stumbles and succeeds(answer) else answer


FAULTS = (_marks, _middle_length, _braces, _measured_before_stripping, _same_marks, _octal)
