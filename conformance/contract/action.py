"""The types of what a function does in several steps: conditions, and actions that each have a reply of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from conformance.contract.struct import Struct


class Given(Struct, frozen=True):
    """A parameter that was sent with a value that matches in full, to a server that is new enough to look at it."""

    parameter: str
    value: str = "Y"
    since: str = "2.14-0"

    def matches(self, value: str) -> bool:
        """Whether a value is such a one."""
        return re.fullmatch(self.value, value) is not None


class Lookup(Struct, frozen=True):
    """Rows of a kind whose columns hold these values, with `{parameter}` for one that was sent.

    `visible` are only those of campaigns and user groups that the caller may see.
    """

    kind: str
    where: Mapping[str, str]
    visible: bool = False


class Limit(Struct, frozen=True):
    """A column that counts something, and the one that says how often it may happen; below 0 is always."""

    count: str
    most: str


class Condition(Struct, frozen=True):
    """What must hold, and the reply where it does not: after it the call goes on, unless it `ends` there.

    It is one of four: the caller has a `setting`; parameters were `sent`; one of some `rows` is there; a count is
    `below` its limit. `shown` are columns of the row found that replies print where nothing was sent.
    """

    reply: str
    ends: bool = False
    setting: str | None = None
    sent: tuple[str, ...] = ()
    rows: tuple[Lookup, ...] = ()
    shown: tuple[str, ...] = ()
    below: Limit | None = None


class Elsewhere(Struct, frozen=True):
    """A value of a parameter that makes an action work on rows of another kind.

    Builds that do not know the parameter work on the usual kind whatever was sent: `ignored` is the deviation.
    """

    parameter: str
    kind: str
    value: str = "Y"
    ignored: str | None = None


class Others(Struct, frozen=True):
    """Rows of another kind that an action changes or drops: those whose columns hold what the row's columns held.

    `sets` are the columns that change. With `moved` it happens only where that column of the row takes another value.
    """

    kind: str
    where: Mapping[str, str]
    sets: Mapping[str, str] = {}
    drops: bool = False
    moved: str | None = None
    elsewhere: Elsewhere | None = None


class Action(Struct, frozen=True):
    """One step of a function: when it is taken, what it needs, what it does to the row, and what it replies.

    `does` is what happens to the row: it is made, its fields that were sent are stored (or `otherwise` answers that
    none were), it is dropped, or only what `sets` and `counts` name changes in it, with `{now}` for the time of the
    call. `may_change` is a kind of which it may change rows of this row, nobody can say how: through a request that the
    server sends to itself, whose parameters an ampersand in a value of `spills` adds to. `reply_before` has the replies
    of older builds. With `keeps` it may add rows of that kind, but takes none away.
    """

    does: Literal["add", "store", "drop", "set"] = "set"
    when: Given | None = None
    needs: tuple[Condition, ...] = ()
    reply: str | None = None
    reply_before: Mapping[str, str] = {}
    otherwise: str | None = None
    sets: Mapping[str, str] = {}
    counts: str | None = None
    others: tuple[Others, ...] = ()
    may_change: str | None = None
    keeps: bool = False
    spills: tuple[str, ...] = ()

    @property
    def replies(self) -> tuple[str, ...]:
        """The names of all replies that it may give."""
        own = (self.reply, self.otherwise, *self.reply_before.values(), *(need.reply for need in self.needs))
        return tuple(name for name in own if name)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the rows that it looks at or changes, besides that of the row itself."""
        looked_at = (lookup.kind for need in self.needs for lookup in need.rows)
        elsewhere = (other.elsewhere.kind for other in self.others if other.elsewhere)
        changed = (self.may_change,) if self.may_change else ()
        return (*looked_at, *(other.kind for other in self.others), *elsewhere, *changed)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that it looks at."""
        sent = (name for need in self.needs for name in need.sent)
        elsewhere = (other.elsewhere.parameter for other in self.others if other.elsewhere)
        return (*((self.when.parameter,) if self.when else ()), *sent, *elsewhere, *self.spills)

    @property
    def deviations(self) -> tuple[str, ...]:
        """The deviations that it names."""
        return tuple(o.elsewhere.ignored for o in self.others if o.elsewhere and o.elsewhere.ignored)
