"""A baseline as a TOML file: a table for each known fail, for people to read in a review and to edit."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from conformance.baseline.model import Baseline, Differs, KnownFail
from conformance.contract.reply import Aspect
from conformance.errors import UsageError
from conformance.reading import Malformed, contents, toml_in
from conformance.report.text import visible
from conformance.schemas import Written, directive

_HEAD = f"""\
{directive(Written.BASELINE)}
# Known fails of a server, a table each: `vicidial-conformance run --baseline FILE`.
# A fail that is exactly as it stands here does not break a build. Say in `reason` why it is accepted.
# Once it is mended, remove its table. `vicidial-conformance baseline write` brings this file up to date: reasons and
# comments stay. `vicidial-conformance schema baseline > baseline.schema.json` makes what editors complete it from.
"""


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table in which every key must be known."""


class _Differs(_Strict, frozen=True):
    """One difference between the replies and those that the contract knows."""

    request: Annotated[int, Meta(description="In which request of the case, from 1.")]
    aspect: Annotated[Aspect, Meta(description="In which part of the reply.")]
    got: Annotated[str, Meta(description="What was got, with placeholders for what is another in every run.")]
    line: Annotated[int, Meta(description="In which line of the reply, from 1; 0 for the reply as a whole.")] = 0


class _Entry(_Strict, frozen=True):
    """A known fail."""

    reason: Annotated[str, Meta(description="Why it is accepted.")]
    differs: Annotated[
        tuple[_Differs, ...], Meta(description="All that nothing explains, as `baseline write` wrote it.")
    ]


class BaselineFile(_Strict, frozen=True):
    """The fails of a server that are known and accepted, by the ids of their cases."""

    known: dict[str, _Entry] = {}


class _Unread(_Strict, frozen=True):
    """The same before its tables are looked into, one by one, so that each mistake names its table."""

    known: dict[str, dict[str, Any]] = {}


def read_baseline(path: Path, cases: Collection[str]) -> Baseline:
    """Read a baseline whose ids must be among `cases`. Raises UsageError, with the file, the key and what to do."""
    try:
        text = contents(path, pipes=True).decode("utf-8-sig")
    except OSError as error:
        remedy = "`vicidial-conformance baseline write REPORT --output FILE` makes one"
        raise UsageError(visible(f"cannot read baseline {path}: {error.strerror or error}: {remedy}")) from error
    except UnicodeDecodeError as error:
        raise _wrong(path, f"is not TOML in UTF-8: {error}") from error
    return parsed(path, text, cases)


def parsed(path: Path, text: str, cases: Collection[str]) -> Baseline:
    """The baseline that a text is; `path` is where mistakes are said to be. Raises UsageError."""
    try:
        found = msgspec.convert(toml_in(text), _Unread).known
    except Malformed as error:
        raise _wrong(path, f"is not TOML in UTF-8: {error}") from error
    except msgspec.ValidationError as error:
        raise _wrong(path, f'{error}: it holds tables named [known."CASE"] and nothing else') from error
    for id in found.keys() - set(cases):
        raise _wrong(path, f"[known.{_quoted(id)}]: {_no_case(id, cases)}")
    return Baseline(path, {id: _entry(path, id, table) for id, table in found.items()}, text)


def _no_case(id: str, cases: Collection[str]) -> str:
    near = difflib.get_close_matches(id, cases, 1)
    hint = f"did you mean {near[0]} ?" if near else "remove it, or see `vicidial-conformance list`"
    return f"there is no such case: {hint}"


def _entry(path: Path, id: str, table: Mapping[str, Any]) -> KnownFail:
    where = f"[known.{_quoted(id)}]"
    try:
        entry = msgspec.convert(table, _Entry)
    except msgspec.ValidationError as error:
        remedy = "give it a reason, and differs as `baseline write` writes them"
        raise _wrong(path, f"{where}: {error}: {remedy}") from error
    if not entry.reason.strip():
        raise _wrong(path, f"{where}: reason: is empty: say why this fail is accepted")
    if not entry.differs:
        raise _wrong(path, f"{where}: differs: is empty, so no fail is known: remove the table")
    found = (Differs(d.request, d.line, d.aspect.value, d.got) for d in entry.differs)
    return KnownFail(entry.reason, frozenset(found))


def _wrong(path: Path, text: str) -> UsageError:
    return UsageError(visible(f"baseline {path}: {text}"))


def written(entries: Mapping[str, KnownFail]) -> str:
    """The file's text: sorted, so that what was the same before stays where it was."""
    return _HEAD + tables(entries)


def tables(entries: Mapping[str, KnownFail]) -> str:
    """The tables of the file."""
    return "".join(_table(id, entries[id]) for id in sorted(entries))


def _table(id: str, known: KnownFail) -> str:
    lines = "".join(f"  {_inline(one)},\n" for one in sorted(known.differs))
    return f"\n[known.{_quoted(id)}]\nreason = {_quoted(known.reason)}\ndiffers = [\n{lines}]\n"


def _inline(one: Differs) -> str:
    line = f"line = {one.line}, " if one.line else ""
    return f"{{ request = {one.request}, {line}aspect = {_quoted(one.aspect)}, got = {_quoted(one.got)} }}"


_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _quoted(text: str) -> str:
    """A string of TOML in which everything can be seen: no control character, nothing that turns text around."""
    return '"' + "".join(_NAMED.get(c) or (c if c.isprintable() else f"\\U{ord(c):08X}") for c in text) + '"'
