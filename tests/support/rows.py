"""Rows of the table that most tests are about, the DIDs, in few words."""

from collections.abc import Mapping

from conformance.contract.world import ALL_GROUPS, Column, Row, RowName, State

DID = "did"


def did(number: int, pattern: str, columns: Mapping[str, Column] | None = None, group: str = ALL_GROUPS) -> Row:
    """A DID, by its did_id and its did_pattern."""
    return Row(DID, number, (pattern,), {**(columns or {}), "user_group": group})


def find(state: State, pattern: str, *, exact: bool = True) -> Row | None:
    """The DID of that pattern."""
    return state.find(DID, (pattern,), exact=exact)


def named(*patterns: str) -> frozenset[RowName]:
    """What the DIDs of these patterns are called."""
    return frozenset(RowName(DID, (pattern,)) for pattern in patterns)


def referred(kind: str, *names: str) -> Mapping[int, Row]:
    """Rows of a kind of which nothing matters but that they are there, by their numbers."""
    return {number: Row(kind, number, (name,)) for number, name in enumerate(names, start=1)}


def dids_after(state: State) -> list[Mapping[str, Column]]:
    """The DIDs as recordings write them: in order of did_id, without `default` and without the user group."""
    shown = [row for row in state.rows(DID) if row.name != "default"]
    return [{"did_id": row.number, "did_pattern": row.name, **_recorded(row)} for row in shown]


def _recorded(row: Row) -> Mapping[str, Column]:
    return {name: value for name, value in row.columns.items() if name != "user_group"}
