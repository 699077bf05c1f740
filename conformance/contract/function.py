"""Functions: who may call one, its checks, and what it does in the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cached_property

from conformance.contract.action import Action, Given
from conformance.contract.form import Refusal, ReplyForm
from conformance.contract.parameter import Parameter
from conformance.contract.settings import Build
from conformance.contract.struct import Struct
from conformance.contract.table import Table


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
    switched on. Servers leave the check out where any of `unless` was sent, or always if there is none: `left_out` is
    the deviation that says so.
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

    @cached_property
    def by_column(self) -> Mapping[str, Parameter]:
        """The parameters that are stored, by their columns."""
        return {parameter.column: parameter for parameter in self.parameters if parameter.column}

    @cached_property
    def required(self) -> tuple[Parameter, ...]:
        """The parameters that must be sent."""
        return tuple(p for p in self.parameters if p.required)

    @cached_property
    def required_samples(self) -> tuple[Parameter, ...]:
        """Those that every good call sends."""
        return tuple(p for p in self.parameters if p.required and p.sample is not None)

    @cached_property
    def optional_samples(self) -> tuple[Parameter, ...]:
        """Those that a good call may send besides."""
        return tuple(p for p in self.parameters if not p.required and p.sample is not None)

    @cached_property
    def with_fallback(self) -> tuple[Parameter, ...]:
        """Those of which whatever is not on a list counts as one that is, in one dialect at least."""
        return tuple(p for p in self.parameters if p.documented.fallback or p.shipped.fallback)

    @cached_property
    def optional(self) -> tuple[Parameter, ...]:
        """The parameters that are checked only when sent, in the order of their checks."""
        return tuple(p for p in self.parameters if not p.required and p.message)

    @cached_property
    def looked_at(self) -> tuple[Parameter, ...]:
        """The parameters that are not required and checked or stored when sent, in the order of their checks."""
        return tuple(p for p in self.parameters if not p.required and (p.message or p.column or p.needs))

    @cached_property
    def settings(self) -> tuple[str, ...]:
        """The settings in a user's record that it asks for: in the end, in one of its checks, or for single steps."""
        own = self.permission.settings if self.permission else ()
        of_parameters = (need for parameter in self.parameters for need in parameter.needs)
        of_actions = (need for action in self.actions.values() for need in action.needs)
        needed = (need.setting for need in (*of_parameters, *of_actions))
        asked = (told.setting for told in self.arguments.values())
        seen = self.table.seen.settings if self.table and self.table.seen else ()
        return tuple(dict.fromkeys((*own, *filter(None, (*asked, *needed)), *seen)))

    @cached_property
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

    @cached_property
    def kind(self) -> str | None:
        """The kind of the rows that it works on."""
        return self.copies or self.changes or self.creates or self.deletes

    @cached_property
    def makes(self) -> str | None:
        """The kind of which it may make rows."""
        hands_on = any(told.otherwise for told in self.arguments.values())
        return self.copies or self.creates or (self.changes if hands_on else None)

    @cached_property
    def is_described(self) -> bool:
        """Whether it is known what the function answers to those who may call it, not just whom it refuses."""
        return self.table is not None or self.effect not in (Effect.UNSPECIFIED, Effect.READS)

    def known_to(self, build: Build) -> bool:
        """Whether a server of that build has this function."""
        return Build.parse(self.since) <= build
