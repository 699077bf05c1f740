from collections import defaultdict

import pytest

from tests.front.conftest import _elsewhere, _ledgers_are_closed, command, program  # noqa: F401 - fixtures
from tests.support.some import chance

USUAL_ROWS = 30
"""Rows of a table that a usual run takes, drawn by EDGES_SEED; `tox -e thorough` takes all of them.

A module whose rows start programs says itself how many are enough. Every test has one row at least.
"""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Draw some rows of each large table."""
    if config.option.markexpr != "not thorough" or any("::" in argument for argument in config.args):
        return
    tables: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if "/edges/" in item.nodeid or item.nodeid.startswith("edges/"):
            tables[item.nodeid.partition("::")[0]].append(item)
    kept = {item.nodeid for rows in tables.values() for item in drawn_of(rows)}
    dropped = [item for rows in tables.values() for item in rows if item.nodeid not in kept]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        gone = {id(item) for item in dropped}
        items[:] = [item for item in items if id(item) not in gone]


def drawn_of(rows: list[pytest.Item]) -> list[pytest.Item]:
    """A row of each test of a module, and so many in all, if there are."""
    draw, enough = chance(), getattr(getattr(rows[0], "module", None), "USUAL_ROWS", USUAL_ROWS)
    shuffled = draw.sample(rows, len(rows))
    first = list({item.nodeid.partition("[")[0]: item for item in shuffled}.values())
    others = [item for item in shuffled if item not in first]
    return first + others[: max(0, enough - len(first))]
