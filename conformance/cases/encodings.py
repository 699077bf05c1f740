"""Encodings: how a value may be written in a URL, and which characters of it a server keeps.

Clauses: observed.md sections 4 and 7.
What is stored must begin with the run's own digits in either dialect, so odd characters stand after them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.cases.make import Variation, case
from conformance.cases.model import Case, Param, Step
from conformance.cases.recipes import Recipes
from conformance.cases.steps import OFF, add, copy, setup, update
from conformance.contract.contract import Contract
from conformance.contract.function import Function
from conformance.contract.parameter import Parameter

CLAUSE = "observed.md#7"


@dataclass(frozen=True, slots=True)
class Encoding(Variation):
    """A DID as it is sent, and what a server with use_non_latin=0 leaves of it. `raw` goes over the wire as it is."""

    sent: str
    left: str
    raw: bool = True


def _kept(rule: str, what: str, tail: str) -> Encoding:
    return Encoding(rule, what, f"<did>{tail}", f"<did>{tail}", raw=False)


def _stripped(rule: str, what: str, dropped: str) -> Encoding:
    return Encoding(rule, what, f"<did>{dropped}5", "<did>5", raw=False)


ENCODINGS = (
    Encoding("plus", "a plus as %2B", "%2B<did>", "+<did>"),
    Encoding("plus-lower-case", "a plus as %2b", "%2b<did>", "+<did>"),
    Encoding("raw-plus", "a plus that is not encoded", "+<did>", "<did>"),
    Encoding("double-encoded-plus", "a plus that is encoded twice", "<did>%252B", "<did>2B"),
    Encoding("encoded-digit", "a digit as %35", "<did>%35", "<did>5"),
    Encoding("encoded-letter", "a letter as %75", "<did>%75", "<did>u"),
    _kept("star", "a star", "*5"),
    _kept("hash", "a hash", "#5"),
    _kept("dot", "a dot", ".5"),
    _kept("colon", "a colon", ":5"),
    _kept("underscore", "an underscore", "_5"),
    _kept("upper-case-letters", "capital letters", "SALES"),
    _kept("lower-case-letters", "small letters", "sales"),
    _stripped("dash", "a dash", "-"),
    _stripped("space", "a space", " "),
    _stripped("parentheses", "parentheses", "()"),
    _stripped("double-quote", "a double quote", '"'),
    _stripped("semicolon", "a semicolon", ";"),
    _stripped("backslash", "a backslash", "\\"),
    _stripped("angle-brackets", "angle brackets", "<>"),
    Encoding("tag", "a letter between angle brackets", "<did><b>5", "<did>b5", raw=False),
    _stripped("newline", "a line feed", "\n"),
    _stripped("carriage-return", "a carriage return", "\r"),
    _stripped("tab", "a tab", "\t"),
    _stripped("utf8", "an accented letter in UTF-8", "é"),
    Encoding("raw-semicolon", "a semicolon that is not encoded", "<did>;5", "<did>5"),
    Encoding("apostrophe", "an apostrophe that is not encoded", "<did>'5", "<did>5"),
    Encoding("invalid-utf8", "a byte that is no UTF-8", "<did>%FF5", "<did>5"),
    Encoding("nul", "a NUL", "<did>%005", "<did>5"),
    Encoding("broken-percent", "a percent sign without digits after it", "<did>%ZZ5", "<did>ZZ5"),
)


@dataclass(frozen=True, slots=True)
class DidParameter:
    """A parameter that holds a DID, and how to send one in it."""

    function: str
    parameter: str
    steps: Callable[[Encoding], tuple[Step, ...]]


def _added(encoding: Encoding) -> tuple[Step, ...]:
    return (add(encoding.sent, raw=encoding.raw),)


def _updated(encoding: Encoding) -> tuple[Step, ...]:
    return (setup(add(encoding.left)), update(encoding.sent, OFF, raw=encoding.raw))


def _copied_onto(encoding: Encoding) -> tuple[Step, ...]:
    return (setup(add("<did2>")), copy("<did2>", encoding.sent, raw=encoding.raw))


def _copied_from(encoding: Encoding) -> tuple[Step, ...]:
    params = (Param("source_did_pattern", encoding.sent, encoding.raw), Param("new_dids", "<did2>"))
    return (setup(add(encoding.left)), Step("copy_did", params))


TARGETS = (
    DidParameter("add_did", "did_pattern", _added),
    DidParameter("update_did", "did_pattern", _updated),
    DidParameter("copy_did", "new_dids", _copied_onto),
    DidParameter("copy_did", "source_did_pattern", _copied_from),
)


def cases(contract: Contract) -> Iterator[Case]:
    """Every encoding of every DID, each DID twice and as an array, and what is left of free text."""
    recipes = Recipes(contract)
    for target in TARGETS:
        yield from (_did(target, encoding) for encoding in ENCODINGS)
        yield _twice(target)
        yield _array(target)
    for function in contract.functions.values():
        if function.permission is not None and function.is_described and function.name not in _OF_TARGETS:
            yield from _generic(recipes, function)
    for name in ("add_did", "update_did"):
        function = contract.functions[name]
        yield _optional_array(recipes, function, function.by_name["active"])
        for parameter in function.optional:
            if parameter.name in TEXTS:
                yield from (_text(recipes, function, parameter, *spelling) for spelling in TEXTS[parameter.name])


_OF_TARGETS = frozenset(target.function for target in TARGETS)

BEHIND = (
    ("stripped", "a tab and an exclamation mark behind the {name}", "\t!", False),
    ("utf8", "an accented letter behind the {name}", "é", False),
    ("nul", "a NUL behind the {name}", "%00", True),
    ("invalid-utf8", "a byte that is no UTF-8 behind the {name}", "%FF", True),
)
"""Rule, words for the title, and what is sent behind a good value, as it is or encoded."""


def _generic(recipes: Recipes, function: Function) -> Iterator[Case]:
    """What every parameter of any function may be sent with, and each as an array in place of it."""
    for parameter in (*function.required_samples, *function.optional_samples):
        value = parameter.sample or ""
        for rule, what, behind, raw in BEHIND:
            yield recipes.case(
                f"{function.name}/{parameter.name}/{rule}",
                f"{function.name} with {what.format(name=parameter.name)}",
                parameter.clause,
                *recipes.carrying(function, Param(parameter.name, f"{value}{behind}", raw)),
                asks=() if parameter.required else None,
            )
        if function.table is not None and parameter.name in function.table.sent and not parameter.required:
            continue  # what is printed of an array was never recorded
        *before, act = recipes.carrying(function, Param(parameter.name, value))
        renamed = (Param(f"{p.name}[]", p.value) if p.name == parameter.name else p for p in act.params)
        yield recipes.case(
            f"{function.name}/{parameter.name}/array",
            f"{function.name} with {parameter.name}[] in place of {parameter.name}",
            CLAUSE,
            *before,
            replace(act, params=tuple(renamed)),
            asks=(),
        )


def _did(target: DidParameter, encoding: Encoding) -> Case:
    left = ("<did2>", encoding.left) if target.parameter == "source_did_pattern" else (encoding.left,)
    return case(
        f"{target.function}/{target.parameter}/{encoding.rule}",
        f"{target.function} with {encoding.what} in {target.parameter}",
        CLAUSE,
        *target.steps(encoding),
        asks=left,
    )


def _twice(target: DidParameter) -> Case:
    *before, act = target.steps(Encoding("twice", "", "<did>", "<did>"))
    twice = Step(act.function, (Param(target.parameter, "<did3>"), *act.params))
    return case(
        f"{target.function}/{target.parameter}/sent-twice",
        f"{target.function} with two {target.parameter}, of which the last counts",
        CLAUSE,
        *before,
        twice,
    )


def _array(target: DidParameter) -> Case:
    *before, act = target.steps(Encoding("array", "", "<did>", "<did>"))
    renamed = (Param(f"{p.name}[]", p.value) if p.name == target.parameter else p for p in act.params)
    return case(
        f"{target.function}/{target.parameter}/array",
        f"{target.function} with {target.parameter}[] in place of {target.parameter}",
        CLAUSE,
        *before,
        Step(act.function, tuple(renamed)),
        asks=("<did>",),
    )


def _optional_array(recipes: Recipes, function: Function, parameter: Parameter) -> Case:
    return case(
        f"{function.name}/{parameter.name}/array",
        f"{function.name} with {parameter.name}[] in place of {parameter.name}",
        CLAUSE,
        *recipes.carrying(function, Param(f"{parameter.name}[]", "N")),
        asks=("<did>",),
    )


STRIPPED = ("stripped-away", "nothing but characters that are stripped in {name}", "!@%^")
_MIXED = ("mixed", "digits, a dash and a space in {name}", "12-34 56")
_SYMBOLS = ("symbols", "characters of which some are kept in {name}", "a.b,c_d-e f*g#h")

TEXTS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "did_description": (
        STRIPPED,
        _MIXED,
        _SYMBOLS,
        ("utf8", "accented letters in {name}", "Café Zürich"),
        ("utf8-longest", "50 accented letters in {name}", "é" * 50),
        ("all-spaces", "nothing but spaces in {name}", " " * 8),
        ("markup", "HTML in {name}", "<b>conformance</b>"),
        ("line-feed", "a line feed in {name}", "two\nlines"),
    ),
    "extension": (STRIPPED, _MIXED),
    "exten_context": (STRIPPED, _MIXED),
    "voicemail_ext": (STRIPPED, ("keys", "a star and a hash in {name}", "*12#")),
    "phone_extension": (STRIPPED, _MIXED, ("apostrophe", "an apostrophe in {name}", "12'34")),
    "filter_clean_cid_number": (STRIPPED, _MIXED),
    "call_handle_method": (STRIPPED,),
    "agent_search_method": (STRIPPED,),
    "list_id": (STRIPPED, _MIXED),
    "entry_list_id": (STRIPPED, _MIXED),
    "campaign_id": (STRIPPED, _SYMBOLS),
    "phone_code": (STRIPPED, ("plus", "a plus in {name}", "+44")),
}
"""Rule, words for the title and value of what is worth sending in the fields that hold text."""


def _text(recipes: Recipes, function: Function, parameter: Parameter, rule: str, what: str, value: str) -> Case:
    return recipes.case(
        f"{function.name}/{parameter.name}/{rule}",
        f"{function.name} with {what.format(name=parameter.name)}",
        parameter.clause,
        *recipes.carrying(function, Param(parameter.name, value)),
    )
