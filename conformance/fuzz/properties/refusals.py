"""A refused request changes nothing: whatever is asked answers as it did before."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from conformance.cases.model import Case, Param, Step
from conformance.cases.steps import add, copy, question, setup, update
from conformance.cases.strategies import carried, fields_of, generated
from conformance.exchange import Exchange
from conformance.fuzz.properties.evidence import around, body, effect, refused
from conformance.fuzz.search import Search, Sending, drawing
from conformance.verdict.model import Difference


def search(run: Sending) -> Search:
    """Calls with any fields, one after the other, and the same question before and after each."""
    del run
    return Search("refusals", __doc__, drawing(_calls()), unchanged)


@st.composite
def _calls(draw: st.DrawFn) -> Case:
    name = draw(st.sampled_from(("add_did", "update_did", "copy_did")))
    asked = question("<did>" if name == "update_did" else "<did2>")
    calls = [draw(carried(_call(name, sent))) for sent in draw(st.lists(fields_of(name), min_size=2, max_size=6))]
    return generated(setup(add("<did>")), asked, *(step for call in calls for step in (call, asked)))


def _call(name: str, sent: tuple[Param, ...]) -> Step:
    """A call about the DID that is asked for."""
    if name == "copy_did":
        return copy("<did>", "<did2>,<did>", *sent)
    return add("<did2>", *sent) if name == "add_did" else update("<did>", *sent)


def unchanged(case: Case, exchanges: Sequence[Exchange]) -> Difference | None:
    """The first question that is answered otherwise after a refusal."""
    for before, act, after in around(case):
        told, now = body(exchanges[before]), body(exchanges[after])
        if refused(exchanges[act]) and told != now:
            return effect(after, f"as before the refusal: {told}", exchanges[after])
    return None
