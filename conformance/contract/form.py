"""Forms of replies: one line in both dialects, and the form that refusals share."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.settings import Dialect
from conformance.contract.struct import Struct


class ReplyForm(Struct, frozen=True):
    """One reply line: its text in both dialects with `{placeholders}`; an absent one is unspecified there.

    `deviations` names, for each aspect in which the two differ, the deviation that says so.
    """

    clause: str
    documented: str | None = None
    shipped: str | None = None
    deviations: Mapping[str, str] = {}
    invariants: Mapping[str, str] = {}

    def text(self, dialect: Dialect) -> str | None:
        """The template of that dialect, if it has one."""
        return self.documented if dialect is Dialect.DOCUMENTED else self.shipped


class Refusal(Struct, frozen=True):
    """The form shared by every refused optional field: `{message}` is the parameter's own."""

    documented: str
    shipped: str
    deviations: Mapping[str, str]


def refusal_name(parameter: str) -> str:
    """The name of the reply that refuses an optional parameter."""
    return f"{parameter}-refused"
