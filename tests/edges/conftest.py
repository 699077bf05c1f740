import os
import random
from collections import defaultdict

import pytest

from tests.front.conftest import _elsewhere, _ledgers_are_closed, command, program  # noqa: F401 - fixtures

ROWS = 30
"""Rows of a table that a usual run takes, drawn by EDGES_SEED; `tox -e thorough` takes all of them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Draw some rows of each large table."""
    if config.option.markexpr != "not thorough":
        return
    tables: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if "/edges/" in item.nodeid or item.nodeid.startswith("edges/"):
            tables[item.nodeid.partition("::")[0]].append(item)
    chance = random.Random(int(os.environ.get("EDGES_SEED", "0")))  # noqa: S311 - a sample
    drawn = {id(item) for rows in tables.values() for item in chance.sample(rows, min(ROWS, len(rows)))}
    dropped = [item for rows in tables.values() for item in rows if id(item) not in drawn]
    if dropped and not any("::" in argument for argument in config.args):
        config.hook.pytest_deselected(items=dropped)
        gone = {id(item) for item in dropped}
        items[:] = [item for item in items if id(item) not in gone]
