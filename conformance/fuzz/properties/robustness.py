"""No reply carries a password, a PHP message, SQL or a stack trace, and none is a 5xx, however a request is sent."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.cases.model import Case, Param, Place, Step
from conformance.cases.steps import add, question, setup, update
from conformance.cases.strategies import CONTROL, generated
from conformance.contract.load import load_contract
from conformance.fuzz.search import Search, Sending, drawing

METHODS = ("GET", "POST", "PUT", "OPTIONS")
BROKEN = ("%", "%G1", "%0", "%u0041", "%00", "%C0%AF", "%FF", "%E2%82", "%25%32%42", "%2", "+%2B+", "a%3Db%26c")
HOSTILE = (
    "' OR '1'='1",
    '"><script>alert(1)</script>',
    "../../etc/passwd",
    "${7*7}",
    "\\",
    ";",
    "-1",
    "0x41",
    "9" * 300,
)


def search(run: Sending) -> Search:
    """Values that break encodings, quotes and types, repeated and unknown parameters, odd methods and places."""
    del run
    return Search("robustness", __doc__, drawing(_calls()))


@st.composite
def _calls(draw: st.DrawFn) -> Case:
    base = draw(st.sampled_from((add("<did>"), update("<did>"))))
    sent = draw(st.lists(_params(base.function or ""), min_size=1, max_size=5))
    before = (setup(add("<did>")),) if base.function == "update_did" else ()
    return generated(*before, draw(_sent(replace(base, params=(*base.params, *sent)))), question("<did>"))


def _sent(step: Step) -> SearchStrategy[Step]:
    places = st.sampled_from((Place.QUERY, Place.QUERY, Place.FORM))
    return st.builds(lambda method, place: replace(step, method=method, place=place), st.sampled_from(METHODS), places)


def _params(function: str) -> SearchStrategy[Param]:
    named = [parameter.name for parameter in load_contract().functions[function].optional if parameter.name != "active"]
    names = st.one_of(st.sampled_from(named), st.sampled_from(("no_such_parameter", "DB", "stage", "PHP_AUTH_USER")))
    wild = st.text(st.sampled_from(CONTROL + "'\"\\%;<>éÿ\ud7ff𝄞"), max_size=40)
    values = st.one_of(st.sampled_from(HOSTILE), wild)
    written = st.builds(Param, names, values)
    broken = st.builds(lambda name, value: Param(name, value, raw=True), names, st.sampled_from(BROKEN))
    arrays = st.builds(lambda name, value: Param(f"{name}[]", value), st.sampled_from(named), values)
    return st.one_of(written, broken, arrays)
