"""Kinds of rows: what names one, its columns, and the calls that ask for one and remove it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from conformance.contract import mysql
from conformance.contract.struct import Struct


class Stored(Struct, frozen=True):
    """A column: how a value is kept in it, and the `default` of a row about which nothing was said.

    `size` is the most that it holds, in characters, and `least` what a name needs to be found again. What does not fit
    (longer text, no number, none of the `values` of an enumeration, no date) is bent, or refused under strict SQL:
    `cut` and `strict` are the deviations that say so.
    """

    type: Literal["text", "integer", "enumeration", "date"] = "text"
    values: tuple[str, ...] = ()
    size: int | None = None
    least: int = 1
    default: str | int | None = None
    cut: str | None = None
    strict: str | None = None


class Use(Struct, frozen=True):
    """A call that asks for a row or removes it: the function, its parameters, and the reply that proves it.

    Parameters may hold `{column}`, a value of the row's key. `reply` is the one that says that there is no such row,
    `also` are those that say so because what the row would belong to does not exist.
    """

    function: str
    parameters: Mapping[str, str]
    reply: str
    also: tuple[str, ...] = ()


class Kind(Struct, frozen=True):
    """What rows of the API are: what names one, where it is kept, and how a run makes, asks for and removes its own.

    `key` are the columns whose values name a row, `number` the column that the server counts up, if it does. `own` is
    the column of the key that carries a run's digits; a kind without one is only referred to. `fixed` are the values of
    the other columns of a key of a run's own. `special` are the names of rows that are never touched on any server.
    `group` is the column with the user group that must be visible to a caller, `campaign` that of the campaign that the
    caller's own group must be allowed; `hidden` is the deviation that says so.
    `provide` are the rows of a target that others may be pointed at, by the name that a target file gives them, each
    with the way to find one on the admin screens; the name of the kind, or `hidden_` and that.
    Two rows of one key can only be there of a kind with a `number`; `twice` is the deviation of what happens to others.
    `stamp` is the column that holds when a row changed last.
    """

    name: str
    title: str
    clause: str
    table: str
    key: tuple[str, ...]
    number: str | None = None
    own: str | None = None
    fixed: Mapping[str, str] = {}
    special: tuple[str, ...] = ()
    columns: Mapping[str, Stored] = {}
    group: str | None = None
    campaign: str | None = None
    hidden: str | None = None
    collision: str | None = None
    twice: str | None = None
    stamp: str | None = None
    ask: Use | None = None
    undo: Use | None = None
    provide: Mapping[str, str] = {}

    @property
    def own_column(self) -> Stored:
        """The column of a run's digits; only of kinds that have one."""
        assert self.own is not None
        return self.columns[self.own]

    def is_special(self, key: Iterable[str]) -> bool:
        """Whether every install depends on the row of that key."""
        compared = self.compared(tuple(key))
        return not {name.lower() for name in self.special}.isdisjoint(value.lower() for value in compared)

    def compared(self, key: tuple[str, ...]) -> tuple[str, ...]:
        """A key as the database compares it: text with columns of text, numbers with columns of numbers."""
        numbers = {name for name, column in self.columns.items() if column.type == "integer"}
        pairs = zip(self.key, key, strict=False)
        return tuple(mysql.number(value) if name in numbers else value for name, value in pairs)
