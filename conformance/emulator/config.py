"""What one emulator is: its dialect, its server settings, and what is there when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.cases.expand import Ground, Login, referred_to, world
from conformance.cases.model import Entity, Role
from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.world import Row, User
from conformance.emulator.defaults import default_columns, load_defaults


@dataclass(frozen=True)
class Config:
    """An emulator's settings. `state` is the SQLite file that its DIDs and login counters live in; None is memory.

    `rows` are put into a new state only: a file that exists keeps its own.
    """

    dialect: Dialect = Dialect.SHIPPED
    settings: ServerSettings = field(default_factory=ServerSettings)
    state: Path | None = None
    users: Mapping[str, User] = field(default_factory=lambda: load_defaults().users, repr=False)
    rows: tuple[Row, ...] = field(default_factory=lambda: load_defaults().rows, repr=False)

    def with_target_users(self, logins: Mapping[Role, Login], entities: Mapping[Entity, str]) -> Config:
        """The same emulator with the users and entities of a target file in place of its own.

        The target's hidden DID is added to those that the emulator has, or hidden if it has it already.
        """
        contract = load_contract()
        target = world(contract, Ground(logins, entities, run=""), self.settings)
        there = referred_to()
        kept = tuple(row for row in self.rows if row.kind not in there)
        for kind in target.held:
            for row in target.rows(kind):
                kept = _with(contract, kept, row)
        return replace(self, users=target.users, rows=kept)


def _with(contract: Contract, rows: tuple[Row, ...], new: Row) -> tuple[Row, ...]:
    """The rows with another, or with its columns in the one of that name."""
    same = [row for row in rows if (row.kind, row.key) == (new.kind, new.key)]
    if same:
        return tuple(replace(row, columns={**row.columns, **new.columns}) if row in same else row for row in rows)
    number = max((row.number for row in rows if row.kind == new.kind), default=0) + 1
    return (*rows, replace(new, number=number, columns={**default_columns(contract, new.kind), **new.columns}))
