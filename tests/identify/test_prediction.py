"""Predictions shared by settings that answer alike are the predictions that each would give."""

import pytest

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import requests, world
from conformance.cases.sample import sample
from conformance.contract.load import load_contract
from conformance.contract.outcome import Outcome
from conformance.contract.predict import predict
from conformance.contract.reply import Line, Shape
from conformance.contract.settings import Dialect
from conformance.exchange import Reply
from conformance.identify.asking import predictions_for
from conformance.identify.hypothesis import Hypothesis, hypotheses
from conformance.identify.prediction import Expected

CONTRACT = load_contract()
CASES = [case for case in catalogue(CONTRACT) if all(step.wire is None for step in case.steps)]
NUMBERS = {case.id: number for number, case in enumerate(catalogue(CONTRACT))}


def plainly(case_number: int, hypothesis: Hypothesis) -> list[Expected]:
    """The replies up to the first that is unspecified or a table, each predicted for these settings alone."""
    case = CASES[case_number]
    state = world(CONTRACT, sample(), hypothesis.settings)
    expected = []
    for request in requests(case, sample(), NUMBERS[case.id]):
        end = predict(CONTRACT, state, request, hypothesis.rules)
        if not isinstance(end, Outcome) or end.table is not None:
            break
        lines = (
            answer.line(CONTRACT, hypothesis.form) or answer.line(CONTRACT, Dialect.SHIPPED) for answer in end.answers
        )
        expected.append(Expected(end.status, tuple(line for line in lines if line)))
        state = state.after(end.changes)
    return expected


def test_a_shared_prediction_is_the_one_that_each_would_give() -> None:
    shared = predictions_for(load_contract(), sample())
    for number in range(0, len(CASES), 23):
        for hypothesis in hypotheses(CONTRACT):
            assert list(shared.replies(CASES[number], hypothesis).steps) == plainly(number, hypothesis), CASES[
                number
            ].id


@pytest.mark.parametrize(
    ("reply", "fits"),
    [
        (Reply(200, "", "SUCCESS: done - 6666|12\n"), True),
        (Reply(500, "", "SUCCESS: done - 6666|12\n"), False),
        (Reply(200, "", "SUCCESS: done - 6666|x\n"), False),
        (Reply(200, "", "SUCCESS: done: |6666|12\n"), False),
        (Reply(200, "", "SUCCESS: done - 6666|12\nand more\n"), False),
        (Reply(200, "", "SUCCESS: done - 6666|12"), False),
    ],
)
def test_a_reply_fits_if_it_is_the_expected_one_in_full(reply: Reply, fits: bool) -> None:
    line = Line("SUCCESS", "", "done", " - ", ("6666", Shape("[0-9]+", "number")))
    assert Expected(200, (line,)).fits(reply) is fits
