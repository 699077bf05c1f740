"""The base of everything that is decoded from a contract file."""

from __future__ import annotations

import msgspec


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """Frozen, by name only, and strict: a key that is not described is a mistake in the file."""
