"""Bugs of batches: which numbers of a list copy_did takes, in what order, and what it counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from conformance.emulator.faults.asked import DID, Asked, without_rows
from conformance.emulator.faults.by_hand import Rewording, bug, by_hand, joined, lines, read_as
from conformance.emulator.faults.model import Fault
from conformance.emulator.respond import Response

Entries = list[str]

_COUNTS = re.compile(r"\|(\d+)\|(\d+)$")
_ADDED, _EXISTS = "DID HAS BEEN ADDED", "DID ALREADY EXISTS"


def _list(id: str, title: str, choose: Callable[[Asked, Entries], Entries]) -> Fault:
    return read_as(f"batches/{id}", title, partial(_chosen, choose))


def _chosen(choose: Callable[[Asked, Entries], Entries], asked: Asked) -> Asked:
    """A list that nothing is left of, or that is refused as it is, is sent as it was."""
    new = asked.value("new_dids")
    if asked.calls != "copy_did" or len(new) < 2:
        return asked
    entries = choose(asked, new.split(","))
    return asked.saying({"new_dids": ",".join(entries)}) if entries and entries != new.split(",") else asked


def _divided(separator: str, asked: Asked) -> Asked:
    sent = asked.sent("new_dids")
    return asked.saying({"new_dids": sent.replace(separator, ",")}) if separator in sent else asked


def _said(id: str, title: str, words: Rewording) -> Fault:
    return by_hand(f"batches/{id}", title, partial(_retold, words))


def _retold(words: Rewording, asked: Asked) -> Response:
    """What a batch that began is told like."""
    response = asked.honestly()
    batch = asked.calls == "copy_did" and len(lines(response.body.decode())) > 1
    return replace(response, body=words(response.body.decode()).encode()) if batch else response


def _until_existing(asked: Asked, entries: Entries) -> Entries:
    seen: Entries = []
    for entry in entries:
        known = asked.state.find(DID, (entry,), exact=False) is not None or entry in seen
        seen.append(entry)
        if known:
            break
    return seen


def _counted(added: int, existing: int) -> Rewording:
    def words(body: str) -> str:
        *notices, summary = lines(body)
        return joined([*notices, _COUNTS.sub(lambda m: f"|{int(m[1]) + added}|{int(m[2]) + existing}", summary)])

    return words


def _all_added(body: str) -> str:
    """The count of numbers in the list in place of those added."""
    *notices, summary = lines(body)
    return joined([*notices, _COUNTS.sub(lambda m: f"|{len(notices)}|{m[2]}", summary)])


def _partial_error(body: str) -> str:
    *notices, summary = lines(body)
    partly = any(_EXISTS in line for line in notices)
    return joined([*notices, summary.replace("SUCCESS:", "ERROR:") if partly else summary])


def _none_is_success(body: str) -> str:
    return body.replace("ERROR: copy_did NO DIDS ADDED", "SUCCESS: copy_did DIDS HAVE BEEN ADDED")


def _one_is_singular(body: str) -> str:
    return re.sub(r"DIDS HAVE BEEN ADDED(?= - .*\|1\|\d+\n)", "DID HAS BEEN ADDED", body)


def _success_lines(body: str) -> str:
    return body.replace(f"NOTICE: copy_did {_ADDED}", f"SUCCESS: copy_did {_ADDED}")


@bug("batches/rolled-back", "A number that exists undoes the whole batch")
def _rolled_back(asked: Asked) -> Response:
    """One number that exists already undoes the whole batch, and the reply does not tell."""
    response = asked.honestly()
    undone = asked.calls == "copy_did" and _EXISTS.encode() in response.body
    return replace(response, changes=without_rows(response.changes)) if undone else response


@bug("batches/looked-up-first", "A number twice in a list is told of as added twice")
def _first_only(asked: Asked) -> Response:
    """All are looked at before any is added: a number that is in the list twice is told of as added twice."""
    response = asked.honestly()
    found = lines(response.body.decode())
    added = {line.split("|")[1]: line for line in found if _ADDED in line and "NOTICE" in line}
    told = [added.get(line.rpartition("|")[2], line) if _EXISTS in line else line for line in found]
    if asked.calls != "copy_did" or told == found:
        return response
    more = sum(old != new for old, new in zip(found, told, strict=True))
    return replace(response, body=_counted(more, -more)(joined(told)).encode())


@bug("batches/long-refused", "A list with an entry over 50 characters is refused")
def _long_refused(asked: Asked) -> Response:
    new = asked.value("new_dids")
    if asked.calls != "copy_did" or len(new) > 2000 or all(len(entry) <= 50 for entry in new.split(",")):
        return asked.honestly()
    response = asked.saying({"new_dids": "x"}).honestly()
    return replace(response, body=response.body.replace(b"|x\n", f"|{new}\n".encode()))


FAULTS = (
    _list("stops-at-existing", "A batch ends at the first number that exists", _until_existing),
    _list("reversed", "A batch is worked off from its end", lambda _, entries: entries[::-1]),
    _list("sorted", "A batch is sorted first", lambda _, entries: sorted(entries)),
    _list("last-ignored", "The last of several numbers is ignored", lambda _, entries: entries[:-1] or entries),
    _list("first-ignored", "The first of several numbers is ignored", lambda _, entries: entries[1:] or entries),
    _list("first-only", "Only the first number is copied onto", lambda _, entries: entries[:1]),
    _list("ten-at-most", "Numbers after the tenth are ignored", lambda _, entries: entries[:10]),
    _list("twice-is-once", "A number twice in a list counts once", lambda _, entries: list(dict.fromkeys(entries))),
    _list("empty-skipped", "Empty entries are skipped", lambda _, entries: [e for e in entries if e]),
    _list(
        "short-skipped", "Entries of one character are skipped", lambda _, entries: [e for e in entries if len(e) != 1]
    ),
    _long_refused,
    _list(
        "source-skipped",
        "The source is skipped where it stands in its own list",
        lambda asked, entries: [e for e in entries if e != asked.value("source_did_pattern")],
    ),
    read_as(
        "batches/semicolon-divides",
        "A semicolon divides a list too",
        partial(_divided, ";"),
    ),
    read_as(
        "batches/space-divides",
        "A space divides a list too",
        partial(_divided, " "),
    ),
    _said("added-one-more", "The summary counts one copy too many", _counted(1, 0)),
    _said("added-one-less", "The summary counts one copy too few", _counted(-1, 0)),
    _said("existing-one-more", "The summary counts one existing number too many", _counted(0, 1)),
    _said("all-added", "The summary counts every number of the list as added", _all_added),
    _said("summary-missing", "The summary is missing", lambda body: joined(lines(body)[:-1])),
    _said("summary-first", "The summary comes first", lambda body: joined([lines(body)[-1], *lines(body)[:-1]])),
    _said("summary-twice", "The summary comes twice", lambda body: joined([*lines(body), lines(body)[-1]])),
    _said("notices-missing", "There is nothing but the summary", lambda body: joined(lines(body)[-1:])),
    _said(
        "added-notices-missing",
        "Only numbers that exist already have a line",
        lambda body: joined(line for line in lines(body) if f"NOTICE: copy_did {_ADDED}" not in line),
    ),
    _said(
        "existing-notices-missing",
        "Only numbers that were added have a line",
        lambda body: joined(line for line in lines(body) if _EXISTS not in line),
    ),
    _said("one-line", "The lines stand side by side", lambda body: " ".join(lines(body)) + "\n"),
    _said("partly-is-error", "A batch of which one number exists is called an error", _partial_error),
    _said("none-is-success", "A batch that added nothing is called a success", _none_is_success),
    _said("singular", "One copy is told of in the singular", _one_is_singular),
    _said("success-lines", "Each copy is called a success of its own", _success_lines),
    _rolled_back,
    _first_only,
)
