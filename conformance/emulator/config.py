"""What one emulator is: its dialect, its server settings, and what is there when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.cases.expand import Ground, Login, world
from conformance.cases.model import Entity, Role
from conformance.contract.model import Dialect, ServerSettings
from conformance.contract.world import Did, Entities, User
from conformance.emulator.defaults import default_columns, load_defaults


@dataclass(frozen=True)
class Config:
    """An emulator's settings. `state` is the SQLite file that its DIDs and login counters live in; None is memory.

    `dids` are put into a new state only: a file that exists keeps its own.
    """

    dialect: Dialect = Dialect.SHIPPED
    settings: ServerSettings = field(default_factory=ServerSettings)
    state: Path | None = None
    users: Mapping[str, User] = field(default_factory=lambda: load_defaults().users, repr=False)
    entities: Entities = field(default_factory=lambda: load_defaults().entities)
    dids: tuple[Did, ...] = field(default_factory=lambda: load_defaults().dids, repr=False)

    def with_target_users(self, logins: Mapping[Role, Login], entities: Mapping[Entity, str]) -> Config:
        """The same emulator with the users and entities of a target file in place of its own.

        The target's hidden DID is added to those that the emulator has, or hidden if it has it already.
        """
        target = world(Ground(logins, entities, run=""), self.settings)
        dids = self.dids
        for hidden in target.dids.values():
            dids = _with_hidden(dids, hidden)
        return replace(self, users=target.users, entities=target.entities, dids=dids)


def _with_hidden(dids: tuple[Did, ...], hidden: Did) -> tuple[Did, ...]:
    if any(did.pattern == hidden.pattern for did in dids):
        return tuple(replace(did, group=hidden.group) if did.pattern == hidden.pattern else did for did in dids)
    next_id = max((did.did_id for did in dids), default=0) + 1
    return (*dids, Did(next_id, hidden.pattern, {**default_columns(), **hidden.columns}, hidden.group))
