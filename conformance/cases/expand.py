"""A case and a target -> the requests to send, and the world they meet. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from conformance.cases.model import OWN, OWN_DID_LENGTH, Case, Entity, Need, Param, Place, Role, Step, provided
from conformance.cases.roles import user_of
from conformance.contract.contract import Contract
from conformance.contract.request import Request, encode
from conformance.contract.settings import ServerSettings
from conformance.contract.world import Row, World

UNKNOWN_USER = "nosuchuser"
"""A user name that cannot exist on the target; the run's digits are added to it."""

WRONG_PASSWORD = "nosuchpassword"  # noqa: S105 - sent for a user that does not exist


@cache
def placeholder() -> re.Pattern[str]:
    """What stands for a name of the case's own (groups 1 and 2) or an entity of the target (3 and 4) in a value."""
    return re.compile(rf"<({'|'.join(OWN)})([2-9]?)>|<({'|'.join(provided())})(:swapped)?>")


"""A DID with its index, or an entity as it is or with the case of its letters swapped."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the target. The password never appears in a repr."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run knows of its target: logins by role, entities, and the six digits of its own."""

    logins: Mapping[Role, Login]
    entities: Mapping[Entity, str]
    run: str

    def missing(self, case: Case) -> tuple[Need, ...]:
        """The needs of a case that this target does not supply, in a stable order."""
        return self.unsupplied(case.needs)

    def unsupplied(self, needs: Iterable[Need]) -> tuple[Need, ...]:
        """Those of the needs that this target does not supply, in a stable order."""
        return tuple(sorted(need for need in needs if need not in self.logins and need not in self.entities))

    @property
    def prefix(self) -> str:
        """What every DID of this run begins with, a plus aside."""
        return f"999{self.run}"

    def did(self, number: int, index: int = 1) -> str:
        """The `index`th DID of the case with that number."""
        did = f"{self.prefix}{number:04d}{index}"
        assert len(did) == OWN_DID_LENGTH
        return did

    def login(self, role: Role) -> Login | None:
        """Who logs in for a role; None for nobody."""
        if role is Role.UNKNOWN:
            return Login(f"{UNKNOWN_USER}{self.run}", WRONG_PASSWORD)
        return None if role is Role.NOBODY else self.logins[role]


def requests(case: Case, ground: Ground, number: int) -> tuple[Request, ...]:
    """The requests of a case, in order. `number` is the case's own, below 10,000."""
    return tuple(request(step, ground, number) for step in case.steps)


def request(step: Step, ground: Ground, number: int) -> Request:
    """One step as it goes over the wire."""
    if step.wire is not None:
        return Request(wire=_fill(Param("", step.wire, raw=True), ground, number).value)
    login = ground.login(step.role)
    given = {param.name for param in step.params}
    user, password = (login.user, login.password) if login else (None, None)
    common = (("source", step.source), ("user", user), ("pass", password), ("function", step.function))
    params = [Param(name, value) for name, value in common if value is not None and name not in given]
    filled = [_fill(param, ground, number) for param in (*params, *step.params)]
    ordered = filled[::-1] if step.backwards else filled
    extra = [_fill(param, ground, number) for param in step.form]
    return _placed(step, ordered, extra)


def _placed(step: Step, params: list[Param], extra: list[Param]) -> Request:
    match step.place:
        case Place.QUERY:
            return Request(_encoded(params), _encoded(extra) if extra else None, step.method)
        case Place.FORM:
            return Request("", _encoded([*params, *extra]), step.method)
        case Place.JSON:
            body = json.dumps({param.name: param.value for param in params})
            return Request("", body, step.method, "application/json")


def _encoded(params: list[Param]) -> str:
    return "&".join(f"{p.name}={p.value if p.raw else encode(p.value)}" for p in params)


def _fill(param: Param, ground: Ground, number: int) -> Param:
    def value(match: re.Match[str]) -> str:
        if match[1]:
            return ground.did(number, int(match[2] or 1))
        entity = ground.entities[Entity(match[3])]
        entity = entity.swapcase() if match[4] else entity
        return encode(entity) if param.raw else entity

    return Param(param.name, placeholder().sub(value, param.value), param.raw)


def world(contract: Contract, ground: Ground, settings: ServerSettings) -> World:
    """What the target is like before a case begins: its users and entities, and none of the run's DIDs."""
    users = {login.user: user_of(role, login.user, login.password, contract) for role, login in ground.logins.items()}
    there = (_there(entity, name) for entity, name in ground.entities.items())
    return World(settings, users).holding(*there)


def _there(entity: Entity, name: str) -> Row:
    """The row that an entity of the target is."""
    hidden = {"user_group": "a group that other_group may not view"} if entity.is_hidden else {}
    return Row(entity.kind, -1, (name,), hidden)


def referred_to() -> frozenset[str]:
    """The kinds of which a target file names what is there, for others to refer to."""
    return frozenset(entity.kind for entity in provided() if not entity.is_hidden)
