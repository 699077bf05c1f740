"""A success is visible: what was added or copied is there when it is asked for, what was deleted is not."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from conformance.cases.model import Case
from conformance.cases.steps import add, copy, delete, question, setup
from conformance.cases.strategies import carried, dids, fields_of, generated
from conformance.exchange import Exchange
from conformance.fuzz.properties.seen import around, body, effect, refused
from conformance.fuzz.search import Search, Sending, drawing
from conformance.verdict.model import Difference


def search(run: Sending) -> Search:
    """One call that adds, copies or deletes, and a question before and after it about the DID it is about."""
    del run
    return Search("successes", __doc__, drawing(st.one_of(_additions(), _copies(), _deletions())), changed)


@st.composite
def _additions(draw: st.DrawFn) -> Case:
    did = draw(dids())
    call = add(did, *draw(fields_of("add_did")))
    return generated(question(did), draw(carried(call)), question(did))


@st.composite
def _copies(draw: st.DrawFn) -> Case:
    new = draw(dids("<did2>"))
    call = copy("<did>", new, *draw(fields_of("copy_did")))
    return generated(setup(add("<did>")), question(new), draw(carried(call)), question(new))


@st.composite
def _deletions(draw: st.DrawFn) -> Case:
    did = draw(dids())
    return generated(setup(add(did)), question(did), draw(carried(delete(did))), question(did))


def changed(case: Case, exchanges: Sequence[Exchange]) -> Difference | None:
    """A question that is answered after a success as it was before."""
    for before, act, after in around(case):
        if not refused(exchanges[act]) and body(exchanges[before]) == body(exchanges[after]):
            return effect(after, "another answer than before the success", exchanges[after])
    return None
