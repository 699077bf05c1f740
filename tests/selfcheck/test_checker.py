"""What a server comes to under the suite, in this process."""

from dataclasses import replace

import pytest

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Level
from conformance.contract.load import load_contract
from conformance.contract.settings import SqlMode
from conformance.emulator.faults.catalogue import faults
from conformance.emulator.faults.model import Fault
from conformance.selfcheck.checker import Checker
from conformance.selfcheck.over_http import compared, drawn
from tests.selfcheck.own import (
    BREAKING,
    CAUGHT,
    FORGETFUL,
    LATE,
    NOT_STORED,
    PLAIN,
    SAME,
    SMALL,
    VERSIONLESS,
    WORD,
)

SOME = [*drawn(faults(), 10, 1), *CAUGHT]
OVER_HTTP = [*drawn(faults(), 2, 2), WORD, NOT_STORED, FORGETFUL, PLAIN, VERSIONLESS]


def test_the_fault_free_server_is_failed_by_no_case(checker: Checker) -> None:
    trial = checker.honest(checker.base)
    assert (trial.kills, trial.errors, trial.accepted) == ((), (), ())


@pytest.mark.parametrize("fault", CAUGHT, ids=lambda fault: fault.id)
def test_a_faulty_server_is_caught(fault: Fault, checker: Checker) -> None:
    assert checker.trial(fault).kills != ()


def test_a_server_without_a_fault_is_not_caught(checker: Checker) -> None:
    trial = checker.trial(SAME)
    assert (trial.kills, trial.accepted) == ((), ())


@pytest.mark.parametrize("fault", SOME, ids=lambda fault: fault.id)
def test_what_is_not_sent_again_would_make_no_difference(fault: Fault, checker: Checker) -> None:
    thorough = Checker(SMALL, shortcuts=False, _cache=checker._cache, _honest=checker._honest)
    quick, slow = checker.trial(fault), thorough.trial(fault)
    assert (quick.kills, quick.errors) == (slow.kills, slow.errors)


@pytest.mark.thorough
@pytest.mark.parametrize("fault", OVER_HTTP, ids=lambda fault: fault.id)
def test_a_real_run_over_http_fails_the_same_cases(fault: Fault, checker: Checker) -> None:
    assert compared(fault, checker.trial(fault), SMALL, checker.base).same


def test_a_server_that_breaks_is_seen_as_http_500(checker: Checker) -> None:
    kill = checker.trial(BREAKING).kills[0]
    assert (kill.case.split("/")[0], "http-status" in kill.aspects) == ("copy_did", True)


def test_a_server_that_is_refused_before_the_first_case_is_caught_by_preflight(checker: Checker) -> None:
    trial = checker.trial(VERSIONLESS)
    assert [kill.case for kill in trial.kills] == ["preflight"]
    assert "the server does not tell its build" in trial.reason


def test_every_server_begins_without_what_the_one_before_it_remembered(checker: Checker) -> None:
    assert checker.trial(FORGETFUL).kills == checker.trial(FORGETFUL).kills


def test_a_kill_says_what_the_reply_was_sent_for(checker: Checker) -> None:
    kill = next(kill for kill in checker.trial(NOT_STORED).kills if kill.case == "add_did/life-cycle/add")
    assert (kill.purpose, "status" in kill.aspects) == ("effect", True)


def test_a_fault_of_another_build_is_told_from_the_fault_free_server_of_that_build(checker: Checker) -> None:
    config = checker.config(LATE)
    assert (config.settings.build.number, checker.honest(config).kills) == (155, ())


def test_a_server_under_strict_sql_without_a_fault_is_failed_by_no_case(checker: Checker) -> None:
    settings = replace(checker.base.settings, sql_mode=SqlMode.STRICT)
    trial = checker.honest(replace(checker.base, settings=settings))
    assert (trial.kills, trial.errors) == ((), ())


def test_at_level_probe_nothing_is_caught_that_only_a_did_shows() -> None:
    checker = Checker(replace(SMALL, level=Level.PROBE))
    assert (checker.trial(NOT_STORED).kills, checker.trial(WORD).kills != ()) == ((), True)


def test_cases_come_after_those_that_they_depend_on() -> None:
    """The recording of the fault-free server tells apart whose request is whose by that."""
    seen: set[str] = set()
    for case in catalogue(load_contract()):
        assert seen.issuperset(case.depends)
        seen.add(case.id)
