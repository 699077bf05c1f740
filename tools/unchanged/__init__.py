"""What the suite does, as a table of digests: a change of structure leaves every one of them as it is.

A row is a case, what is asked before the first one, or a function's OpenAPI document. A column is a server and a part:
what is sent, the replies, the verdict as it stands in a report. Two more are what the catalogue says of a case and how
the guard rules on it. A cell is empty where there is nothing of the kind.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from tools.unchanged.servers import PREFLIGHT, SERVERS, cases, described, documents, encoded, outcomes, ruled

FILE = Path(__file__).parents[2] / "fixtures" / "unchanged.csv"

DIGITS = 8
"""Hex digits of a digest."""

PARTS = ("sent", "replies", "verdict")
DESCRIBED, RULED, DOCUMENT = "case", "guard", "openapi"
COLUMNS = ("id", DESCRIBED, RULED, DOCUMENT, *(f"{server}: {part}" for server in SERVERS for part in PARTS))

Table = dict[str, dict[str, str]]
"""Digests by row and column."""


def digest(content: object) -> str:
    """A few digits that are another number for other content."""
    return hashlib.sha256(encoded(content)).hexdigest()[:DIGITS]


def read(file: Path = FILE) -> Table:
    """The table as it was written."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {row.pop("id"): {column: cell for column, cell in row.items() if cell} for row in csv.DictReader(lines)}


def write(table: Table, file: Path = FILE) -> None:
    """Write the table."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({"id": row, **cells} for row, cells in table.items())


def case_ids(table: Iterable[str]) -> list[str]:
    """The rows that are cases, in order: a case's place among them is the number that its DIDs carry."""
    return [row for row in table if "/" in row]


def on_server(server: str, ids: Sequence[str]) -> Table:
    """The cells of one server."""
    table: Table = {}
    for row, part, content in outcomes(server, ids):
        table.setdefault(row, {})[f"{server}: {part}"] = digest(content)
    return table


def in_the_catalogue(ids: Sequence[str]) -> Table:
    """What the catalogue says of each case that it has."""
    known = cases()
    return {id: {DESCRIBED: digest(described(known[id]))} for id in ids if id in known}


def by_the_guard(ids: Sequence[str], only: Collection[str]) -> Table:
    """How the guard rules on those cases, of all that are numbered, that the catalogue has."""
    return {id: {RULED: digest(ruled(id, ids))} for id in only if id in cases()}


def in_openapi() -> Table:
    """The documents of all functions."""
    return {name: {DOCUMENT: digest(text)} for name, text in documents().items()}


def changes(was: Table, now: Table, columns: Collection[str]) -> Iterator[str]:
    """A line for each cell in those columns that is not what it was. What is new is no change."""
    for row, cells in was.items():
        for column in COLUMNS:
            if column in columns and column in cells and now.get(row, {}).get(column) != cells[column]:
                yield f"{row}: {column}"


def whole(ids: Sequence[str]) -> Table:
    """The table anew."""
    table: Table = {row: {} for row in (*ids, PREFLIGHT)}
    columns = in_the_catalogue(ids), by_the_guard(ids, ids), in_openapi(), *(on_server(name, ids) for name in SERVERS)
    for part in columns:
        for row, cells in part.items():
            table.setdefault(row, {}).update(cells)
    return table
