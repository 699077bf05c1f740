"""The cases of a quick run: the fewest that catch every faulty server that the whole suite catches."""

from __future__ import annotations

from importlib.resources import files

import msgspec


class QuickFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: how many faults its cases catch together, and the ids of the cases in the order of the catalogue."""

    faults: int
    cases: tuple[str, ...]


def quick_cases() -> tuple[str, ...]:
    """Their ids, as `selfcheck --write-quick` has found them."""
    return msgspec.json.decode((files("conformance.cases") / "quick.json").read_bytes(), type=QuickFile).cases
