"""Recorded exchanges, as pages show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from tools.site.text import block, code, page, prose

FOLDER = Path(__file__).parents[2] / "fixtures/recordings"

RECORDED_BY_FUNCTION = "api/"
"""What a clause begins with that is about all that was recorded of a function, or of something about it."""

_PASSWORD = re.compile(r"(?<=\bpass=)[^&]*")
_SHOWN = 3


@cache
def _scenarios(stem: str) -> Mapping[str, list[dict[str, Any]]]:
    lines = (FOLDER / f"{stem}.jsonl").read_bytes().splitlines()
    rows = [msgspec.json.decode(line) for line in lines]
    return {row["name"]: row["exchanges"] for row in rows if "exchanges" in row} | {
        f"{row['function']}/{row['probe']}": [row] for row in rows if "probe" in row
    }


def recorded(name: str) -> str:
    """The first exchanges of a scenario: `vicidial-2.14-202#add_did/duplicate`. Raises KeyError if there is none."""
    stem, _, scenario = name.replace(".jsonl#", "#").partition("#")
    exchanges = _scenarios(stem)[scenario]
    more = len(exchanges) - _SHOWN
    return page(
        f"{prose(scenario)} in {code(stem)}:",
        *(block(_shown(exchange)) for exchange in exchanges[:_SHOWN]),
        f"and {more} more requests." if more > 0 else "",
    ).rstrip()


def is_recorded(clause: str) -> bool:
    """Whether a clause names a recorded exchange."""
    return ".jsonl#" in clause


def _shown(exchange: Mapping[str, Any]) -> str:
    sent = "&".join(_PASSWORD.sub("$VICIDIAL_PASS", exchange.get(part) or "") for part in ("query", "form"))
    return (
        f"{exchange.get('method', 'GET')} {sent.strip('&')}\n\nHTTP {exchange['status']}\n{exchange['body']}".rstrip()
    )
