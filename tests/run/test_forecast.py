"""What a run is going to do, told before it does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.cases.model import Case, Level, Param, Step
from conformance.run.forecast import OUR_OWN, Forecast, Speed, forecast, foreseen, foreseen_proofs, planned
from conformance.run.preflight import first_requests, last_requests
from tests.safety.support import CASES, CONTRACT, GROUND, carried_out, run_in_process, serving
from tests.safety.support import planned as plan_of

EVERY = tuple(CASES.values())


def case(*steps: Step) -> Case:
    return Case("add_did/x/y", "", "", Level.STANDARD, steps)


def told(*steps: Step) -> Forecast:
    return forecast(CONTRACT, [foreseen(CONTRACT, case(*steps), 0, GROUND, Level.STANDARD)])


NAMED = Param("did_pattern", "<did>")
ADD = Step("add_did", (NAMED, Param("active", "N")))
ASK = Step("update_did", (NAMED,))
DELETE = Step("update_did", (NAMED, Param("delete_did", "Y")))


def test_requests_are_counted_by_function_with_those_that_clean_up() -> None:
    assert (told(ADD, ASK).requests, dict(told(ADD, ASK).by_function)) == (4, {"add_did": 1, "update_did": 3})


def test_what_a_case_has_deleted_and_asked_for_itself_needs_no_clean_up() -> None:
    assert told(ADD, DELETE, ASK).requests == 3


def test_a_refused_addition_is_cleaned_up_after_as_well() -> None:
    refused = Step("add_did", (NAMED, Param("did_description", "short")))
    assert (told(refused).requests, told(refused).creates) == (3, 0)


def test_an_add_that_exists_already_creates_nothing_more() -> None:
    assert told(ADD, ADD, ASK).creates == 1


def test_a_request_without_a_known_function_is_counted_as_such() -> None:
    assert ("of no known function", 1) in told(Step(None)).by_function


def test_every_request_leaves_two_log_rows_and_every_did_two_more() -> None:
    assert told(ADD, ASK).log_rows == 2 * 4 + 2


@pytest.mark.parametrize(
    ("speed", "seconds"),
    [
        (Speed(rate=10, reply=0.02, at_once=8), 10),
        (Speed(rate=10, reply=1.6, at_once=8), 20),
        (Speed(reply=0.4, at_once=8), 5),
        (Speed(reply=0.0001, at_once=8), 100 * OUR_OWN),
    ],
    ids=["by the rate", "by slow replies", "as replies come", "by our own work"],
)
def test_how_long_it_takes_is_told_by_what_is_slowest(speed: Speed, seconds: float) -> None:
    assert speed.seconds(100) == pytest.approx(seconds)


def test_only_cases_of_the_level_are_planned() -> None:
    assert {case.level for case in planned(EVERY, GROUND, Level.PROBE)} == {Level.PROBE}


def test_only_cases_whose_needs_the_target_has_are_planned() -> None:
    assert not any(GROUND.missing(case) for case in planned(EVERY, GROUND, Level.FULL))


def test_what_is_foretold_is_what_is_sent_to_a_server_that_answers_well(tmp_path: Path) -> None:
    with serving() as server:
        plan = plan_of(server.target, tmp_path / "run")
        some = [one for one in EVERY if one.subject in ("life-cycle", "did_description", "active")]
        cases = planned(some, plan.ground, Level.STANDARD)
        foretold = forecast(
            CONTRACT,
            [foreseen(CONTRACT, one, number, plan.ground, Level.STANDARD) for number, one in enumerate(cases)],
            (*first_requests(plan.ground, plan.level), *last_requests(plan.ground)),
            [proof for _, proof in foreseen_proofs(CONTRACT, cases, plan.ground, Level.STANDARD)],
        )
        _, facts = carried_out(run_in_process(server, plan), cases)
    assert facts.requests == foretold.requests
