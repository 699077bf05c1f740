"""Hypothesis strategies drawn from the contract: values, requests, copy batches. Each takes validity as an argument.

A value that cannot be of the asked validity raises InvalidArgument at once, when the strategy is made.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cache, partial

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import SearchStrategy

from conformance.cases.make import needs_of
from conformance.cases.model import OWN_DID_LENGTH, Case, Level, Param, Place, Purpose, Step
from conformance.cases.steps import add, copy, question, setup, update
from conformance.contract.function import Function
from conformance.contract.load import load_contract
from conformance.contract.mysql import kept_inside
from conformance.contract.parameter import Parameter
from conformance.contract.request import encode

FAR = 40
"""How far beyond a limit lengths are tried."""

LONGEST_DID = 50
LEAST_UPDATES, MOST_UPDATES = 8, 20
MOST_ADDITIONS = 4
MOST_NUMBERS, MOST_ENTRIES = 4, 9
MOST_FIELDS = 4
MANY_FIELDS = 10
OFTEN = 6
"""How many times as likely as other characters a space is: text has words."""
CLAUSE = "observed.md#4"


class Validity(StrEnum):
    """What is right or wrong about a value; the servers' reading of the rules decides."""

    VALID = "valid"
    SHORT = "short"
    LONG = "long"
    UNKNOWN = "unknown"
    STRIPPED = "stripped"
    SHRINKING = "shrinking"
    MULTI_BYTE = "multi-byte"
    CONTROL = "control"


SAFE = frozenset({Validity.VALID, Validity.STRIPPED, Validity.MULTI_BYTE})
"""Validities of which servers usually make something that they accept."""

SAFE_IN_ORDER = tuple(validity for validity in Validity if validity in SAFE)

STRIPPABLE = "!@$%^&()[]{}<>/?\\\"'`~;="
MULTI_BYTE = "éüßñ€łжЖ中日本한ع𝄞"
CONTROL = "\x00\t\n\r\x1b\x7f"


@cache
def alphabet(kept: str) -> str:
    """The ASCII characters of a class of kept characters."""
    return "".join(re.findall(f"[{kept}]", "".join(map(chr, range(0x20, 0x7F)))))


def possible(parameter: Parameter) -> tuple[Validity, ...]:
    """The validities that a parameter can have, in a stable order."""
    rule = parameter.shipped
    given = {Validity.VALID, Validity.STRIPPED, Validity.MULTI_BYTE, Validity.CONTROL}
    if rule.min > 1:
        given |= {Validity.SHORT, Validity.SHRINKING}
    if rule.max is not None:
        given |= {Validity.LONG, Validity.SHRINKING}
    if rule.values or rule.reference:
        given.add(Validity.UNKNOWN)
    return tuple(validity for validity in Validity if validity in given)


def values(parameter: Parameter, validity: Validity) -> SearchStrategy[str]:
    """Values of a parameter that are as valid as asked. Raises InvalidArgument if it can have no such value."""
    if validity not in possible(parameter):
        raise InvalidArgument(f"{parameter.name} has no value that is {validity.value}")
    return _MAKERS[validity](parameter).map(kept_inside)


def _kept(parameter: Parameter, least: int, most: int) -> SearchStrategy[str]:
    """Text of kept characters; every length is as likely, while Hypothesis by itself prefers short ones."""
    letters = alphabet(parameter.kept)
    letters += " " * (OFTEN if " " in letters else 0)
    return st.integers(least, most).flatmap(lambda size: st.text(letters, min_size=size, max_size=size))


def _valid(parameter: Parameter) -> SearchStrategy[str]:
    rule = parameter.shipped
    if rule.values:
        return st.sampled_from(rule.values)
    if rule.reference:
        return st.just(f"<{rule.reference}>")
    most = rule.max or FAR
    usual = _kept(parameter, max(1, rule.min), most)
    listed = [value for value in parameter.documented.values if rule.min <= len(value) <= most]
    at_limits = [_kept(parameter, size, size) for size in {max(1, rule.min), most}]
    return st.one_of(usual, *at_limits, *([st.sampled_from(listed)] if listed else []))


def _short(parameter: Parameter) -> SearchStrategy[str]:
    return _kept(parameter, 1, parameter.shipped.min - 1)


def _long(parameter: Parameter) -> SearchStrategy[str]:
    most = parameter.shipped.max
    assert most is not None
    return st.one_of(_kept(parameter, most + 1, most + 1), _kept(parameter, most + 1, most + FAR))


def _unknown(parameter: Parameter) -> SearchStrategy[str]:
    known = {value.lower() for value in parameter.shipped.values}
    letters = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)
    return letters.filter(lambda text: text.lower() not in known)


def _mixed(parameter: Parameter, foreign: str) -> SearchStrategy[str]:
    """Valid characters with others among them."""
    rule = parameter.shipped
    most = min(rule.max or FAR, FAR)
    inserted = st.lists(st.tuples(st.integers(0, most), st.sampled_from(foreign)), min_size=1, max_size=4)
    return st.builds(_insert, _valid(parameter), inserted)


def _insert(text: str, inserted: Sequence[tuple[int, str]]) -> str:
    for position, character in inserted:
        where = position % (len(text) + 1) if "<" not in text else 0
        text = text[:where] + character + text[where:]
    return text


def _stripped(parameter: Parameter) -> SearchStrategy[str]:
    return _mixed(parameter, STRIPPABLE)


def _multi_byte(parameter: Parameter) -> SearchStrategy[str]:
    return _mixed(parameter, MULTI_BYTE)


def _control(parameter: Parameter) -> SearchStrategy[str]:
    return _mixed(parameter, CONTROL)


def _shrinking(parameter: Parameter) -> SearchStrategy[str]:
    """Long enough as sent and too short once sanitised, or too long as sent and short enough once sanitised."""
    rule = parameter.shipped
    padding = st.text(STRIPPABLE, min_size=1, max_size=FAR)
    too_short = [st.builds(str.__add__, padding, _kept(parameter, 1, rule.min - 1))] if rule.min > 1 else []
    fits = [st.builds(str.__add__, _kept(parameter, rule.max, rule.max), padding)] if rule.max else []
    return st.one_of(*too_short, *fits)


_MAKERS = {
    Validity.VALID: _valid,
    Validity.SHORT: _short,
    Validity.LONG: _long,
    Validity.UNKNOWN: _unknown,
    Validity.STRIPPED: _stripped,
    Validity.SHRINKING: _shrinking,
    Validity.MULTI_BYTE: _multi_byte,
    Validity.CONTROL: _control,
}


class Spelling(StrEnum):
    """How a value is percent-encoded; all of them are the same value."""

    CAREFUL = "careful"
    LOWER_HEX = "lower-hex"
    EVERY_BYTE = "every-byte"
    SPACE_AS_20 = "space-as-20"


def spelled(name: str, value: str, spelling: Spelling) -> Param:
    """A parameter in one of the ways to encode it; a value with a placeholder is always sent carefully."""
    if spelling is Spelling.CAREFUL or "<" in value:
        return Param(name, value)
    if spelling is Spelling.EVERY_BYTE:
        return Param(name, "".join(f"%{byte:02X}" for byte in value.encode()), raw=True)
    careful = encode(value)
    if spelling is Spelling.SPACE_AS_20:
        return Param(name, careful.replace("+", "%20"), raw=True)
    return Param(name, re.sub("%[0-9A-F]{2}", lambda m: m[0].lower(), careful), raw=True)


def params(parameter: Parameter, validity: Validity) -> SearchStrategy[Param]:
    """A parameter with a value of that validity, percent-encoded in any way."""
    return st.builds(partial(spelled, parameter.name), values(parameter, validity), st.sampled_from(Spelling))


Fields = SearchStrategy[tuple[Param, ...]]


def fields(function: Function, validities: Collection[Validity] = tuple(Validity)) -> Fields:
    """Optional fields of a function: several, each of one of the validities, in any order."""
    every = [
        params(parameter, validity)
        for parameter in _with_free_text_often(function)
        for validity in possible(parameter)
        if validity in validities
    ]
    return _some(every, 0, MOST_FIELDS)


def _with_free_text_often(function: Function) -> Iterator[Parameter]:
    """The optional fields, those that keep spaces several times: there is more to be wrong about in free text."""
    for parameter in function.optional:
        yield from [parameter] * (3 if " " in alphabet(parameter.kept) else 1)


def _some(every: Sequence[SearchStrategy[Param]], least: int, most: int) -> Fields:
    return st.lists(st.one_of(every), min_size=least, max_size=most, unique_by=lambda param: param.name).map(tuple)


@cache
def fields_of(name: str, *validities: Validity) -> Fields:
    """The same by a function's name, made once: making strategies takes longer than drawing from them."""
    function = load_contract().functions[name]
    return fields(function, validities) if validities else _any_or_many(function)


def _any_or_many(function: Function) -> Fields:
    """A few fields of any validity, or many that servers mostly accept: the first one refused hides all others."""
    usual = [params(parameter, validity) for parameter in function.optional for validity in SAFE_IN_ORDER]
    most = min(MANY_FIELDS, len(function.optional))
    return st.one_of(fields(function), _some(usual, most // 2, most))


DID_MARKS = ":+*#._ "
"""Marks that a DID may have, and a space, which is stripped."""
DID_TAIL = "0123456789abzABZ:+*#._"
_ROOM = LONGEST_DID - OWN_DID_LENGTH
_TAILS = st.one_of(
    st.just(""),
    st.text(DID_TAIL, max_size=4),
    st.text(DID_MARKS, max_size=6),
    st.text(DID_TAIL, min_size=_ROOM - 1, max_size=_ROOM),
)


def dids(name: str = "<did>") -> SearchStrategy[str]:
    """A DID of the case's own: its digits, perhaps a plus before them and other kept characters after them."""
    return st.builds(lambda plus, tail: f"{plus}{name}{tail[: _ROOM - len(plus)]}", st.sampled_from(("", "+")), _TAILS)


def entries() -> SearchStrategy[str]:
    """One number of a batch: any of the case's own, mostly as it is, also with a tail or a plus."""
    numbers = st.sampled_from(("<did>", *(f"<did{index}>" for index in range(2, 10))))
    tails = st.one_of(st.just(""), st.just(""), st.text(DID_TAIL, max_size=3))
    return st.builds(
        lambda plus, number, tail: plus + number + tail, st.sampled_from(("", "", "", "+")), numbers, tails
    )


_WAYS = st.sampled_from((("GET", Place.QUERY), ("POST", Place.FORM), ("POST", Place.QUERY)))
_TURNS = st.integers(0, MOST_FIELDS)


@st.composite
def carried(draw: st.DrawFn, step: Step) -> Step:
    """The same call in any of the ways to send it that mean the same: in the URL or a form, in any order."""
    (method, place), turn = draw(_WAYS), draw(_TURNS)
    params = step.params[turn:] + step.params[:turn]
    return replace(step, method=method, place=place, params=params, backwards=draw(st.booleans()))


@cache
def _added() -> SearchStrategy[list[tuple[str, tuple[Param, ...]]]]:
    return st.lists(st.tuples(dids("<did{}>"), fields_of("add_did")), min_size=1, max_size=MOST_ADDITIONS)


@st.composite
def additions(draw: st.DrawFn) -> Case:
    """Some add_did with fields of any validity, each of a DID of its own, and whether these exist now."""
    sent = [(did.format(index), fields) for index, (did, fields) in enumerate(draw(_added()), 2)]
    acts = [draw(carried(add(did, *fields))) for did, fields in sent]
    return generated(*acts, *(question(did) for did, _ in sent))


@cache
def _changes() -> SearchStrategy[list[tuple[Param, ...]]]:
    return st.lists(fields_of("update_did"), min_size=LEAST_UPDATES, max_size=MOST_UPDATES)


@st.composite
def updates(draw: st.DrawFn) -> Case:
    """Some update_did, one after the other, of a DID that exists, with fields of any validity."""
    acts = [draw(carried(update("<did>", *params))) for params in draw(_changes())]
    return generated(setup(add("<did>")), *acts)


@st.composite
def batches(draw: st.DrawFn, most: int) -> list[str]:
    """Some lists for copy_did, of a few numbers that come again, with and without a plus; every length is as likely."""
    few = draw(st.lists(entries(), min_size=1, max_size=MOST_NUMBERS))
    every = [*few, *(entry.removeprefix("+") if entry.startswith("+") else f"+{entry}" for entry in few)]
    entry, size = st.sampled_from([*few, *every]), st.integers(1, MOST_ENTRIES)
    return [",".join(draw(entry) for _ in range(draw(size))) for _ in range(draw(st.integers(1, most)))]


@st.composite
def copies(draw: st.DrawFn) -> Case:
    """A copy_did onto several numbers: new ones, the same again, in another letter case, the source itself."""
    [batch] = draw(batches(1))
    step = draw(carried(copy("<did>", batch, *draw(fields_of("copy_did")))))
    return generated(setup(add("<did>")), step, *(question(did) for did in dict.fromkeys(batch.split(","))))


@cache
def _described() -> SearchStrategy[list[tuple[str, tuple[Param, ...]]]]:
    return st.lists(st.tuples(entries(), fields_of("copy_did")), min_size=2, max_size=8)


@st.composite
def descriptions(draw: st.DrawFn) -> Case:
    """Some copy_did of a single number each, with descriptions of any validity: those refused cost one request."""
    acts = [draw(carried(copy("<did>", entry, *fields))) for entry, fields in draw(_described())]
    return generated(setup(add("<did>")), *acts)


def generated(*steps: Step, clause: str = CLAUSE) -> Case:
    """A case of these steps. It gets an id of its own when it is sent."""
    acted = next(step for step in steps if step.purpose is Purpose.ACT)
    function = acted.function or "common"
    title = f"A generated {acted.function or 'request'}"
    return Case(f"{function}/fuzz/input", title, clause, Level.STANDARD, steps, needs=needs_of(steps))


def inputs() -> SearchStrategy[Case]:
    """Any generated case for the three DID functions; mostly updates, which need one DID for many calls."""
    kinds = (*[updates] * 4, *[additions] * 3, copies, descriptions)
    return st.sampled_from(kinds).flatmap(lambda kind: kind())
