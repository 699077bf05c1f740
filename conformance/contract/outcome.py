"""What a prediction says: the replies by name, the HTTP status, the changes, and the deviations met on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.contract.body import Listing
from conformance.contract.contract import Contract
from conformance.contract.form import ReplyForm
from conformance.contract.reply import Line, Shape, Value, render
from conformance.contract.settings import Dialect
from conformance.contract.world import Change


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply line, by the function that prints it, its name and the values of its placeholders."""

    function: str
    name: str
    values: Mapping[str, Value]

    def form(self, contract: Contract) -> ReplyForm:
        """The reply form in the contract."""
        return contract.reply(self.function, self.name)

    def line(self, contract: Contract, dialect: Dialect, known: Mapping[str, str] | None = None) -> Line | None:
        """The line as that dialect prints it; None where it has no such form. `known` gives values for shapes."""
        template = self.form(contract).text(dialect)
        return None if template is None else render(template, _NotSentIsEmpty({**self.values, **(known or {})}))


class _NotSentIsEmpty(dict[str, Value]):
    def __missing__(self, key: str) -> Value:
        return ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens: the answers in order, the HTTP status, what changes, and the deviations that led here.

    `logged` says that the call got as far as the API's own log, whose failure shows in the status. `at_first` is what
    had changed when the first of several replies was given; None where that is as good as all. `table` is what comes
    after the answers. `alternatives` are what may happen instead, where nobody knows which rows there are.
    """

    answers: tuple[Answer, ...]
    status: int = 200
    changes: tuple[Change, ...] = ()
    quirks: frozenset[str] = frozenset()
    logged: bool = False
    at_first: tuple[Change, ...] | None = None
    table: Listing | None = None
    alternatives: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Unspecified:
    """This dialect says nothing about such a reply; `why` says what it is silent about.

    `changes` are those that are known all the same: the work was done, and only what is printed then is unknown.
    """

    why: str
    quirks: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()


NUMBER = Shape(r"[1-9][0-9]{0,9}", "number")
"""A did_id: an unsigned integer of MySQL that counts up from 1."""

COUNT = Shape(r"[0-9]+", "number of rows")
"""How many rows there were of which nobody can know."""

COMMAND = Shape(
    r"SUCCESS: Fields? (added|updated|deleted|copied)|ERROR: Fields? not (added|updated|deleted|copied)|NONE", "outcome"
)
"""What a server says of a command that it sent to itself: done, refused, or never arrived."""

CLOCK: Mapping[str, Value] = {
    "build_date": Shape(r"[0-9]{6}-[0-9]{4}", "yymmdd-hhmm"),
    "date": Shape(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", "date and time"),
    "epoch": Shape(r"[0-9]{10}", "seconds since 1970"),
    "dst": Shape(r"[01]", "0 or 1"),
    "user_group": Shape(r"[^']*", "user group"),
    "ip_address": Shape(r"[0-9a-fA-F.:]*", "IP address"),
    "tz": Shape(r"-?[0-9]{1,2}\.[0-9]{2}", "hours from UTC"),
    "tz_now": Shape(r"-?[0-9]{1,2}\.[0-9]{2}", "hours from UTC"),
}
