"""A server is placed by what it answers, as exactly as any case of the catalogue could place it."""

from pathlib import Path

import pytest

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import Ground
from conformance.cases.model import Level, Role
from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlErrors, SqlMode
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.respond import HTML, Behaviour, Response, honest
from conformance.identify.asking import MOST_UNEXPLAINED, identify, predictions_for
from conformance.identify.choice import questions
from conformance.identify.hypothesis import Hypothesis, hypotheses
from conformance.identify.prediction import Predictions, apart
from conformance.identify.result import Identified
from tests.front.servers import liar
from tests.safety.support import Server, built_in_target, planned, serving
from tests.support.some import some

pytestmark = pytest.mark.untraced

CONTRACT = load_contract()
ALL = hypotheses(CONTRACT)
GROUND = Ground((TARGET := built_in_target("http://127.0.0.1:1/")).logins, TARGET.entities, "123456")
MOST_REQUESTS = 40

BUILDS = ("2.14-137", "2.14-150", "2.14-155", "2.14-179", "2.14-202")
COMBINATIONS = [
    Config(dialect, ServerSettings(Build.parse(build), mode, bool((at + len(mode) + len(dialect)) % 2), errors))
    for at, build in enumerate(BUILDS)
    for dialect in Dialect
    for mode in SqlMode
    for errors in SqlErrors
]
"""One build of each range, in both dialects, SQL modes and PHPs; use_non_latin is on for every other one."""


@pytest.fixture(scope="module")
def predictions() -> Predictions:
    return predictions_for(load_contract(), GROUND)


def placing(server: Server, folder: Path, predictions: Predictions | None = None, **options: object) -> Identified:
    return identify(load_contract(), planned(server.target, folder, concurrency=1, **options), predictions)


def truth(config: Config) -> Hypothesis:
    settings = config.settings
    return next(
        h
        for h in ALL
        if settings.build in h.builds
        and (h.sql_mode, h.non_latin, h.sql_errors) == (settings.sql_mode, settings.non_latin, settings.sql_errors)
        and h.rules == h.form == config.dialect
    )


def inseparable(true: Hypothesis, predictions: Predictions, level: Level = Level.STANDARD) -> set[Hypothesis]:
    """What no case of the catalogue, at that level, tells apart from the truth."""
    left = set(ALL)
    for case in questions(catalogue(CONTRACT), GROUND, CONTRACT, level):
        known = predictions.replies(case, true)
        left = {h for h in left if not apart(known, predictions.replies(case, h))}
    return left


def test_the_combinations_differ() -> None:
    assert len({truth(config) for config in COMBINATIONS}) == 40
    assert {config.settings.non_latin for config in COMBINATIONS} == {True, False}


@pytest.mark.parametrize("config", some(COMBINATIONS, 5), ids=lambda config: f"{config.dialect}, {config.settings}")
def test_what_is_left_is_what_no_case_could_tell_from_the_truth(
    config: Config, tmp_path: Path, predictions: Predictions
) -> None:
    with serving(config) as server:
        before = server.patterns()
        found = placing(server, tmp_path, predictions)
        after = server.patterns()
    assert (found.exit_code, after) == (0, before)
    assert set(found.left) == inseparable(truth(config), predictions)
    assert truth(config) in found.left
    assert found.requests < MOST_REQUESTS
    assert found.told == config.settings.build
    assert found.about_version.endswith("and behaves so")


@pytest.mark.parametrize("dialect", Dialect)
def test_at_level_probe_nothing_is_written_and_no_more_is_left_than_harmless_cases_leave(
    dialect: Dialect, tmp_path: Path, predictions: Predictions
) -> None:
    config = Config(dialect, ServerSettings(Build(2, 14, 150), SqlMode.STRICT, non_latin=False))
    with serving(config) as server:
        before = server.rows()
        found = placing(server, tmp_path, predictions, level=Level.PROBE)
        assert server.rows() == before
    assert set(found.left) == inseparable(truth(config), predictions, Level.PROBE)


def test_what_would_tell_more_at_level_probe_is_said(tmp_path: Path, predictions: Predictions) -> None:
    with serving(Config(settings=ServerSettings(Build(2, 14, 160)))) as server:
        found = placing(server, tmp_path, predictions, level=Level.PROBE)
    assert found.wanting == ("--allow-writes",)


def test_one_user_is_enough_to_place_a_server(tmp_path: Path) -> None:
    with serving() as server:
        target = planned(server.target, tmp_path).target
        one = type(target)(target.url, {Role.ADMIN: target.logins[Role.ADMIN]}, {})
        found = identify(load_contract(), planned(one, tmp_path, concurrency=1))
    assert found.left == (truth(Config()),)


def hiding(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    if "function=version" in request.query:
        return Response(403, HTML, b"<html>Forbidden</html>")
    return honest(contract, state, request, config, now)


def test_a_server_that_hides_its_version_is_placed(tmp_path: Path, predictions: Predictions) -> None:
    with serving(behaviour=hiding) as server:
        found = placing(server, tmp_path, predictions)
    assert (found.exit_code, found.told, found.left) == (0, None, (truth(Config()),))
    assert "does not tell its build" in found.about_version


def test_a_server_that_lies_about_its_version_is_placed_and_the_lie_is_told(
    tmp_path: Path, predictions: Predictions
) -> None:
    with serving(behaviour=liar(lambda body: body.replace(b"2.14-202", b"2.14-137"), about_version=True)) as server:
        found = placing(server, tmp_path, predictions)
    assert (found.exit_code, found.left) == (0, (truth(Config()),))
    assert "it says 2.14-137, but behaves as 2.14-192 to 2.14-202" in found.about_version


def replacing(old: bytes, new: bytes) -> Behaviour:
    return liar(lambda body: body.replace(old, new), about_version=False)


def test_a_reply_that_nothing_explains_is_told_and_what_else_is_known_is_kept(
    tmp_path: Path, predictions: Predictions
) -> None:
    with serving(behaviour=replacing(b"NO UPDATES DEFINED", b"NOTHING TO DO")) as server:
        found = placing(server, tmp_path, predictions)
    assert found.exit_code == 1
    assert any(not asked.explained and "NOTHING TO DO" in " ".join(asked.came) for asked in found.asked)
    assert truth(Config()) in found.left
    assert len(found.left) < len(ALL)


def test_a_server_that_answers_nothing_known_is_not_asked_for_ever(tmp_path: Path, predictions: Predictions) -> None:
    with serving(behaviour=liar(lambda _: b"SUCCESS\n", about_version=False)) as server:
        found = placing(server, tmp_path, predictions, level=Level.PROBE)
    assert (found.exit_code, len(found.asked)) == (1, MOST_UNEXPLAINED)
    assert found.ended is not None


def test_what_cannot_be_removed_is_named(tmp_path: Path, predictions: Predictions) -> None:
    with serving(behaviour=replacing(b"DOES NOT EXIST", b"IS NOT THERE")) as server:
        found = placing(server, tmp_path, predictions)
    assert found.exit_code == 4
    assert found.left_behind


def encoding(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """A gateway that encodes what was sent raw, and a server behind it."""
    return honest(contract, state, request.encoded_on_the_way or request, config, now)


def test_a_server_behind_a_gateway_that_encodes_apostrophes_is_placed(tmp_path: Path, predictions: Predictions) -> None:
    with serving(behaviour=encoding) as server:
        found = placing(server, tmp_path, predictions)
    assert (found.exit_code, found.left) == (0, (truth(Config()),))
