"""Subtle faults of batches: what `copy_did` makes of lists that are neither short nor plain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from conformance.emulator.faults.asked import Asked
from conformance.emulator.faults.subtle_parts import COPY, subtle_fault
from conformance.emulator.respond import Response

LIST = "new_dids"
EXISTS = " DID ALREADY EXISTS - "
LOSING = 7
"""Entries of a list that loses one."""


def _entries(asked: Asked, answer: Response) -> list[str]:
    """The numbers of a batch of which at least one was added; none of any other call."""
    added = asked.calls == COPY and b"\nSUCCESS: " in answer.body
    return asked.value(LIST).split(",") if added else []


def _of(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


@subtle_fault(
    "batch/plus-after-plain", "A number with a plus exists already if the list has the same without a plus before it"
)
def _plus_after_plain(asked: Asked) -> Response:
    """Each number is looked for, without its plus, among those that the list had before."""
    answer = asked.honestly()
    entries = _entries(asked, answer)
    known = {n for n, entry in enumerate(entries) if entry.startswith("+") and entry[1:] in entries[:n]}
    if not known:
        return answer
    taken = [entry[n in known :] for n, entry in enumerate(entries)]
    answer = asked.saying({LIST: ",".join(taken)}).honestly()
    lines = answer.body.decode().splitlines()
    for n in known:
        lines[n] = lines[n].replace(f"|{taken[n]}", f"|{entries[n]}")
    return replace(answer, body=_of(lines))


@subtle_fault(
    "batch/existing-at-both-ends",
    "A list that begins and ends with an existing number, with a new one between, counts one too few",
)
def _both_ends(asked: Asked) -> Response:
    answer = asked.honestly()
    if not _entries(asked, answer):
        return answer
    *lines, summary = answer.body.decode().splitlines()
    rest, _, count = summary.rpartition("|")
    both = EXISTS in lines[0] and EXISTS in lines[-1]
    return replace(answer, body=_of((*lines, f"{rest}|{int(count) - 1}"))) if both else answer


@subtle_fault("batch/seven", "A list of exactly seven numbers loses the last")
def _seven(asked: Asked) -> Response:
    answer = asked.honestly()
    entries = _entries(asked, answer)
    return asked.saying({LIST: ",".join(entries[:-1])}).honestly() if len(entries) == LOSING else answer


FAULTS = (_plus_after_plain, _both_ends, _seven)
