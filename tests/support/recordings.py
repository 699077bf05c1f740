"""fixtures/recordings as values: scenarios with their exchanges, and the settings of the server recorded."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from conformance.contract.request import Request
from conformance.contract.settings import Build, ServerSettings, SqlErrors, SqlMode
from conformance.exchange import Exchange, Reply

FOLDER = Path(__file__).parents[2] / "fixtures" / "recordings"

SETTINGS: Mapping[str, ServerSettings] = {
    "vicidial-2.14-202": ServerSettings(),
    "vicidial-2.14-202-strict-sql": ServerSettings(sql_mode=SqlMode.STRICT),
    "vicidial-2.14-202-non-latin": ServerSettings(non_latin=True),
    "vicidial-2.14-179": ServerSettings(Build(2, 14, 179)),
    "vicidial-2.14-137": ServerSettings(Build(2, 14, 137)),
    "vicidial-2.14-202-php-7.4": ServerSettings(sql_errors=SqlErrors.IGNORED),
    "vicidial-2.14-202-php-7.4-strict-sql": ServerSettings(sql_mode=SqlMode.STRICT, sql_errors=SqlErrors.IGNORED),
    "vicidial-2.14-202-more": ServerSettings(),
    "vicidial-2.14-202-more-php-7.4": ServerSettings(sql_errors=SqlErrors.IGNORED),
    "vicidial-2.14-202-more-php-7.4-strict-sql": ServerSettings(sql_mode=SqlMode.STRICT, sql_errors=SqlErrors.IGNORED),
    "vicidial-2.14-202-more-strict-sql": ServerSettings(sql_mode=SqlMode.STRICT),
    "vicidial-2.14-179-more": ServerSettings(Build(2, 14, 179)),
    "vicidial-2.14-155-more": ServerSettings(Build(2, 14, 155)),
    "vicidial-2.14-137-more": ServerSettings(Build(2, 14, 137)),
}
"""The files of scenarios by stem, as fixtures/recordings/README.md describes them."""

Row = Mapping[str, str | int | None]


@dataclass(frozen=True)
class Scenario:
    """One recorded scenario. `id` is `stem#name`, with ` (2)` at the second of a name that stands twice in a file."""

    id: str
    stem: str
    name: str
    exchanges: tuple[Exchange, ...]
    rows: tuple[Row, ...]

    @property
    def is_more(self) -> bool:
        """Whether two more DIDs stood in the table before it."""
        return "-more" in self.stem

    @property
    def settings(self) -> ServerSettings:
        """The settings of the server that was recorded."""
        return SETTINGS[self.stem]


@dataclass(frozen=True)
class Probe:
    """One line of whole-api-2.14-202.jsonl."""

    function: str
    name: str
    exchange: Exchange

    @property
    def id(self) -> str:
        """Function and probe."""
        return f"{self.function}/{self.name}"


@cache
def scenarios(stem: str | None = None) -> tuple[Scenario, ...]:
    """The scenarios of one file, or of all five."""
    return tuple(s for one in ([stem] if stem else SETTINGS) for s in _scenarios(one))


@cache
def probes() -> tuple[Probe, ...]:
    """All lines of whole-api-2.14-202.jsonl in order."""
    rows = _lines("whole-api-2.14-202")
    return tuple(
        Probe(row["function"], row["probe"], exchange_of({"method": "GET", "form": None, **row})) for row in rows
    )


def _lines(stem: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{stem}.jsonl").read_text("utf-8").splitlines()]


def _scenarios(stem: str) -> list[Scenario]:
    seen: Counter[str] = Counter()
    found = []
    for row in _lines(stem):
        seen[row["name"]] += 1
        nth = f" ({seen[row['name']]})" if seen[row["name"]] > 1 else ""
        exchanges = tuple(exchange_of(exchange) for exchange in row["exchanges"])
        found.append(Scenario(f"{stem}#{row['name']}{nth}", stem, row["name"], exchanges, tuple(row["dids_after"])))
    return found


def exchange_of(row: dict[str, Any]) -> Exchange:
    request = Request(row["query"] or "", row["form"], row["method"])
    return Exchange(request, Reply(row["status"], row["content_type"], row["body"]))
