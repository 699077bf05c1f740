"""Of several faults in one request, the one that is checked first is the one that is answered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.cases.model import MADE_UP_ROLES, Case, Param, Role, Step
from conformance.cases.steps import add, copy, question, setup, update
from conformance.cases.strategies import SAFE, carried, generated, params, possible
from conformance.contract.load import load_contract
from conformance.fuzz.search import Search, Sending, drawing

ROLES = (*[Role.ADMIN] * 4, Role.UNKNOWN, Role.NOBODY, Role.NO_MODIFY_DIDS, Role.RESTRICTED_FUNCTIONS)
"""Who sends: no inactive user, whose login would fail and bring a lock nearer."""

SOURCES = ("conformance", "conformance", "conformance", "t", None)
MOST_FAULTS = 5


def search(run: Sending) -> Search:
    """Requests with faults in the login, the source, the function's name, the DID and the fields, in any number."""
    roles = tuple(role for role in ROLES if role in run.ground.logins or role in MADE_UP_ROLES)
    return Search("precedence", __doc__, drawing(_calls(roles)), weight=5)


_BASES: Mapping[str, tuple[Step, ...]] = {
    "add_did": (add("<did2>"), add("<did>"), add(""), add("<did2>" + "0" * 40)),
    "update_did": (update("<did>"), update("<did2>"), update("")),
    "copy_did": (copy("<did>", "<did2>"), copy("<did3>", "<did2>"), copy("<did>", ""), copy("<did>", "<did>,<did2>")),
}
"""Calls of each function: the first is right, the others each have a fault of their own. `<did>` exists."""

_FUNCTIONS = ("update_did", "update_did", "add_did", "copy_did")
"""Updates more often: of copy_did there is one field to be wrong, and what add_did adds has to be removed."""


@st.composite
def _calls(draw: st.DrawFn, roles: tuple[Role, ...]) -> Case:
    made = [draw(_call(draw(st.sampled_from(_FUNCTIONS)), roles)) for _ in range(draw(st.integers(4, 12)))]
    return generated(setup(add("<did>")), *made, question("<did2>"))


@st.composite
def _call(draw: st.DrawFn, name: str, roles: tuple[Role, ...]) -> Step:
    """A call with faults anywhere, or in its fields only: any other fault hides those."""
    valid, *faulty = _BASES[name]
    sent = draw(_faults(name))
    if draw(st.integers(0, 2)):
        return draw(carried(Step(name, (*valid.params, *sent))))
    base = draw(st.sampled_from((valid, *faulty)))
    call = Step(
        draw(st.sampled_from((name, name, name, name, "no_such_function"))),
        (*base.params, *sent),
        role=draw(st.sampled_from(roles)),
        source=draw(st.sampled_from(SOURCES)),
    )
    return draw(carried(call))


@cache
def _faults(name: str) -> SearchStrategy[list[Param]]:
    every = [
        params(parameter, validity)
        for parameter in load_contract().functions[name].optional
        for validity in possible(parameter)
        if validity not in SAFE
    ]
    some, size = st.one_of(every), min(2, len(load_contract().functions[name].optional))
    pair = st.lists(some, min_size=size, max_size=size, unique_by=lambda param: param.name)
    return st.one_of(pair, st.lists(some, max_size=MOST_FAULTS, unique_by=lambda param: param.name))
