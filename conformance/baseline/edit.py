"""A baseline brought up to date where it stands: what people wrote into it, comments above all, stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable, AoT, Array, Comment, Key, Table

from conformance.baseline.file import parsed, tables, written
from conformance.baseline.model import Baseline, KnownCause
from conformance.errors import UsageError
from conformance.report.text import visible

_Body = list[tuple[Key | None, Any]]


def rewritten(before: Baseline, entries: Mapping[str, KnownCause], cases: Collection[str]) -> str:
    """The text of a baseline, with these entries in place of its own. A comment right above a table goes with it.

    Raises UsageError where that cannot be done without losing something.
    """
    if not before.text.strip():
        return written(entries)
    if entries == before.entries:
        return before.text
    try:
        text = _edited(before, entries) if before.entries else before.text + tables(entries)
        is_right = parsed(before.file, text, cases).entries == entries
    except (TOMLKitError, UsageError, RecursionError):
        is_right = False
    if not is_right:
        remedy = "write into another FILE, and copy the comments that you want to keep"
        raise UsageError(visible(f"baseline {before.file}: its layout is too unusual to be edited: {remedy}"))
    return text


def _edited(before: Baseline, entries: Mapping[str, KnownCause]) -> str:
    new = {id: entry for id, entry in entries.items() if before.entries.get(id) != entry}
    document, fresh = tomlkit.parse(before.text), tomlkit.parse(tables(new))
    known: Any = document["known"]
    if not _is_usual(known):
        raise TOMLKitError("comments in it are not where they would be looked for")
    gone = {id: entry for id, entry in before.entries.items() if id not in entries}
    was = _predecessors(gone, {id: entry for id, entry in new.items() if id not in before.entries})
    for id in sorted(gone.keys() - was.values()):
        _remove(document, known, id)
    for key, table in fresh["known"].value.body if new else ():
        if key and key.key in known:
            _bring_up_to_date(known[key.key], table)
        elif key and key.key in was:
            _rename(known, was[key.key], key, table)
        elif key:
            known.append(key, table)
    return tomlkit.dumps(document)


def _predecessors(gone: Mapping[str, KnownCause], added: Mapping[str, KnownCause]) -> Mapping[str, str]:
    """The entry that goes, by the id of the one that takes its reason over: the same cause, shown otherwise."""
    found: dict[str, str] = {}
    for id, entry in sorted(added.items()):
        alike = [old for old in sorted(gone.keys() - found.values()) if gone[old].reason == entry.reason]
        near = max(alike, key=lambda old: len(gone[old].cases & entry.cases), default=None)
        if near and gone[near].cases & entry.cases:
            found[id] = near
    return found


def _is_usual(known: object) -> bool:
    """Whether each known fail is a table of its own, and what is in it no table again."""
    if not isinstance(known, Table) or not all(isinstance(entry, AbstractTable) for entry in known.values()):
        return False
    return not any(isinstance(value, dict | AoT) for entry in known.values() for value in entry.values())


def _bring_up_to_date(table: Any, fresh: Table) -> None:
    """Put into a table what is new, but for its reason."""
    for name in table.keys() - fresh.keys():
        del table[name]
    for name, value in fresh.items():
        if isinstance(value, Array) and isinstance(table.get(name), Array):
            _replace_some(table[name], value)
        elif name != "reason":
            _put(table, name, value)


def _rename(known: Table, id: str, key: Key, fresh: Table) -> None:
    """Let a table be that of another cause: what people wrote in it and above it is about this one now."""
    table: Any = known[id]
    _bring_up_to_date(table, fresh)
    place = next(place for place, (old, _) in enumerate(known.value.body) if old and old.key == id)
    known.value.body[place] = (key, table)
    table.display_name = None


def _put(table: Any, name: str, value: Any) -> None:
    """Put a value where one of that name is, or before the comments at the end, which are about the next table."""
    body: _Body = table.value.body
    end = 1 + max(place for place, (key, _) in enumerate(body) if key)
    below = body[end:]
    del body[end:]
    table[name] = value
    body.extend(below)


def _replace_some(array: Array, fresh: Array) -> None:
    """Take out and put in what is another: the others keep the comments beside them."""
    wanted = fresh.unwrap()
    for index in reversed(range(len(array))):
        if array.unwrap()[index] not in wanted:
            del array[index]
    there = array.unwrap()
    for item in fresh:
        if item.unwrap() not in there:
            array.add_line(item, indent="  ")


def _remove(document: tomlkit.TOMLDocument, known: Any, id: str) -> None:
    """Take out a table with the comment above it. The parser has that, and the next table's, in the table before."""
    body: _Body = known.value.body
    places = {key.key: place for place, (key, item) in enumerate(body) if key and isinstance(item, Table)}
    if id in places:
        above = [item.value.body for key, item in body[: places[id]] if isinstance(item, Table)]
        place: _Body = above[-1] if above else document.body
        end = len(place) if above else next(i for i, (key, _) in enumerate(place) if key and key.key == "known")
        begin = _comments(place, end)
        below: _Body = known[id].value.body
        place[begin:end] = below[_comments(below, len(below)) :]
    del known[id]


def _comments(body: _Body, end: int) -> int:
    """Where the comments begin that stand, without a blank line, right before that place."""
    begin = end
    while begin and isinstance(body[begin - 1][1], Comment):
        begin -= 1
    return begin
