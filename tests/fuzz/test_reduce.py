"""A failing input is made smaller part by part, and never into one that fails otherwise."""

from __future__ import annotations

from collections.abc import Callable

from conformance.cases.model import Case, Param, Place, Role, Step
from conformance.cases.steps import add, copy, question, setup, update
from conformance.cases.strategies import generated
from conformance.fuzz.reduce import reduced

LONG = "x" * 40 + "#" + "é" * 9


def smallest(case: Case, fails: Callable[[Step], bool]) -> tuple[Step, ...]:
    return reduced(case, lambda one: any(map(fails, one.steps))).steps


def values(step: Step) -> dict[str, str]:
    return {param.name: param.value for param in step.params}


def test_what_does_not_matter_is_taken_out() -> None:
    case = generated(
        setup(add("<did>")),
        update("<did>", Param("active", "Y"), Param("did_description", LONG)),
        update("<did>", Param("extension", "100")),
        question("<did>"),
    )
    left = smallest(case, lambda step: "#" in values(step).get("did_description", ""))
    assert [values(step) for step in left] == [{"did_description": "#"}]


def test_what_matters_together_stays_together() -> None:
    case = generated(update("<did>", Param("active", "Y"), Param("group", "abc"), Param("extension", "123")))
    left = smallest(case, lambda step: {"active", "extension"} <= values(step).keys())
    assert [set(values(step)) for step in left] == [{"active", "extension"}]


def test_a_batch_loses_entries_and_placeholders_stay_whole() -> None:
    case = generated(copy("<did>", "<did>,<did2>,<did3>a,<did4>"))
    left = smallest(case, lambda step: "<did3>" in values(step).get("new_dids", ""))
    assert values(left[0]) == {"new_dids": "<did3>"}


def test_characters_become_plain_where_they_may() -> None:
    case = generated(update("<did>", Param("did_description", "Zq9!")))
    left = smallest(case, lambda step: len(values(step).get("did_description", "")) == 4)
    assert values(left[0]) == {"did_description": "aa0a"}


def test_an_unusual_way_to_send_becomes_the_usual_one() -> None:
    odd = Step("add_did", (Param("did_pattern", "<did>"),), Role.LEVEL7, None, "POST", Place.FORM, backwards=True)
    [left] = smallest(generated(odd), lambda step: step.function == "add_did")
    assert (left.method, left.place, left.role, left.backwards) == ("GET", Place.QUERY, Role.ADMIN, False)


def test_what_fails_only_as_it_is_stays_as_it_is() -> None:
    case = generated(add("<did>", Param("group", "x")), question("<did>"))
    assert reduced(case, lambda smaller: False) == case
