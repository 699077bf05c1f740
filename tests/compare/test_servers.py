"""Runs against emulators: every difference that predictions show is reported, and none besides."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.expand import Login
from conformance.cases.model import Entity, Level
from conformance.compare import view
from conformance.compare.cases import ANSWERED
from conformance.compare.model import DIFFERENT, NOT_COMPARED, ChangeKind
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlErrors, SqlMode
from conformance.contract.world import State
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import HTML, Behaviour, Response, honest
from conformance.upgrade.effect import ClientEffect
from conformance.verdict.model import Expect
from tests.compare.support import (
    URL,
    compared,
    every,
    ids,
    pair,
    predicted_differences,
    predicted_effects,
    ran,
    reported,
    results,
)
from tests.safety.support import Server, built_in_target, planned, run_in_process

pytestmark = pytest.mark.untraced

NEWEST = Config()
SOME = every(
    "add_did/life-cycle/",
    "add_did/did_description/",
    "add_did/menu_id/",
    "add_did/list_id/",
    "add_did/login/debug",
    "add_did/role/",
    "add_did/group/",
    "copy_did/life-cycle/",
    "copy_did/new_dids/absent",
    "update_did/agent_search_method/",
    "update_did/delete_did/",
    "version/",
)
"""Cases in which builds, databases and dialects differ, and others in which they do not."""

ERRORS = (SqlErrors.THROWN, SqlErrors.IGNORED)


def server(build: str = "2.14-202", sql_mode: SqlMode = SqlMode.LEGACY, dialect: Dialect = Dialect.SHIPPED) -> Config:
    return Config(dialect, ServerSettings(Build.parse(build), sql_mode))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ran(tmp_path_factory.mktemp("runs") / "before", SOME, NEWEST)


@pytest.mark.parametrize(
    "other",
    [
        server("2.14-137"),
        server("2.14-179"),
        server(sql_mode=SqlMode.STRICT),
        server(dialect=Dialect.DOCUMENTED),
    ],
    ids=["2.14-137", "2.14-179", "strict", "documented"],
)
def test_what_is_reported_is_what_predictions_say(other: Config, before: Path, tmp_path: Path) -> None:
    found = pair(before, ran(tmp_path / "after", SOME, other))
    untested = {id for id, result in results(before).items() if result.kind.value == "not-tested"}
    expected = predicted_differences(SOME, NEWEST, other) - untested
    assert expected
    assert ids(found, *DIFFERENT) == expected
    assert found.same + found.unanswered + len(found.changes) == len(SOME)


@pytest.mark.parametrize("other", [server("2.14-137"), server(sql_mode=SqlMode.STRICT)], ids=["2.14-137", "strict"])
def test_what_is_felt_is_what_predictions_say(other: Config, before: Path, tmp_path: Path) -> None:
    """Only what is stored without a word in any reply is known to predictions alone."""
    after = ran(tmp_path / "after", SOME, other)
    found = pair(before, after)
    felt = {case.id: case.effect for case in found.changes if case.effect}
    predicted = predicted_effects(SOME, NEWEST, other)
    assert felt
    assert felt.items() <= predicted.items()
    answered = [{id for id, one in results(run).items() if one.kind in ANSWERED} for run in (before, after)]
    unseen = {id: effect for id, effect in predicted.items() if id in set.intersection(*answered) - felt.keys()}
    assert set(unseen.values()) <= {ClientEffect.STORED}
    assert set(found.unseen) <= unseen.keys()
    assert bool(found.unseen) is (other.settings.build != NEWEST.settings.build)


def test_a_success_that_stores_nothing_is_no_call_that_now_succeeds(tmp_path: Path) -> None:
    """PHP before 8.1 skips a statement that a strict database refuses, where a newer one ends in an HTTP 500."""
    cases = every("add_did/list_id/", "update_did/agent_search_method/")
    newer, older = (Config(settings=ServerSettings(sql_mode=SqlMode.STRICT, sql_errors=one)) for one in ERRORS)
    runs = [ran(tmp_path / name, cases, config) for name, config in (("newer", newer), ("older", older))]
    back, forth = pair(*runs), pair(*reversed(runs))
    assert set(back.effects) == {ClientEffect.STORED}
    assert set(forth.effects) == {ClientEffect.FAILS}
    assert {case.id: case.effect for case in back.changes} == predicted_effects(cases, newer, older)


def test_how_the_dialects_print_is_one_entry(before: Path, tmp_path: Path) -> None:
    found = pair(before, ran(tmp_path / "after", SOME, server(dialect=Dialect.DOCUMENTED)))
    cases = found.with_effect(ClientEffect.FORM)
    (group,) = view.groups(cases)
    assert (len(group.cases), len(cases) > 10, TOO_SHORT in {case.id for case in cases}) == (len(cases), True, True)
    assert {case.effect for case in found.changes if case.id == "copy_did/life-cycle/copy"} == {ClientEffect.REPLY}


def test_the_older_build_says_which_cases_it_cannot_be_asked(before: Path, tmp_path: Path) -> None:
    found = pair(before, ran(tmp_path / "after", SOME, server("2.14-137")))
    (case,) = found.of(*NOT_COMPARED)
    assert (case.id, case.change) == ("add_did/login/debug", ChangeKind.NOT_TESTED)
    assert "build 2.14-168" in case.why


def test_an_upgrade_is_no_regression_and_names_what_deviates_now(before: Path, tmp_path: Path) -> None:
    found = compared(ran(tmp_path / "old", SOME, server("2.14-137")), before)
    named = {"add_did/menu_id/unknown", "copy_did/life-cycle/copy"}
    assert (found.exit_code, named - ids(found.pairs[0], ChangeKind.DEVIATES)) == (0, set())
    assert ("copy-added-fields-swapped", 0) in [(d.id, d.before) for d in found.pairs[0].deviations]


def test_the_same_server_twice_is_no_difference(before: Path, tmp_path: Path) -> None:
    found = compared(before, ran(tmp_path / "after", SOME, NEWEST, run="987654"))
    assert (found.facts, found.pairs[0].changes, found.pairs[0].deviations) == ((), (), ())
    assert found.pairs[0].answer.startswith("The same: no difference, ")


def test_the_same_server_with_other_users_and_entities_is_no_difference(before: Path, tmp_path: Path) -> None:
    """Only what the runs were told is different: the server takes the users and entities that each has."""
    given = built_in_target(URL)
    logins = {role: Login(f"api{login.user}x", login.password) for role, login in given.logins.items()}
    entities = {**given.entities, Entity("ingroup"): "SALESLINE", Entity("call_menu"): "main_menu"}
    target = replace(given, logins=logins, entities=entities, url="http://127.0.0.1:2/vicidial/non_agent_api.php")
    app = create_app(NEWEST.with_target_users(logins, entities))
    run = run_in_process(Server(target.url, app), planned(target, tmp_path / "after", run="555555"))
    after = reported(run, SOME)
    app.state.store.close()

    found = compared(before, after)
    assert [case.id for case in found.pairs[0].changes] == []
    assert found.sides[0].url != found.sides[1].url


def test_masked_user_names_are_no_difference(before: Path, tmp_path: Path) -> None:
    after = ran(tmp_path / "after", SOME, NEWEST, mask_users=True)
    assert not re.search(r"\b6666\b", (after / "exchanges.jsonl").read_text())
    assert pair(before, after).changes == ()


def test_a_run_under_a_lower_level_names_what_it_did_not_test(before: Path, tmp_path: Path) -> None:
    found = compared(before, ran(tmp_path / "after", SOME, NEWEST, level=Level.PROBE))
    assert [fact.name for fact in found.facts if fact.name == "level"] == ["level"]
    only = found.pairs[0]
    assert {case.change for case in only.changes} == {ChangeKind.NOT_TESTED}
    assert all("level standard; needs --allow-writes" in case.why for case in only.changes)
    assert " not compared." in only.answer


def test_another_expectation_of_the_same_server_is_no_regression(before: Path, tmp_path: Path) -> None:
    found = compared(before, ran(tmp_path / "after", SOME, NEWEST, expect=Expect.DOCUMENTED))
    assert {case.change for case in found.pairs[0].changes} == {ChangeKind.JUDGED}
    assert ("expect" in [fact.name for fact in found.facts], found.exit_code) == (True, 0)


# --- servers that are wrong ---


def misspelling(word: bytes, by: bytes) -> Behaviour:
    def answer(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        response = honest(contract, state, request, config, now)
        return replace(response, body=response.body.replace(word, by))

    return answer


TOO_SHORT = "add_did/did_description/too-short"


def test_a_word_that_is_wrong_now_is_a_regression_and_mended_a_fix(before: Path, tmp_path: Path) -> None:
    after = ran(tmp_path / "after", SOME, NEWEST, misspelling(b"DID DESCRIPTION MUST", b"DESCRIPTION MUST"))
    worse, better = pair(before, after), pair(after, before)
    expected = {id for id, result in results(after).items() if result.kind.value == "fail"}
    assert TOO_SHORT in expected
    assert ids(worse, ChangeKind.REGRESSION) == expected == ids(better, ChangeKind.FIX)
    assert (compared(before, after).exit_code, compared(after, before).exit_code) == (1, 0)


def test_a_fail_in_another_aspect_is_a_regression(tmp_path: Path) -> None:
    cases = every(TOO_SHORT)
    one = ran(tmp_path / "one", cases, NEWEST, misspelling(b"DID DESCRIPTION MUST", b"DESCRIPTION MUST"))
    two = ran(tmp_path / "two", cases, NEWEST, misspelling(b"ERROR: add_did DID DESC", b"NOTICE: add_did DID DESC"))
    (case,) = pair(one, two).of(ChangeKind.REGRESSION)
    assert case.why == "fail as before, and now in request 1: status"


def test_a_fail_with_other_words_in_the_same_aspect_is_a_changed_reply(tmp_path: Path) -> None:
    cases = every(TOO_SHORT)
    one, two = (
        ran(tmp_path / by.decode(), cases, NEWEST, misspelling(b"DESCRIPTION MUST", by)) for by in (b"ONE", b"TWO")
    )
    assert ids(pair(one, two), *DIFFERENT) == ids(pair(one, two), ChangeKind.REPLY) == {TOO_SHORT}


def unreliable(seed: int) -> Behaviour:
    """Two replies of a hundred are an HTTP 500, but those to the first questions of a run."""
    chance = random.Random(seed)  # noqa: S311 - a faulty server, not a secret

    def answer(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        asks = b"function=version" in request.query.encode()
        if not asks and chance.random() < 0.02:
            return Response(500, HTML, b"")
        return honest(contract, state, request, config, now)

    return answer


@pytest.mark.parametrize("seed", [1, 2])
def test_an_unreliable_server_is_no_regression_and_is_named_as_flaky(seed: int, before: Path, tmp_path: Path) -> None:
    found = compared(before, ran(tmp_path / "after", SOME, NEWEST, unreliable(seed)))
    assert found.pairs[0].of(ChangeKind.FLAKY)
    assert ids(found.pairs[0], *DIFFERENT) == set()
    assert (found.exit_code, " flaky." in found.answer) == (0, True)


def test_two_runs_of_an_unreliable_server_are_no_regression_either_way(tmp_path: Path) -> None:
    one, two = (ran(tmp_path / str(seed), SOME, NEWEST, unreliable(seed)) for seed in (4, 5))
    assert ids(pair(one, two), *DIFFERENT) == ids(pair(two, one), *DIFFERENT) == set()
