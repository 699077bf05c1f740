"""A case: a permanent id, the clause it tests, what it needs, and the requests it sends in order.

Values may hold placeholders, which `expand` fills in for one run: `<did>`, `<did2>` to `<did9>` are numbers of the
case's own (14 digits each), and so are `<own>` to `<own9>` for rows of other kinds; `<ingroup>`, `<call_menu>` and the
other entities are those of the target, and with `:swapped` after the name (`<ingroup:swapped>`) they are written in
the other letter case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache, total_ordering

from conformance.contract.load import load_contract
from conformance.contract.settings import Build

SOURCE = "conformance"

OWN = ("did", "own")
"""The placeholders of names of the case's own."""

OWN_DID_LENGTH = 14
"""Digits of `<did>`: 999, six of the run, four of the case, one of the DID."""


@total_ordering
class Level(Enum):
    """What a case may do to the target. Ordered: each allows what the one before it allows."""

    PROBE = "probe"
    STANDARD = "standard"
    FULL = "full"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Level):
            return NotImplemented
        order = list(Level)
        return order.index(self) < order.index(other)


class Role(StrEnum):
    """Who sends a request. All come from the target file but the last two, which need nothing."""

    ADMIN = "admin"
    LEVEL7 = "level7"
    LEVEL6 = "level6"
    NO_MODIFY_DIDS = "no_modify_dids"
    NO_DELETE_DIDS = "no_delete_dids"
    NO_API_ACCESS = "no_api_access"
    RESTRICTED_FUNCTIONS = "restricted_functions"
    RESTRICTED_NO_MODIFY_DIDS = "restricted_no_modify_dids"
    INACTIVE = "inactive"
    OTHER_GROUP = "other_group"
    LOCKABLE = "lockable"
    NO_VIEW_REPORTS = "no_view_reports"
    NO_MODIFY_LISTS = "no_modify_lists"
    NO_DELETE_LISTS = "no_delete_lists"
    NO_DELETE_FROM_DNC = "no_delete_from_dnc"
    NO_CUSTOM_FIELDS = "no_custom_fields"
    NO_MODIFY_LEADS = "no_modify_leads"
    NO_CAMPAIGNS = "no_campaigns"
    RESTRICTED_LISTS = "restricted_lists"
    UNKNOWN = "unknown"
    NOBODY = "nobody"


MADE_UP_ROLES = frozenset({Role.UNKNOWN, Role.NOBODY})

CANNOT_LOG_IN = frozenset({Role.LEVEL6, Role.INACTIVE})
"""Real users whose right password is refused; each time counts as a failed login (observed.md section 9)."""


class Entity(str):
    """What a case may refer to on the target: a row of the kind of that name, or one that is hidden from a role."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """Its name, as of a role."""
        return str(self)

    @property
    def kind(self) -> str:
        """The kind of row that it is."""
        return self.removeprefix(_HIDDEN)

    @property
    def is_hidden(self) -> bool:
        """Whether it is of a user group that other_group may not view."""
        return self.startswith(_HIDDEN)


_HIDDEN = "hidden_"


@cache
def provided() -> Mapping[Entity, str]:
    """Every entity that a target file can name, and how to find one on the admin screens. Raises ContractError."""
    return {Entity(name): advice for kind in load_contract().kinds.values() for name, advice in kind.provide.items()}


Need = Role | Entity


class Purpose(StrEnum):
    """Why a step is sent: to prepare, to be judged, or to see what the one before did."""

    SETUP = "setup"
    ACT = "act"
    EFFECT = "effect"


class Place(StrEnum):
    """Where the parameters go."""

    QUERY = "query"
    FORM = "form"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter. `raw` values are sent as they are, others percent-encoded."""

    name: str
    value: str
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One request. `source` None leaves it out; `form` goes into the body besides what `place` says.

    `wire` is a byte-level message in place of all that: a template with the same placeholders, and `<path>` and
    `<host>` (see `contract/wire.py`). It logs nobody in, so its role is nobody.
    """

    function: str | None
    params: tuple[Param, ...] = ()
    role: Role = Role.ADMIN
    source: str | None = SOURCE
    method: str = "GET"
    place: Place = Place.QUERY
    form: tuple[Param, ...] = ()
    backwards: bool = False
    purpose: Purpose = Purpose.ACT
    wire: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What is sent, and where it stands in the contract: `function/subject/rule` is its id.

    `maybe` lists DIDs that are not the run's own and of which nobody knows whether they exist.
    `depends` names cases without which this one says nothing. `since` is the first build whose replies are known.
    """

    id: str
    title: str
    clause: str
    level: Level
    steps: tuple[Step, ...]
    maybe: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    exclusive: bool = False
    needs: frozenset[Need] = frozenset()
    since: Build | None = None

    @property
    def function(self) -> str:
        """The first part of the id."""
        return self.id.split("/")[0]

    @property
    def subject(self) -> str:
        """The second part of the id: a field, or what the case is about."""
        return self.id.split("/")[1]

    @property
    def rule(self) -> str:
        """The rest of the id."""
        return "/".join(self.id.split("/")[2:])
