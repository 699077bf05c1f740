"""GET and POST, the order of parameters, %2B and %2b, and a parameter nobody knows make no difference."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from conformance.cases.model import Case, Param, Place, Purpose, Step
from conformance.cases.steps import add, copy, setup, update
from conformance.cases.strategies import Spelling, fields_of, generated, spelled
from conformance.contract.request import decode
from conformance.exchange import Exchange
from conformance.fuzz.properties.evidence import body, effect
from conformance.fuzz.search import Search, Sending, drawing
from conformance.verdict.model import Difference

UNKNOWN = "no_such_parameter"
_DID_ID = re.compile(r"\|\d+\|1$", re.MULTILINE)
"""The number that a copy was given: of two copies, each has its own."""


def search(run: Sending) -> Search:
    """One call sent in several ways that mean the same, each to a DID of its own where it adds one."""
    del run
    return Search("equivalence", __doc__, drawing(_calls()), alike, weight=3)


def _lower_hex(step: Step) -> Step:
    params = (p if p.raw else spelled(p.name, p.value, Spelling.LOWER_HEX) for p in step.params)
    return replace(step, params=tuple(params))


WAYS: tuple[Callable[[Step], Step], ...] = (
    lambda step: replace(step, method="POST", place=Place.FORM),
    lambda step: replace(step, method="POST"),
    lambda step: replace(step, backwards=True),
    lambda step: replace(step, params=step.params[::-1]),
    _lower_hex,
    lambda step: replace(step, params=(*step.params, Param(UNKNOWN, "1"))),
)
"""Ways to send a call that mean the same as the plain one; the first, by a form, is always among them."""


@st.composite
def _calls(draw: st.DrawFn) -> Case:
    name = draw(st.sampled_from(("add_did", "update_did", "copy_did")))
    sent = draw(fields_of(name))
    ways = (0, *draw(st.lists(st.sampled_from(range(1, len(WAYS))), min_size=1, max_size=2, unique=True)))
    params = tuple(_careful(param) for param in sent if param.name != "delete_did")
    calls = _versions(name, params, len(ways) + 1)
    return generated(
        setup(add("<did>")), next(calls), *(WAYS[way](call) for way, call in zip(ways, calls, strict=True))
    )


def _careful(param: Param) -> Param:
    """The parameter encoded as a careful client does, with a plus for a space."""
    return Param(param.name, decode(param.value).decode("utf-8", "replace")) if param.raw else param


def _versions(name: str, sent: tuple[Param, ...], number: int) -> Iterator[Step]:
    for index in range(2, 2 + number):
        if name == "update_did":
            yield update("<did>", *sent)
        else:
            yield add(f"+<did{index}>", *sent) if name == "add_did" else copy("<did>", f"+<did{index}>", *sent)


def alike(case: Case, exchanges: Sequence[Exchange]) -> Difference | None:
    """The first reply that is another than that to the same call before, the DIDs' own digits aside."""
    told: dict[frozenset[tuple[str, str]], str] = {}
    for number, exchange in enumerate(exchanges):
        text = _DID_ID.sub("|0|1", _without_index(body(exchange)))
        if case.steps[number].purpose is Purpose.ACT and told.setdefault(_meaning(exchange), text) != text:
            return effect(number, f"what the same call got before: {told[_meaning(exchange)]}", exchange)
    return None


def _meaning(exchange: Exchange) -> frozenset[tuple[str, str]]:
    """What a request says, however it is sent."""
    values = exchange.request.parameters.values
    pairs = ((name, _without_index(value.decode("latin-1"))) for name, value in values.items() if name != UNKNOWN)
    return frozenset(pairs)


def _without_index(text: str) -> str:
    """The text with the last digit of each own DID, which tells the case's DIDs apart, taken away."""
    return re.sub(r"(999\d{10})\d", r"\1", text)
