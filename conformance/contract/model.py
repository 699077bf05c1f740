"""The types of a contract: functions, parameters, rules, reply forms, deviations.

Everything here is frozen. The TOML files beside this module are decoded into these types by `load`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Literal

from conformance.contract import mysql
from conformance.contract.action import Action, Condition, Given
from conformance.contract.struct import Struct
from conformance.contract.table import Table


class Dialect(StrEnum):
    """Whose word counts: the published documentation, or what servers send."""

    DOCUMENTED = "documented"
    SHIPPED = "shipped"


class SqlMode(StrEnum):
    """Whether the server's database rejects values that do not fit (`STRICT_TRANS_TABLES`) or bends them."""

    LEGACY = "legacy"
    STRICT = "strict"


class SqlErrors(StrEnum):
    """What a script does where the database refuses a statement: goes on (PHP before 8.1), or ends with HTTP 500."""

    IGNORED = "ignored"
    THROWN = "thrown"

    @property
    def php(self) -> str:
        """The versions of PHP that do so."""
        return "PHP before 8.1" if self is SqlErrors.IGNORED else "PHP 8.1 or newer"


class Severity(StrEnum):
    """What a deviation does to a client: looks odd, is read wrongly, or causes harm."""

    COSMETIC = "cosmetic"
    MISLEADING = "misleading"
    DANGEROUS = "dangerous"


_BUILD = re.compile(r"(\d+)\.(\d+)-(\d+)")


@dataclass(frozen=True, order=True, slots=True)
class Build:
    """An API version as `version` reports it, such as 2.14-202; ordered by age."""

    major: int
    minor: int
    number: int

    @classmethod
    @cache
    def parse(cls, text: str) -> Build:
        """Read `2.14-202`. Raises ValueError for anything else."""
        match = _BUILD.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not an API build such as 2.14-202")
        return cls(*(int(part) for part in match.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}-{self.number}"


OLDEST_BUILD = Build(2, 14, 137)
NEWEST_BUILD = Build(2, 14, 202)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The four settings of a server that change its replies (observed.md sections 4, 7, 8 and 11)."""

    build: Build = NEWEST_BUILD
    sql_mode: SqlMode = SqlMode.LEGACY
    non_latin: bool = False
    sql_errors: SqlErrors = SqlErrors.THROWN

    def __str__(self) -> str:
        return f"{self.build}, {self.sql_mode} SQL, use_non_latin={int(self.non_latin)}, {self.sql_errors.php}"


class Rule(Struct, frozen=True):
    """What a value must be. Lengths are bytes as shipped and characters as documented; both ends belong.

    `values` is a closed list, or with `open` one that the documentation breaks off with "..."; with a `fallback`
    whatever else is sent, or nothing, counts as that;
    `reference` is the kind of which a row of that name must exist. `words` are values that mean another, such as the
    empty one, and are looked at no further. A value that does not match `taken` in full counts as not sent.
    """

    min: int = 0
    max: int | None = None
    digits: bool = False
    dotted: bool = False
    date: bool = False
    pattern: str | None = None
    words: Mapping[str, str] = {}
    taken: str | None = None
    values: tuple[str, ...] = ()
    fallback: str | None = None
    open: bool = False
    reference: str | None = None


class Parameter(Struct, frozen=True):
    """One parameter of a function, in both dialects.

    `kept` is the inside of a character class: what sanitising leaves. `column` is where the value is stored; if that
    is a column of a kind's key, the value names the row, or, with a `separator`, several rows.
    `sample` is what a good call sends; of an optional one, what keeps a new row from acting, or changes little.
    `stored` says what the column's type does to it: `text`, `integer` or `enumeration` of `stored_values`; a column
    that the kind describes says so itself. `kept_words` are values that sanitising leaves alone.

    `needs` are conditions beyond the rule. `decoded_again` is the deviation of a value that is decoded a second time,
    after sanitising. A value sent together with the parameter `lost_with` is not stored, as `lost` says.
    """

    name: str
    clause: str
    kept: str
    kept_before: Mapping[str, str] = {}
    since: str = "2.14-0"
    required: bool = False
    documented: Rule = Rule()
    shipped: Rule = Rule()
    shipped_before: Mapping[str, Rule] = {}
    deviation: str | None = None
    kept_words: tuple[str, ...] = ()
    needs: tuple[Condition, ...] = ()
    decoded_again: str | None = None
    lost_with: str | None = None
    lost: str | None = None
    message: str | None = None
    shipped_function: str | None = None
    function_deviation: str | None = None
    column: str | None = None
    separator: str | None = None
    sample: str | None = None
    default: str | int | None = None
    stored: Literal["text", "integer", "enumeration"] = "text"
    stored_values: tuple[str, ...] = ()
    stored_deviation: str | None = None
    strict_deviation: str | None = None
    case_deviation: str | None = None

    def rule(self, dialect: Dialect, build: Build | None = None) -> Rule:
        """The rule that `dialect` states, for a server of that build; of the newest unless told."""
        if dialect is Dialect.DOCUMENTED:
            return self.documented
        for limit in sorted(self.shipped_before, key=Build.parse):
            if build and build < Build.parse(limit):
                return self.shipped_before[limit]
        return self.shipped

    def known_to(self, build: Build) -> bool:
        """Whether a server of that build reads this parameter at all (observed.md section 8)."""
        return Build.parse(self.since) <= build

    def kept_by(self, build: Build) -> str | None:
        """The kept characters of a build; None where that build does not sanitise the parameter."""
        for limit in sorted(self.kept_before, key=Build.parse):
            if build < Build.parse(limit):
                return self.kept_before[limit] or None
        return self.kept


class ReplyForm(Struct, frozen=True):
    """One reply line: its text in both dialects with `{placeholders}`; an absent one is unspecified there.

    `deviations` names, for each aspect in which the two differ, the deviation that says so.
    """

    clause: str
    documented: str | None = None
    shipped: str | None = None
    deviations: Mapping[str, str] = {}
    invariants: Mapping[str, str] = {}

    def text(self, dialect: Dialect) -> str | None:
        """The template of that dialect, if it has one."""
        return self.documented if dialect is Dialect.DOCUMENTED else self.shipped


class Permission(Struct, frozen=True):
    """Who may call a function: the settings in the user's record, the least level, and the reply to others.

    Whoever calls needs API access too; where servers do not look at it, `no_api_access` is the deviation that says so.
    `level_before` has the level that servers before a build ask for.
    """

    settings: tuple[str, ...]
    level: int
    reply: str
    no_api_access: str | None = None
    level_before: Mapping[str, int] = {}

    def level_of(self, build: Build) -> int:
        """The level that servers of that build ask for."""
        before = (limit for limit in sorted(self.level_before, key=Build.parse) if build < Build.parse(limit))
        limit = next(before, None)
        return self.level if limit is None else self.level_before[limit]


class Refusal(Struct, frozen=True):
    """The form shared by every refused optional field: `{message}` is the parameter's own."""

    documented: str
    shipped: str
    deviations: Mapping[str, str]


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


class Effect(StrEnum):
    """What a function does once all its checks have passed."""

    ADDS = "add"
    COPIES = "copy"
    UPDATES = "update"
    DELETES = "delete"
    READS = "reads"
    UNSPECIFIED = "unspecified"


CHECKS = (
    *("version", "login", "function", "user-group", "source", "allowed"),
    *("permission", "required", "optional", "delete"),
)
"""The checks that are of no kind."""

KIND_CHECKS = ("is-new", "exists", "allowed", "is-on")
"""Those that are of a kind, whose name comes before theirs: `did-exists`, or `source-did-exists` of another DID."""


def check_of(name: str, kinds: Collection[str]) -> tuple[str, str | None] | None:
    """What a check does, and the kind that it is about, if it is about one; None for what is no check."""
    if name in CHECKS:
        return name, None
    for check in KIND_CHECKS:
        kind = name.removesuffix(f"-{check}")
        if kind != name and (found := next((known for known in kinds if f"-{kind}".endswith(f"-{known}")), None)):
            return check, found
    return None


class Otherwise(Struct, frozen=True):
    """A value of a parameter that hands a call on to another function, once `reply` has said so."""

    parameter: str
    function: str
    reply: str
    value: str = "Y"


class Arguments(Struct, frozen=True):
    """What a check is told besides its kind: the parameters that name the row, if not those of its key's columns.

    `reply` is what answers where the check ends a call; `setting` is the permission it asks for. `otherwise` is the
    function that the call goes to where there is no such row. `column` is the one that holds 1 where something is
    switched on. Servers leave the check out where any of `unless` was sent: `left_out` is the deviation that says so.
    """

    parameter: str | None = None
    reply: str | None = None
    setting: str | None = None
    column: str | None = None
    otherwise: Otherwise | None = None
    unless: tuple[Given, ...] = ()
    left_out: str | None = None


class Instead(Struct, frozen=True):
    """A value of a parameter that makes a function work on rows of another kind."""

    parameter: str
    value: str
    kind: str


class Trace(Struct, frozen=True):
    """A row that a success leaves besides, and that no call shows: its kind, and its columns with `{placeholders}`.

    `{now}` is the time of the call. `instead` has what differs where the function works on another kind instead.
    """

    kind: str
    columns: Mapping[str, str]
    instead: Mapping[str, str] = {}


class Function(Struct, frozen=True):
    """One API function: its own checks in order, its parameters, its replies and what it does in the end.

    `creates`, `changes`, `deletes` and `copies` name kinds; `reads` says that it only tells something. A function of
    which none of these is said does nobody knows what to those who may call it. `arguments` are those of its checks.
    A function that does several things has `actions`: their names stand among its checks, in the order of the replies.
    `of_lists` is whether it minds the lists that a caller may be restricted to.
    """

    name: str
    since: str
    summary: str
    clause: str
    checks: tuple[str, ...]
    creates: str | None = None
    changes: str | None = None
    deletes: str | None = None
    copies: str | None = None
    reads: bool = False
    of_lists: bool = False
    instead: Instead | None = None
    traces: tuple[Trace, ...] = ()
    arguments: Mapping[str, Arguments] = {}
    actions: Mapping[str, Action] = {}
    permission: Permission | None = None
    parameters: tuple[Parameter, ...] = ()
    replies: Mapping[str, ReplyForm] = {}
    refusal: Refusal | None = None
    table: Table | None = None

    @cached_property
    def by_name(self) -> Mapping[str, Parameter]:
        """The parameters by their names."""
        return {parameter.name: parameter for parameter in self.parameters}

    @property
    def required(self) -> tuple[Parameter, ...]:
        """The parameters that must be sent."""
        return tuple(p for p in self.parameters if p.required)

    @property
    def required_samples(self) -> tuple[Parameter, ...]:
        """Those that every good call sends."""
        return tuple(p for p in self.parameters if p.required and p.sample is not None)

    @property
    def optional_samples(self) -> tuple[Parameter, ...]:
        """Those that a good call may send besides."""
        return tuple(p for p in self.parameters if not p.required and p.sample is not None)

    @property
    def optional(self) -> tuple[Parameter, ...]:
        """The parameters that are checked only when sent, in the order of their checks."""
        return tuple(p for p in self.parameters if not p.required and p.message)

    @property
    def looked_at(self) -> tuple[Parameter, ...]:
        """The parameters that are not required and checked or stored when sent, in the order of their checks."""
        return tuple(p for p in self.parameters if not p.required and (p.message or p.column or p.needs))

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings in a user's record that it asks for: in the end, in one of its checks, or for single steps."""
        own = self.permission.settings if self.permission else ()
        of_parameters = (need for parameter in self.parameters for need in parameter.needs)
        of_actions = (need for action in self.actions.values() for need in action.needs)
        needed = (need.setting for need in (*of_parameters, *of_actions))
        asked = (told.setting for told in self.arguments.values())
        seen = self.table.seen.settings if self.table and self.table.seen else ()
        return tuple(dict.fromkeys((*own, *filter(None, (*asked, *needed)), *seen)))

    @property
    def effect(self) -> Effect:
        """What it does in the end."""
        if self.copies:
            return Effect.COPIES
        if self.changes:
            return Effect.UPDATES
        if self.creates:
            return Effect.ADDS
        if self.deletes:
            return Effect.DELETES
        return Effect.READS if self.reads else Effect.UNSPECIFIED

    @property
    def kind(self) -> str | None:
        """The kind of the rows that it works on."""
        return self.copies or self.changes or self.creates or self.deletes

    @property
    def makes(self) -> str | None:
        """The kind of which it may make rows."""
        hands_on = any(told.otherwise for told in self.arguments.values())
        return self.copies or self.creates or (self.changes if hands_on else None)

    @property
    def is_described(self) -> bool:
        """Whether it is known what the function answers to those who may call it, not just whom it refuses."""
        return self.table is not None or self.effect not in (Effect.UNSPECIFIED, Effect.READS)

    def known_to(self, build: Build) -> bool:
        """Whether a server of that build has this function."""
        return Build.parse(self.since) <= build


_SETTINGS: Mapping[str, str] = {
    "strict-sql": "strict SQL",
    "legacy-sql": "legacy SQL",
    "non-latin": "use_non_latin=1",
    **{f"sql-errors-{errors}": errors.php for errors in SqlErrors},
}


_HELD: Mapping[str, Callable[[ServerSettings], bool]] = {
    "strict-sql": lambda settings: settings.sql_mode is SqlMode.STRICT,
    "legacy-sql": lambda settings: settings.sql_mode is SqlMode.LEGACY,
    "non-latin": lambda settings: settings.non_latin,
    "sql-errors-thrown": lambda settings: settings.sql_errors is SqlErrors.THROWN,
    "sql-errors-ignored": lambda settings: settings.sql_errors is SqlErrors.IGNORED,
}
"""What each word of `only` asks of a server, and nothing else of it: see `watched`."""


class Deviation(Struct, frozen=True):
    """A known departure of servers from the documentation: permanent id, what differs, what it does to a client.

    `form` is whether it is a matter of form alone: how a server prints, not what it says, so that it is said of the
    server as a whole. `only` names the settings without any of which it does not show.
    `evidence` names recorded scenarios that show it; where none can, `unobservable` says why.
    """

    id: str
    title: str
    clause: str
    severity: Severity
    effect: str
    form: bool = False
    since: str = "2.14-0"
    until: str | None = None
    only: tuple[Literal["strict-sql", "legacy-sql", "non-latin", "sql-errors-thrown", "sql-errors-ignored"], ...] = ()
    evidence: tuple[str, ...] = ()
    unobservable: str | None = None

    @property
    def only_with(self) -> str:
        """The settings without any of which it does not show, in words; empty if it shows with all."""
        return " and ".join(_SETTINGS[setting] for setting in self.only)

    def holds_for(self, settings: ServerSettings) -> bool:
        """Whether a server with these settings is known to deviate so."""
        if settings.build < Build.parse(self.since):
            return False
        if self.until is not None and settings.build >= Build.parse(self.until):
            return False
        return all(_HELD[setting](settings) for setting in self.only)


@dataclass(frozen=True, repr=False)
class Contract:
    """The whole contract: what is common to all functions, the functions, the kinds, and the known deviations."""

    common: Function
    functions: Mapping[str, Function]
    deviations: Mapping[str, Deviation]
    kinds: Mapping[str, Kind]

    def kinds_of(self, function: Function) -> tuple[Kind, ...]:
        """The kinds of the rows that a function works on, as far as they are known."""
        names = (function.kind, function.instead.kind if function.instead else None)
        return tuple(self.kinds[name] for name in names if name)

    def targets(self, function: Function, kind: Kind | None = None) -> tuple[Parameter, ...]:
        """The parameters that name the row that a function creates, changes or deletes, in the order of its key.

        Of a function that works on several kinds it is the first one's, unless the `kind` is told.
        """
        kind = kind or next(iter(self.kinds_of(function)), None)
        named = {parameter.column: parameter for parameter in function.parameters if parameter.column}
        return tuple(named[column] for column in kind.key if column in named) if kind else ()

    @cached_property
    def naming(self) -> frozenset[str]:
        """The names of the parameters that say what is called, created, changed or deleted."""
        named = (parameter.name for function in self.functions.values() for parameter in self.targets(function))
        return frozenset({"function", *named})

    @cached_property
    def forms(self) -> frozenset[str]:
        """The deviations in form alone."""
        return frozenset(id for id, deviation in self.deviations.items() if deviation.form)

    def reply(self, function: str, name: str) -> ReplyForm:
        """The form of a reply of `function`, which may be one of the common ones."""
        own = self.functions.get(function)
        if own is not None and name in own.replies:
            return own.replies[name]
        return self.common.replies[name]


class ContractError(Exception):
    """A contract file is malformed; the message names file, key and reason."""
