"""All searches, by the names of their properties."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from conformance.fuzz.names import NAMES, SUBJECT
from conformance.fuzz.search import Search, Sending


def search_of(id: str, run: Sending) -> Search:
    """A search made for a run, by its id. Raises KeyError for one that there is not."""
    name = id.removeprefix(f"{SUBJECT}/")
    if name not in NAMES:
        raise KeyError(id)
    make = cast("Callable[[Sending], Search]", import_module(f"conformance.fuzz.properties.{name}").search)
    return make(run)
