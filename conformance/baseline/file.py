"""A baseline as a TOML file: a table for each known cause, for people to read in a review and to edit."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from conformance.baseline.model import TODO, Baseline, KnownCause
from conformance.contract.reply import Aspect
from conformance.errors import UsageError
from conformance.reading import Malformed, contents, toml_in
from conformance.report.symptoms import ANSWER, OTHER, Symptom
from conformance.report.text import visible
from conformance.schemas import SchemaKind, directive

_HEAD = f"""\
{directive(SchemaKind.BASELINE)}
# Known causes of fails, a table each: `vicidial-conformance run --baseline FILE`.
# A case that fails exactly as its tables say does not break a build. Say in `reason` why that is accepted.
# Once it is mended, remove the table. `vicidial-conformance baseline write` brings this file up to date: reasons and
# comments stay. `vicidial-conformance schema baseline > baseline.schema.json` makes what editors complete it from.
"""


_ASPECTS = frozenset({ANSWER, OTHER, *(aspect.value for aspect in Aspect)})


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table in which every key must be known."""


class _Differs(_Strict, frozen=True):
    """In what the replies differ from those that the contract knows."""

    aspect: Annotated[
        str, Meta(description="In which part of the reply.", extra_json_schema={"enum": sorted(_ASPECTS)})
    ]
    wanted: Annotated[str, Meta(description="What was expected, with placeholders for what is another in every run.")]
    got: Annotated[str, Meta(description="What was got, with placeholders too.")]
    about: Annotated[str, Meta(description="Which message or field it is about.")] = ""


class _Entry(_Strict, frozen=True):
    """A known cause of fails."""

    reason: Annotated[str, Meta(description="Why it is accepted.")]
    differs: Annotated[
        tuple[_Differs, ...], Meta(description="All that nothing explains, as `baseline write` wrote it.")
    ]
    cases: Annotated[tuple[str, ...], Meta(description="The cases that show it.")]
    says: Annotated[str, Meta(description="What it is in words, for people only.")] = ""


class BaselineFile(_Strict, frozen=True):
    """The causes of fails of a server that are known and accepted, by their ids."""

    known: dict[str, _Entry] = {}


class _Unread(_Strict, frozen=True):
    """The same before its tables are looked into, one by one, so that each mistake names its table."""

    known: dict[str, dict[str, Any]] = {}


def read_baseline(path: Path, cases: Collection[str], *, earlier: bool = False) -> Baseline:
    """Read a baseline whose cases must be among `cases`. Raises UsageError, with the file, the key and what to do.

    With `earlier` it may be one of an earlier version, of which only cases and reasons are read.
    """
    try:
        text = contents(path, pipes=True).decode("utf-8-sig")
    except OSError as error:
        remedy = "`vicidial-conformance baseline write REPORT --output FILE` makes one"
        raise UsageError(visible(f"cannot read baseline {path}: {error.strerror or error}: {remedy}")) from error
    except UnicodeDecodeError as error:
        raise _wrong(path, f"is not TOML in UTF-8: {error}") from error
    return parsed(path, text, cases, earlier=earlier)


def parsed(path: Path, text: str, cases: Collection[str], *, earlier: bool = False) -> Baseline:
    """The baseline that a text is; `path` is where mistakes are said to be. Raises UsageError."""
    try:
        found = msgspec.convert(toml_in(text), _Unread).known
    except Malformed as error:
        raise _wrong(path, f"is not TOML in UTF-8: {error}") from error
    except msgspec.ValidationError as error:
        raise _wrong(path, f'{error}: it holds tables named [known."CAUSE"] and nothing else') from error
    if not earlier and any(id in cases for id in found):
        remedy = f"`vicidial-conformance baseline write REPORT --output {path}` makes one for each cause, reasons kept"
        raise _wrong(path, f"has a table for each case, as earlier versions wrote it: {remedy}")
    entries = {id: _earlier(id, table) if id in cases else _entry(path, id, table) for id, table in found.items()}
    for id, entry in entries.items():
        for case in sorted(entry.cases - set(cases)):
            raise _wrong(path, f"[known.{_quoted(id)}]: cases: {_no_case(case, cases)}")
    return Baseline(path, entries, text)


def _earlier(id: str, table: Mapping[str, Any]) -> KnownCause:
    return KnownCause(str(table.get("reason", TODO)), "", frozenset(), frozenset({id}))


def _no_case(id: str, cases: Collection[str]) -> str:
    near = difflib.get_close_matches(id, cases, 1)
    hint = f"did you mean {near[0]} ?" if near else "remove it, or see `vicidial-conformance list`"
    return f"there is no case {id}: {hint}"


def _entry(path: Path, id: str, table: Mapping[str, Any]) -> KnownCause:
    where = f"[known.{_quoted(id)}]"
    try:
        entry = msgspec.convert(table, _Entry)
    except msgspec.ValidationError as error:
        remedy = "give it a reason, and differs and cases as `baseline write` writes them"
        raise _wrong(path, f"{where}: {error}: {remedy}") from error
    if not entry.reason.strip():
        raise _wrong(path, f"{where}: reason: is empty: say why this fail is accepted")
    for name in ("differs", "cases"):
        if not getattr(entry, name):
            raise _wrong(path, f"{where}: {name}: is empty, so no fail is known: remove the table")
    for one in entry.differs:
        if one.aspect not in _ASPECTS:
            raise _wrong(path, f"{where}: differs: there is no aspect {one.aspect}: write it with `baseline write`")
    differs = frozenset(Symptom(d.aspect, d.wanted, d.got, d.about) for d in entry.differs)
    return KnownCause(entry.reason, entry.says, differs, frozenset(entry.cases))


def _wrong(path: Path, text: str) -> UsageError:
    return UsageError(visible(f"baseline {path}: {text}"))


def written(entries: Mapping[str, KnownCause]) -> str:
    """The file's text: sorted, so that what was the same before stays where it was."""
    return _HEAD + tables(entries)


def tables(entries: Mapping[str, KnownCause]) -> str:
    """The tables of the file."""
    return "".join(_table(id, entries[id]) for id in sorted(entries))


def _table(id: str, known: KnownCause) -> str:
    texts = {"reason": known.reason, "says": known.says}
    head = "".join(f"{name} = {_quoted(text)}\n" for name, text in texts.items() if text)
    differs = "".join(f"  {_inline(one)},\n" for one in sorted(known.differs))
    cases = "".join(f"  {_quoted(case)},\n" for case in sorted(known.cases))
    return f"\n[known.{_quoted(id)}]\n{head}differs = [\n{differs}]\ncases = [\n{cases}]\n"


def _inline(one: Symptom) -> str:
    texts = {"aspect": one.aspect, "about": one.about, "wanted": one.wanted, "got": one.got}
    told = ", ".join(f"{name} = {_quoted(text)}" for name, text in texts.items() if text or name != "about")
    return f"{{ {told} }}"


_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _quoted(text: str) -> str:
    """A string of TOML in which everything can be seen: no control character, nothing that turns text around."""
    return '"' + "".join(_NAMED.get(c) or (c if c.isprintable() else f"\\U{ord(c):08X}") for c in text) + '"'
