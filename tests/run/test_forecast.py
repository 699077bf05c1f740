"""What a run is going to do, told before it does it."""

from __future__ import annotations

from pathlib import Path

from conformance.cases.model import Case, Level, Param, Step
from conformance.run.forecast import forecast, planned
from tests.safety.support import CASES, GROUND, carried_out, run_in_process, serving
from tests.safety.support import planned as plan_of

EVERY = tuple(CASES.values())


def case(*steps: Step) -> Case:
    return Case("add_did/x/y", "", "", Level.STANDARD, steps)


NAMED = Param("did_pattern", "<did>")
ADD = Step("add_did", (NAMED, Param("active", "N")))
ASK = Step("update_did", (NAMED,))


def test_requests_are_counted_by_function_with_those_that_clean_up() -> None:
    told = forecast([case(ADD, ASK)], GROUND, None)
    assert (told.requests, dict(told.by_function)) == (4, {"add_did": 1, "update_did": 3})


def test_an_add_that_exists_already_creates_nothing_more() -> None:
    assert forecast([case(ADD, ADD, ASK)], GROUND, None).creates == 1


def test_a_request_without_a_known_function_is_counted_as_such() -> None:
    assert ("of no known function", 1) in forecast([case(Step(None))], GROUND, None).by_function


def test_a_rate_says_how_long_it_takes() -> None:
    assert forecast([case(ADD, ASK)], GROUND, 2).seconds == 2


def test_every_request_leaves_two_log_rows_and_every_did_two_more() -> None:
    assert forecast([case(ADD, ASK)], GROUND, None).log_rows == 2 * 4 + 2


def test_only_cases_of_the_level_are_planned() -> None:
    assert {case.level for case in planned(EVERY, GROUND, Level.PROBE)} == {Level.PROBE}


def test_only_cases_whose_needs_the_target_has_are_planned() -> None:
    assert not any(GROUND.missing(case) for case in planned(EVERY, GROUND, Level.FULL))


def test_what_is_foretold_is_about_what_is_sent(tmp_path: Path) -> None:
    with serving() as server:
        plan = plan_of(server.target, tmp_path / "run")
        cases = planned([case for case in EVERY if case.subject == "life-cycle"], plan.ground, Level.STANDARD)
        told = forecast(cases, plan.ground, None)
        _, facts = carried_out(run_in_process(server, plan), cases)
    assert 0.8 < facts.requests / told.requests < 1.2
