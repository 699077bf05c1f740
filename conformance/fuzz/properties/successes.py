"""A success is visible: what was added or copied is there when it is asked for, what was deleted is not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import msgspec
from hypothesis import strategies as st

from conformance.cases.model import Case
from conformance.cases.steps import add, copy, delete, question, setup
from conformance.cases.strategies import Fields, carried, dids, fields, generated
from conformance.contract.load import load_contract
from conformance.exchange import Exchange
from conformance.fuzz.properties.evidence import around, body, effect, succeeded
from conformance.fuzz.search import Search, Sending, drawing
from conformance.verdict.model import Difference


def search(run: Sending) -> Search:
    """One call that adds, copies or deletes, and a question before and after it about the DID it is about."""
    del run
    return Search("successes", __doc__, drawing(st.one_of(_additions(), _copies(), _deletions())), changed)


@cache
def _fields(name: str) -> Fields:
    """Fields of which a database keeps every value: strict SQL drops a DID with one that does not fit its column."""
    function = load_contract().functions[name]
    texts = tuple(parameter for parameter in function.parameters if parameter.stored == "text")
    return fields(msgspec.structs.replace(function, parameters=texts))


@st.composite
def _additions(draw: st.DrawFn) -> Case:
    did = draw(dids())
    call = add(did, *draw(_fields("add_did")))
    return generated(question(did), draw(carried(call)), question(did))


@st.composite
def _copies(draw: st.DrawFn) -> Case:
    new = draw(dids("<did2>"))
    call = copy("<did>", new, *draw(_fields("copy_did")))
    return generated(setup(add("<did>")), question(new), draw(carried(call)), question(new))


@st.composite
def _deletions(draw: st.DrawFn) -> Case:
    did = draw(dids())
    return generated(setup(add(did)), question(did), draw(carried(delete(did))), question(did))


def changed(case: Case, exchanges: Sequence[Exchange]) -> Difference | None:
    """A question that is answered after a success as it was before."""
    for before, act, after in around(case):
        named = {param.value for param in case.steps[act].params}
        asked = case.steps[before].params[0].value
        if asked in named and succeeded(exchanges[act]) and body(exchanges[before]) == body(exchanges[after]):
            return effect(after, "another answer than before the success", exchanges[after])
    return None
