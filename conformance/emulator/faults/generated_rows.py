"""Faults of rows: what is stored, found and removed of each kind of which runs make their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.kind import Kind, Stored
from conformance.contract.world import Change, Drop, Put, Row
from conformance.emulator.faults.asked import Answering, Asked, behaving
from conformance.emulator.faults.generated import Mutation, mutant
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import Response

DIGITS_ONLY = "its names are digits alone, which have no letter case"


def faults(contract: Contract) -> Iterator[Fault]:
    """Those of every kind that carries a run's digits."""
    for kind in contract.kinds.values():
        if kind.own:
            yield from _of(contract, kind)


def _of(contract: Contract, kind: Kind) -> Iterator[Fault]:
    yield _by(kind, "not-stored", f"A {kind.title} is said to be there, and is not", partial(_without, kind, _is_new))
    yield _by(kind, "not-removed", f"A {kind.title} is said to be gone, and is not", partial(_without, kind, _is_gone))
    yield _by(kind, "cut-short", f"A {kind.title} is stored without its name's last character", partial(_cut, kind))
    hidden = None if _has_letters(contract, kind) else DIGITS_ONLY
    yield _by(kind, "exact", f"A {kind.title} is found in its own letter case only", partial(_exact, kind), hidden)
    for name in kind.key:
        column = kind.columns.get(name)
        if column is not None and column.size and column.cut:
            yield _sized(kind, name, column.size - 1, "less")
            yield _sized(kind, name, column.size + 1, "more")


def _has_letters(contract: Contract, kind: Kind) -> bool:
    """Whether a name of that kind may have letters."""
    adding = (function for function in contract.functions.values() if kind in contract.kinds_of(function))
    kept = (parameter.kept for function in adding for parameter in contract.targets(function, kind))
    return any("A-Z" in characters or "a-z" in characters for characters in kept)


def _by(kind: Kind, how: str, title: str, answer: Answering, hidden: str | None = None) -> Fault:
    return Fault(f"{FaultKind.ROWS}/{kind.name}/{how}", title, FaultKind.ROWS, partial(behaving, answer), hidden=hidden)


def _sized(kind: Kind, column: str, size: int, how: str) -> Fault:
    title = f"{column} of a {kind.title} holds {size} characters, one {how} than it should"
    return mutant(f"{kind.name}/{column}/size-one-{how}", title, FaultKind.ROWS, _resized(kind.name, column, size))


def _resized(kind: str, column: str, size: int) -> Mutation:
    def mutation(contract: Contract) -> Contract:
        described = contract.kinds[kind]
        columns: Mapping[str, Stored] = {
            **described.columns,
            column: msgspec.structs.replace(described.columns[column], size=size),
        }
        changed = msgspec.structs.replace(described, columns=columns)
        return replace(contract, kinds={**contract.kinds, kind: changed})

    return mutation


def _is_new(change: Change, known: Collection[int]) -> bool:
    return isinstance(change, Put) and change.row.number not in known


def _is_gone(change: Change, known: Collection[int]) -> bool:
    del known
    return isinstance(change, Drop)


def _without(kind: Kind, dropped: Callable[[Change, Collection[int]], bool], asked: Asked) -> Response:
    """The honest answer, with such changes of rows of that kind left undone."""
    answer = asked.honestly()
    known = {row.number for row in asked.state.rows(kind.name)} if answer.changes else set()
    kept = (c for c in answer.changes if not (_row(c, kind) and dropped(c, known)))
    return replace(answer, changes=tuple(kept))


def _row(change: Change, kind: Kind) -> Row | None:
    """The row of that kind that is put or dropped."""
    row = change.row if isinstance(change, Put | Drop) else None
    return row if row is not None and row.kind == kind.name else None


def _cut(kind: Kind, asked: Asked) -> Response:
    """The honest answer, with new rows stored under a shorter name."""
    answer = asked.honestly()
    return replace(answer, changes=tuple(_shortened(change, kind) for change in answer.changes))


def _shortened(change: Change, kind: Kind) -> Change:
    row = _row(change, kind)
    if row is None or not isinstance(change, Put):
        return change
    key = (value[:-1] if name == kind.own else value for name, value in zip(kind.key, row.key, strict=True))
    return Put(replace(row, key=tuple(key)))


def _exact(kind: Kind, asked: Asked) -> Response:
    return asked.seeing(of=kind.name, exact=True).honestly()
