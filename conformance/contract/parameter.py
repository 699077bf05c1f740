"""Parameters of a function, and the rules of their values in both dialects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from conformance.contract.action import Condition
from conformance.contract.settings import Build, Dialect
from conformance.contract.struct import Struct


class Rule(Struct, frozen=True):
    """What a value must be. Lengths are bytes as shipped and characters as documented; both ends belong.

    `values` is a closed list, or with `open` one that the documentation breaks off with "..."; with a `fallback`
    whatever else is sent, or nothing, counts as that;
    `reference` is the kind of which a row of that name must exist. `words` are values that mean another, such as the
    empty one, and are looked at no further. A value that does not match `taken` in full counts as not sent.
    """

    min: int = 0
    max: int | None = None
    digits: bool = False
    dotted: bool = False
    date: bool = False
    pattern: str | None = None
    words: Mapping[str, str] = {}
    taken: str | None = None
    values: tuple[str, ...] = ()
    fallback: str | None = None
    open: bool = False
    reference: str | None = None


class Parameter(Struct, frozen=True):
    """One parameter of a function, in both dialects.

    `kept` is the inside of a character class: what sanitising leaves; `^` in front makes it all but these. Characters
    that are left and then read as others are in `becomes`. `column` is where the value is stored; if that
    is a column of a kind's key, the value names the row, or, with a `separator`, several rows.
    `sample` is what a good call sends; of an optional one, what keeps a new row from acting, or changes little.
    `stored` says what the column's type does to it: `text`, `integer` or `enumeration` of `stored_values`; a column
    that the kind describes says so itself. `kept_words` are values that sanitising leaves alone.

    `needs` are conditions beyond the rule. `decoded_again` is the deviation of a value that is decoded a second time,
    after sanitising. A value sent together with the parameter `lost_with` is not stored, as `lost` says. `shown` is
    whether any reply depends on it.
    """

    name: str
    clause: str
    kept: str
    kept_before: Mapping[str, str] = {}
    becomes: Mapping[str, str] = {}
    since: str = "2.14-0"
    required: bool = False
    documented: Rule = Rule()
    shipped: Rule = Rule()
    shipped_before: Mapping[str, Rule] = {}
    deviation: str | None = None
    kept_words: tuple[str, ...] = ()
    needs: tuple[Condition, ...] = ()
    decoded_again: str | None = None
    lost_with: str | None = None
    lost: str | None = None
    shown: bool = True
    message: str | None = None
    shipped_function: str | None = None
    function_deviation: str | None = None
    column: str | None = None
    separator: str | None = None
    sample: str | None = None
    default: str | int | None = None
    stored: Literal["text", "integer", "enumeration"] = "text"
    stored_values: tuple[str, ...] = ()
    stored_deviation: str | None = None
    strict_deviation: str | None = None
    case_deviation: str | None = None

    def rule(self, dialect: Dialect, build: Build | None = None) -> Rule:
        """The rule that `dialect` states, for a server of that build; of the newest unless told."""
        if dialect is Dialect.DOCUMENTED:
            return self.documented
        if build and self.shipped_before:
            for limit in sorted(self.shipped_before, key=Build.parse):
                if build < Build.parse(limit):
                    return self.shipped_before[limit]
        return self.shipped

    def known_to(self, build: Build) -> bool:
        """Whether a server of that build reads this parameter at all (observed.md section 8)."""
        return Build.parse(self.since) <= build

    def kept_by(self, build: Build) -> str | None:
        """The kept characters of a build; None where that build does not sanitise the parameter."""
        if self.kept_before:
            for limit in sorted(self.kept_before, key=Build.parse):
                if build < Build.parse(limit):
                    return self.kept_before[limit] or None
        return self.kept
