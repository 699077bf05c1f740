"""What a case may do at its level, proved by prediction in both dialects, for old and new builds."""

from collections.abc import Iterator

import pytest

from conformance.cases.expand import requests
from conformance.cases.model import Case, Level, Purpose, Role, Step
from conformance.contract.outcome import Outcome
from conformance.contract.predict import predict
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlMode
from conformance.contract.world import Change, Drop, Put
from conformance.run.guard import Guard
from tests.cases.perfect_server import CASES, CONTRACT, GROUND, starts

pytestmark = pytest.mark.untraced

PROBES = [(n, case) for n, case in enumerate(CASES) if case.level is Level.PROBE]
BUILDS = (137, 140, 155, 168, 192, 202)


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("dialect", Dialect)
def test_a_probe_changes_no_did(dialect: Dialect, build: int) -> None:
    changing = [
        case.id
        for number, case in PROBES
        for non_latin in (False, True)
        for change in changes(number, case, dialect, ServerSettings(Build(2, 14, build), SqlMode.LEGACY, non_latin))
        if isinstance(change, Put | Drop)
    ]
    assert changing == []


def changes(number: int, case: Case, dialect: Dialect, settings: ServerSettings) -> Iterator[Change]:
    for world in starts(case, settings):
        for request in requests(case, GROUND, number):
            yield from predict(CONTRACT, world, request, dialect).changes


def test_what_a_probe_sends_is_answered_in_both_dialects() -> None:
    for number, case in PROBES:
        world = next(starts(case, ServerSettings()))
        acts = [r for r, step in zip(requests(case, GROUND, number), case.steps, strict=True) if step.purpose == "act"]
        assert all(isinstance(predict(CONTRACT, world, r, Dialect.SHIPPED), Outcome) for r in acts), case.id


@pytest.mark.parametrize("level", Level)
def test_the_guard_lets_every_case_out_at_its_own_level(level: Level) -> None:
    settings = (ServerSettings(Build(2, 14, 137), non_latin=True), ServerSettings())
    guard = Guard(CONTRACT, GROUND, level, settings)
    for number, case in enumerate(CASES):
        if case.level is level:
            for request in requests(case, GROUND, number):
                guard.rule(request)


def test_of_other_kinds_only_what_is_logged_or_stored_cut_is_full() -> None:
    full = [case for case in CASES if case.level is Level.FULL and "did" not in case.function]
    for case in full:
        function = CONTRACT.functions.get(case.function)
        names = {parameter.name for parameter in CONTRACT.targets(function)} if function else {"login"}
        assert case.subject in {"source", *names}, case.id


def test_only_what_cannot_be_undone_is_full() -> None:
    subjects = {
        (case.function, case.subject, case.rule)
        for case in CASES
        if case.level is Level.FULL and ("did" in case.function or case.function == "common")
    }
    batches = ["trailing-comma", "leading-comma", "inner-comma", "only-commas", "one-character-entry", "too-long-entry"]
    sources = [
        (f, "source", rule) for f in ("add_did", "copy_did", "update_did") for rule in ("too-long", "far-too-long")
    ]
    odd = [("copy_did", "batch", rule) for rule in batches]
    patterns = [("add_did", "did_pattern", "shortest"), ("copy_did", "new_dids", "shortest")]
    assert subjects == {*sources, *odd, *patterns, ("common", "login", "lock-out")}


def test_a_new_did_is_off_wherever_the_case_is_not_about_that() -> None:
    assert [case.id for case in CASES for step in case.steps if switches_on(case, step)] == []


def switches_on(case: Case, step: Step) -> bool:
    about = case.subject in ("active", "example") or "active" in case.rule or "did_pattern/absent" in case.id
    off = any((param.name, param.value) == ("active", "N") for param in step.params)
    return step.function == "add_did" and not off and not about


def test_a_copy_is_made_only_of_a_did_that_the_case_made_itself() -> None:
    for case in CASES:
        sources = {p.value for s in case.steps for p in s.params if p.name == "source_did_pattern"}
        foreign = {source for source in sources if "<did" not in source and len(source) > 1}
        assert not foreign or any(p.value == "short" for s in case.steps for p in s.params), case.id


def test_everything_that_a_case_may_have_created_is_looked_at_afterwards() -> None:
    unseen = [case.id for case in CASES if any(map(touches_own_did, case.steps)) and not looks(case)]
    assert unseen == []


def touches_own_did(step: Step) -> bool:
    names = ("did_pattern", "new_dids")
    own = any(param.name in names and "<did" in param.value for param in step.params)
    return step.purpose is Purpose.ACT and step.function != "version" and own


def looks(case: Case) -> bool:
    return case.steps[-1].purpose is Purpose.EFFECT


def test_whoever_sends_a_request_the_effect_is_asked_for_by_the_admin() -> None:
    for case in CASES:
        questions = [s for s in case.steps if s.purpose is Purpose.EFFECT and s.function == "update_did"]
        assert all(step.role is Role.ADMIN and len(step.params) == 1 for step in questions), case.id
