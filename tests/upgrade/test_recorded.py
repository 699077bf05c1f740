"""What is predicted of an upgrade is what was recorded on both builds: nothing is missing, and nothing is made up."""

from functools import cache

import pytest

from conformance.cases.catalogue import catalogue
from conformance.contract.contract import Contract
from conformance.contract.settings import Build
from conformance.emulator.faults.generated import Mutation, function_mutation, parameter_mutation
from conformance.upgrade.effect import ClientEffect
from conformance.upgrade.model import BuildCause
from tests.support.asking import CONTRACT
from tests.support.recordings import scenarios
from tests.upgrade.recorded import (
    BUILDS,
    NEWEST,
    PAIRS,
    Key,
    Verdict,
    contradicted,
    judge,
    listed,
    pairs,
    predicted,
    recorded,
)

pytestmark = pytest.mark.untraced

OLDEST, MIDDLE, _ = BUILDS
SCENARIOS = 888
DIFFERING = {frozenset({OLDEST, MIDDLE}): 211, frozenset({MIDDLE, NEWEST}): 91, frozenset({OLDEST, NEWEST}): 299}
"""Scenarios whose replies or rows are not the same on two builds, counted in the recordings alone."""

every_pair = pytest.mark.parametrize(("old", "new"), PAIRS, ids=[f"{old} to {new}" for old, new in PAIRS])


@cache
def known(old: Build, new: Build) -> frozenset[Key]:
    """What predict-upgrade lists."""
    return listed(CONTRACT, catalogue(CONTRACT), old, new)


@cache
def verdict(old: Build, new: Build) -> Verdict:
    """How the contract does on all scenarios."""
    return judge(CONTRACT, old, new, pairs(old, new))


@pytest.mark.parametrize("build", BUILDS[:2], ids=str)
def test_a_scenario_of_one_name_sends_the_same_requests_to_every_build(build: Build) -> None:
    older, newest = recorded(build), recorded(NEWEST)
    assert older.keys() == newest.keys()
    for name, scenario in older.items():
        assert [e.request for e in scenario.exchanges] == [e.request for e in newest[name].exchanges]


@every_pair
def test_so_many_scenarios_were_recorded_differently(old: Build, new: Build) -> None:
    differing = [pair for pair in pairs(old, new) if pair.differs_at is not None]
    assert (len(pairs(old, new)), len(differing)) == (SCENARIOS, DIFFERING[frozenset({old, new})])


@pytest.mark.parametrize("build", BUILDS[:2], ids=str)
def test_an_older_file_has_those_scenarios_that_differ_from_the_newest_and_no_other(build: Build) -> None:
    differing = {pair.name for pair in pairs(build, NEWEST) if pair.differs_at is not None}
    assert differing == {scenario.id.partition("#")[2] for scenario in scenarios(f"vicidial-{build}")}


@every_pair
def test_every_recorded_difference_is_predicted_and_no_other(old: Build, new: Build) -> None:
    assert (verdict(old, new).missed, verdict(old, new).extra) == (frozenset(), frozenset())


def test_a_difference_is_predicted_at_the_request_where_it_was_recorded() -> None:
    found = {pair.name: predicted(CONTRACT, pair, OLDEST, NEWEST) for pair in pairs(OLDEST, NEWEST)}
    assert {name: end.step for name, end in found.items() if end} == {
        pair.name: pair.differs_at for pair in pairs(OLDEST, NEWEST) if pair.differs_at is not None
    }


@every_pair
def test_every_recorded_difference_comes_from_a_change_on_the_list(old: Build, new: Build) -> None:
    assert verdict(old, new).unlisted(known(old, new)) == {}


@every_pair
def test_no_change_on_the_list_is_contradicted_by_a_recording(old: Build, new: Build) -> None:
    assert contradicted(CONTRACT, known(old, new), old, new) == frozenset()


def test_a_change_that_is_struck_off_the_list_is_missed() -> None:
    shorter = known(OLDEST, NEWEST) - {("add_did", "list_id", BuildCause.FIELD, ClientEffect.STORED)}
    assert verdict(OLDEST, NEWEST).unlisted(shorter)


def test_a_change_that_is_made_up_is_contradicted() -> None:
    made_up: Key = ("update_did", "delete_did", BuildCause.FIELD, ClientEffect.STORED)
    assert contradicted(CONTRACT, known(OLDEST, NEWEST) | {made_up}, OLDEST, NEWEST) == {made_up}


def _wrong_builds() -> list[tuple[str, str, str | None, Mutation, tuple[Build, Build]]]:
    """Every since-build that recordings can tell from another, one recorded build too early and one too late."""
    found: list[tuple[str, str, str | None, Mutation, tuple[Build, Build]]] = [
        ("add_did late", "add_did", None, function_mutation("add_did", since="2.14-138"), (OLDEST, MIDDLE)),
        ("copy_did late", "copy_did", None, function_mutation("copy_did", since="2.14-203"), (MIDDLE, NEWEST)),
        ("copy_did early", "copy_did", None, function_mutation("copy_did", since="2.14-179"), (OLDEST, MIDDLE)),
    ]
    for name in ("add_did", "update_did"):
        for parameter in CONTRACT.functions[name].parameters:
            for when, build in (("early", "2.14-137"), ("late", "2.14-180")):
                if parameter.since > "2.14-137":
                    mutation = parameter_mutation(name, parameter.name, since=build)
                elif parameter.kept_before:
                    kept = {build: next(iter(parameter.kept_before.values()))}
                    mutation = parameter_mutation(name, parameter.name, kept_before=kept)
                else:
                    continue
                found.append((f"{name} {parameter.name} {when}", name, parameter.name, mutation, (OLDEST, MIDDLE)))
    return found


WRONG = _wrong_builds()


def test_every_since_build_between_the_recorded_ones_is_moved() -> None:
    fields = ("menu_id", "call_handle_method", "agent_search_method", "list_id", "entry_list_id", "campaign_id")
    moved = {*fields, "phone_code", "phone_extension", "server_ip", None}
    assert {field for _, _, field, _, _ in WRONG} == moved


@pytest.mark.parametrize(("function", "field", "mutation", "span"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_contract_with_one_build_wrong_disagrees_with_the_recordings(
    function: str, field: str | None, mutation: Mutation, span: tuple[Build, Build]
) -> None:
    some = [pair for pair in pairs(*span) if pair.calls(function, field)]
    right, wrong = (judge(contract, *span, some) for contract in (CONTRACT, mutation(CONTRACT)))
    assert not right.missed | right.extra
    assert wrong.missed | wrong.extra


@pytest.mark.parametrize(
    ("build", "span", "troubles"),
    [("2.14-180", (OLDEST, MIDDLE), "missed"), ("2.14-180", (MIDDLE, NEWEST), "contradicted")],
)
def test_a_list_made_from_a_contract_with_one_build_wrong_fails(
    build: str, span: tuple[Build, Build], troubles: str
) -> None:
    wrong: Contract = parameter_mutation("add_did", "menu_id", since=build)(CONTRACT)
    made = listed(wrong, [case for case in catalogue(wrong) if case.function == "add_did"], *span)
    missed = judge(wrong, *span, [pair for pair in pairs(*span) if pair.calls("add_did", "menu_id")]).missed
    found = {"missed": missed, "contradicted": contradicted(wrong, made, *span)}
    assert {name for name, what in found.items() if what} == {troubles}
