"""How a contract file describes the table that a reading function answers: rows, columns, header, separators."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from conformance.contract.action import Given
from conformance.contract.page import Page
from conformance.contract.struct import Struct

SEPARATORS: Mapping[str, str] = {"csv": ",", "tab": "\t", "pipe": "|"}
"""What stands between two columns, by the value of `stage` in just these letters."""

PIPE = "|"
"""What stands there for any other value."""

HEADED = "YES"
"""The value of `header`, in capitals, with which the names of the columns come first."""

ANYTHING = r"[^\r\n]*"
"""What a column holds of which no more is said. It may have separators in it: no server quotes them."""

RULES = (
    "dialable-count",
    *("agent-lead", "agent-sub-status", "agent-phone-number", "agent-vendor-lead-code", "agent-login-address"),
)
"""The rules of `quirks` by which a column can be computed."""


class Count(Struct, frozen=True):
    """How many rows of another kind belong to the row: those whose column `by` holds its key.

    `where` names more columns, with the value that they hold. `instead` are values of parameters, `name=value`, each
    with the kind that is counted in its place.
    """

    kind: str
    by: str
    where: Mapping[str, str] = {}
    instead: Mapping[str, str] = {}


class Sorting(Struct, frozen=True):
    """What asks for values to be sorted, `up` or `down`, and two deviations of servers that sort them.

    They have one place for the values of all rows: a row without any shows those of the row before it, as `kept` says.
    Where the first row has none they have nothing to sort, and end with HTTP 500, as `fails` says.
    """

    up: Given
    down: Given
    kept: str
    fails: str


class Listed(Struct, frozen=True):
    """What a column of rows of another kind holds that belong to the row, by their numbers, a space between two.

    They belong to it as in `Count`. With `after`, that text stands behind each of them instead. `any_order` is whether
    nobody says in which order they come.
    """

    kind: str
    by: str
    column: str
    after: str | None = None
    any_order: bool = False
    sorting: Sorting | None = None


class TableColumn(Struct, frozen=True):
    """One column: its name in the header, and one way in which it comes about.

    `column` is one of the row, or of the row of the kind `of` that belongs to it; `sent` a parameter, printed as it was
    sent; `count` a number of rows, `listed` what rows hold; `computed` a rule of `quirks`. `words` prints a list kept
    as ` A B -` as `A B`.
    `documented` is its name in the documentation where that is another, `deviation` says so.
    It is there `since` a build, and if it has `when`, only if these parameters have these values; servers leave an
    `optional` one out of some rows. In headers it is `named_since` a build. `shape` is what it holds in rows that
    nobody knows, with an `example`.
    """

    name: str
    documented: str | None = None
    deviation: str | None = None
    column: str | None = None
    of: str | None = None
    sent: str | None = None
    count: Count | None = None
    listed: Listed | None = None
    computed: str | None = None
    words: bool = False
    since: str = "2.14-0"
    named_since: str = "2.14-0"
    when: Mapping[str, str] = {}
    optional: bool = False
    shape: str = ANYTHING
    example: str = "any text"

    @property
    def sources(self) -> int:
        """In how many ways it comes about; one is right."""
        return sum(way is not None for way in (self.column, self.sent, self.count, self.listed, self.computed))


class Closing(Struct, frozen=True):
    """A separator after the last column of a row: in which builds, and with which values of parameters it is left out.

    `documented_unless` are those with which the documentation has none.
    """

    deviation: str
    since: str = "2.14-0"
    unless: Mapping[str, str] = {}
    documented_unless: Mapping[str, str] = {}


class Seen(Struct, frozen=True):
    """Who sees any row at all on servers before the build `until`: a level, and settings of the user."""

    until: str
    level: int
    settings: tuple[str, ...]
    deviation: str


class Table(Struct, frozen=True):
    """What a reading function prints: rows of one kind, a line each.

    With `none`, the reply where there is no row, they are all that the caller may see, or the one that the parameter
    `filter` names; without it, the row that a check has found, or all that the caller may see where `every` was sent in
    place of its name. Then a body may be empty, which documentation does not say (`empty`). `unconditional` is whether
    it is all that the caller may see whatever was asked.
    `only` are the values that rows have in a column, and those with others are left out; where documentation does not
    say so, `left_out` does.
    `joined` names kinds, and the column of the row with the key of one that belongs to it.
    `stage` and `header` are the parameters that choose separator and header. `order` are the columns that rows are
    sorted by; none is whatever order the database has them in. `header_deviation` says that a header lacks names.
    With a `page` they are printed as HTML, of which documentation shows nothing. `logged` is whether the API's log has
    calls that are answered so.
    """

    clause: str
    kind: str
    columns: tuple[TableColumn, ...]
    none: str | None = None
    filter: str | None = None
    every: Given | None = None
    unconditional: bool = False
    empty: str | None = None
    only: Mapping[str, tuple[str, ...]] = {}
    left_out: str | None = None
    joined: Mapping[str, str] = {}
    stage: str | None = None
    header: str | None = None
    header_deviation: str | None = None
    order: tuple[str, ...] = ()
    closing: Closing | None = None
    seen: Seen | None = None
    page: Page | None = None
    logged: bool = True

    @cached_property
    def sent(self) -> frozenset[str]:
        """The parameters that are printed as they were sent."""
        return frozenset(column.sent for column in self.columns if column.sent is not None)

    @cached_property
    def deviations(self) -> tuple[str, ...]:
        """Every deviation that it names."""
        named = [self.left_out, self.header_deviation, self.empty, *(column.deviation for column in self.columns)]
        sorting = (column.listed.sorting for column in self.columns if column.listed)
        named += [id for told in sorting if told for id in (told.kept, told.fails)]
        named += [part.deviation for part in (self.closing, self.seen) if part is not None]
        return tuple(id for id in named if id)
