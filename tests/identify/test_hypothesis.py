"""What a server may be, and how that is said in few words."""

from conformance.cases.catalogue import catalogue
from conformance.cases.sample import sample
from conformance.contract.load import load_contract
from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Build, Dialect, ServerSettings, SqlErrors, SqlMode
from conformance.identify.hypothesis import Builds, Hypothesis, builds, hypotheses, placed, spans
from conformance.identify.prediction import Predictions

CONTRACT = load_contract()
RANGES = builds(CONTRACT)
EVERY = [Build(2, 14, number) for number in range(OLDEST_BUILD.number, NEWEST_BUILD.number + 1)]


def test_every_described_build_is_in_one_range() -> None:
    assert [build for build in EVERY if sum(build in each for each in RANGES) != 1] == []


def test_a_build_newer_than_all_behaves_like_the_newest() -> None:
    newer = Build(2, 14, 999)
    assert [each for each in RANGES if newer in each] == [RANGES[-1]]


def test_builds_of_one_range_are_predicted_alike() -> None:
    cases = [case for case in catalogue(CONTRACT) if case.since is None and "version" not in case.id][::9]
    numbers = {case.id: number for number, case in enumerate(catalogue(CONTRACT))}
    settings = frozenset(ServerSettings(build, non_latin=True) for build in EVERY)
    predictions = Predictions(CONTRACT, sample(), numbers, settings)
    for case in (case for case in cases if all(step.wire is None for step in case.steps)):
        for each in RANGES:
            alone = [Builds(build, build) for build in EVERY if build in each]
            shipped = Dialect.SHIPPED
            may_be = [Hypothesis(build, SqlMode.LEGACY, True, SqlErrors.THROWN, shipped, shipped) for build in alone]
            assert len({predictions.replies(case, hypothesis) for hypothesis in may_be}) == 1, case.id


def test_neighbouring_builds_are_said_as_one_span() -> None:
    assert spans(RANGES) == "2.14-137 to 2.14-202"
    assert spans([RANGES[0], RANGES[-1]]) == "2.14-137 to 2.14-139 or 2.14-192 to 2.14-202"
    assert str(Builds(OLDEST_BUILD, OLDEST_BUILD)) == "2.14-137"


def test_all_that_a_server_may_be_is_one_row() -> None:
    (row,) = placed(hypotheses(CONTRACT))
    assert row.builds == RANGES
    assert (row.sql_modes, row.non_latin) == (tuple(sorted(SqlMode)), (False, True))
    assert row.sql_errors == tuple(sorted(SqlErrors))


def test_what_is_no_combination_takes_more_rows() -> None:
    rest = (False, SqlErrors.THROWN, Dialect.SHIPPED, Dialect.SHIPPED)
    left = {
        Hypothesis(RANGES[0], SqlMode.LEGACY, *rest),
        Hypothesis(RANGES[1], SqlMode.LEGACY, *rest),
        Hypothesis(RANGES[1], SqlMode.STRICT, *rest),
    }
    assert [(row.builds, row.sql_modes) for row in placed(left)] == [
        (RANGES[:2], (SqlMode.LEGACY,)),
        (RANGES[1:2], (SqlMode.STRICT,)),
    ]
