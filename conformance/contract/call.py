"""A request as one dialect reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from conformance.contract.action import Given
from conformance.contract.contract import Contract
from conformance.contract.function import Effect, Function
from conformance.contract.kind import Kind
from conformance.contract.outcome import Answer, Outcome, Unspecified
from conformance.contract.parameter import Parameter
from conformance.contract.reply import Value
from conformance.contract.request import Request, parse
from conformance.contract.sanitise import as_text, sanitise, stripping_deviation
from conformance.contract.settings import Build, Dialect, SqlErrors, SqlMode
from conformance.contract.world import ANY, Change, MayChange, Row, State, User


@dataclass(frozen=True)
class Call:
    """What a check sees: the function called, the parameters' values, and what earlier checks found out.

    `row` is the one that an earlier check has found. `harmless` is whether it meets a server that breaks no invariant.
    `said` are the replies so far of a function that has several, `made` what it has changed, `at_first` of that what
    was changed when the first was given. `unbound` is whether it works on rows that no check has looked at.
    Of the kinds of `maybe_more` it may have made rows, and of `maybe_gone` removed some, nobody knows which.
    `alternatives` are the ends that checks might have come to where nobody knows which rows there are.
    """

    contract: Contract
    state: State
    request: Request
    dialect: Dialect
    function: Function | None = None
    values: Mapping[str, str] | None = None
    quirks: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()
    user: User | None = None
    row: Row | None = None
    logged: bool = False
    alternatives: tuple[Outcome, ...] = ()
    harmless: bool = False
    said: tuple[Answer, ...] = ()
    made: tuple[Change, ...] = ()
    at_first: tuple[Change, ...] = ()
    unbound: bool = False
    maybe_more: frozenset[str] = frozenset()
    maybe_gone: frozenset[str] = frozenset()

    @property
    def shipped(self) -> bool:
        """Whether this is how servers read it."""
        return self.dialect is Dialect.SHIPPED

    @property
    def strict(self) -> bool:
        """Whether the database refuses a value that does not fit its column."""
        return self.shipped and not self.harmless and self.state.settings.sql_mode is SqlMode.STRICT

    @property
    def throws(self) -> bool:
        """Whether the script ends where the database refuses a statement, or where text is asked of an array."""
        return self.shipped and not self.harmless and self.state.settings.sql_errors is SqlErrors.THROWN

    @property
    def called(self) -> Function:
        """The function called; only for checks that come after `function`."""
        assert self.function is not None
        return self.function

    @property
    def caller(self) -> User:
        """The user logged in; only for checks that come after `login`."""
        assert self.user is not None
        return self.user

    @property
    def found(self) -> Row:
        """The row that the call is about; only for checks that come after the one that finds it."""
        assert self.row is not None
        return self.row

    @property
    def kind(self) -> Kind:
        """The kind of the rows that the function works on; only for functions of which it is known."""
        return self.kind_instead(self.contract.kinds_of(self.called)[0])

    def kind_instead(self, kind: Kind) -> Kind:
        """The kind that the function works on instead of that one, if the call says so."""
        instead = self.called.instead
        if instead is None or self.called.kind != kind.name or self.value(instead.parameter) != instead.value:
            return kind
        return self.contract.kinds[instead.kind]

    def key(self, kind: Kind) -> tuple[str, ...]:
        """The key of a row of that kind that the call names, as it was sent."""
        return tuple(self.value(parameter.name) for parameter in self.contract.targets(self.called, kind))

    def has(self, given: Given) -> bool:
        """Whether the call has this parameter with such a value, and the server is new enough to look at it."""
        return Build.parse(given.since) <= self.state.settings.build and given.matches(self.value(given.parameter))

    def value(self, name: str) -> str:
        """The value of a parameter; empty when it was not sent."""
        return (self.values or {}).get(name, "")

    def is_array(self, name: str) -> bool:
        """Whether a parameter was sent as `name[]`: in replies it is the text `Array`, and it has no length."""
        return name in self.request.parameters.arrays

    def as_read(self, name: str, text: str) -> str:
        """What a server leaves of a text that is sent as a parameter of every function."""
        return sanitise(text.encode(), self.contract.common.by_name[name], self.state.settings)

    def noting(self, *quirks: str | None) -> Call:
        """The same call, with deviations noted that it has met. Documentation deviates from nothing."""
        new = {quirk for quirk in quirks if quirk} if self.shipped else None
        return replace(self, quirks=self.quirks | new) if new else self

    def answer(self, name: str, **values: Value) -> Answer:
        """A reply line of this function."""
        return Answer(self.function.name if self.function else "common", name, {**(self.values or {}), **values})

    def says(self, name: str | None, **values: Value) -> Call:
        """The same call, with one more reply given before it goes on."""
        if name is None:
            return self
        return replace(self, said=(*self.said, self.answer(name, **values)), at_first=self._at_first)

    @property
    def _at_first(self) -> tuple[Change, ...]:
        """What was changed when the first reply was given, if one is given now."""
        return self.at_first if self.said else self.made

    def ends(self, *answers: Answer, changes: tuple[Change, ...] = (), status: int = 200) -> Outcome:
        """The outcome with these replies and changes, after those that the checks made."""
        first = (*self.changes, *self._at_first) if self.said and len(self.said) + len(answers) > 1 else None
        done = (*self.changes, *self.made, *changes)
        said = (*self.said, *answers)
        return Outcome(said, status, done, self.quirks, self.logged, first, alternatives=self.alternatives)

    def might(self, end: Outcome) -> Call:
        """The same call, which may as well have ended so."""
        return replace(self, alternatives=(*self.alternatives, replace(end, alternatives=())))

    def silent(self, why: str, *changes: Change) -> Unspecified:
        """No prediction: this dialect says nothing here."""
        unknown = self.function is not None and self.function.effect is Effect.UNSPECIFIED
        return Unspecified(why, self.quirks, (*self.made, *changes, *((MayChange(ANY),) if unknown else ())))


ARRAY = "Array"
"""How PHP writes an array where text is wanted."""

Step = Call | Outcome | Unspecified


def read(contract: Contract, state: State, request: Request, dialect: Dialect, *, harmless: bool = False) -> Step:
    """Read a request. What documentation leaves open about the way it is sent makes it Unspecified there."""
    call = Call(contract, state, request, dialect, harmless=harmless)
    unclear = _unclear(request)
    if unclear and not call.shipped:
        return call.silent(unclear[0][0])
    call = call.noting(*(deviation for _, deviation in unclear))
    function = contract.functions.get(_value(call, contract.common.by_name["function"]))
    return read_as(call, function if function is not None and function.known_to(state.settings.build) else None)


def read_as(call: Call, function: Function | None) -> Call:
    """The same call, its parameters read as those of a function."""
    sent = call.request.parameters
    parameters = (*call.contract.common.parameters, *(function.parameters if function else ()))
    given = [p for p in parameters if p.name in sent.values or p.name in sent.arrays]
    known = [p for p in given if p.known_to(call.state.settings.build)]
    values = {p.name: _value(call, p) for p in known if p.name in sent.values}
    noted = [stripping_deviation(sent.values[p.name], values[p.name], p) for p in known if p.name in values]
    values |= {p.name: "" if call.harmless else ARRAY for p in known if p.name in sent.arrays}
    for parameter in function.with_fallback if function else ():
        rule, value = parameter.rule(call.dialect), values.get(parameter.name)
        if rule.fallback and value not in rule.values and parameter.known_to(call.state.settings.build):
            values[parameter.name] = rule.fallback
    return replace(call.noting(*noted), function=function, values=values)


def _value(call: Call, parameter: Parameter) -> str:
    raw = call.request.parameters.values.get(parameter.name, b"")
    return sanitise(raw, parameter, call.state.settings) if call.shipped else as_text(raw)


_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


@lru_cache(maxsize=512)
def _unclear(request: Request) -> tuple[tuple[str, str | None], ...]:
    """What documentation does not speak of in the way a request is sent, and the deviation servers show there."""
    query, form = parse(request.query), parse(request.form or "")
    text = f"{request.query}&{request.form or ''}"
    names = [pair.partition("=")[0] for pair in text.split("&") if pair]
    sent = request.parameters.values.values()
    found: list[tuple[bool, str, str | None]] = [
        (request.method not in ("GET", "POST"), f"the method {request.method}", "other-methods-write"),
        (request.sends_json, "a JSON body", "json-body-ignored"),
        (bool(query.values.keys() & form.values.keys()), "a parameter in URL and form", "query-wins-over-form"),
        (_repeats(request.query) or _repeats(request.form or ""), "a parameter sent twice", "last-parameter-wins"),
        (any("[" in name for name in names), "a parameter sent as an array", None),
        (_BROKEN_PERCENT.search(text) is not None, "a broken percent-encoding", None),
        (any(_CONTROL.search(value) for value in sent), "control characters", None),
        (any(not _is_utf8(value) for value in sent), "bytes that are no UTF-8", None),
    ]
    return tuple(
        (f"documentation does not speak of {what}", deviation) for unclear, what, deviation in found if unclear
    )


def _repeats(text: str) -> bool:
    names = [pair.partition("=")[0] for pair in text.split("&") if pair]
    return len(names) != len(set(names))


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
