"""The catalogue as a whole: ids, clauses, needs, numbers."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from msgspec import structs

from conformance.cases.catalogue import catalogue
from conformance.cases.make import FIRST
from conformance.cases.model import MADE_UP_ROLES, Case, Entity, Level, Purpose, Role, provided
from tests.cases.perfect_server import CASES, CONTRACT

IDS = {case.id: case for case in CASES}
OBSERVED = {f"observed.md#{section}" for section in range(1, 11)}


def known_clauses() -> set[str]:
    functions = (CONTRACT.common, *CONTRACT.functions.values())
    found = {function.clause for function in functions}
    found |= {parameter.clause for function in functions for parameter in function.parameters}
    return found | {form.clause for function in functions for form in function.replies.values()} | OBSERVED


def test_an_id_names_function_subject_and_rule() -> None:
    malformed = [id for id in IDS if not re.fullmatch(r"[a-z0-9_]+/[a-z0-9_-]+/[A-Za-z0-9_-]+", id)]
    assert malformed == []


def test_no_id_stands_twice() -> None:
    assert [id for id, count in Counter(case.id for case in CASES).items() if count > 1] == []


def test_the_id_that_documents_promise_exists() -> None:
    assert IDS["add_did/did_description/too-short"].level is Level.PROBE


def test_the_catalogue_is_made_once() -> None:
    assert catalogue(CONTRACT) is CASES


def test_the_catalogue_has_the_same_order_every_time() -> None:
    again = catalogue(replace(CONTRACT))
    assert again == CASES


def test_every_case_can_be_numbered_with_four_digits() -> None:
    assert len(CASES) < 10_000


def test_a_new_function_with_a_permission_gets_cases_without_code() -> None:
    known = CONTRACT.functions["campaigns_list"]
    new = structs.replace(known, name="lists_list", table=None, parameters=())
    functions = {**CONTRACT.functions, "lists_list": new}
    made = catalogue(replace(CONTRACT, functions=functions))
    assert {case.subject for case in made if case.function == "lists_list"} == {"login", "role", "source"}


def test_at_least_400_cases_need_no_disposable_target() -> None:
    assert sum(case.level <= Level.STANDARD for case in CASES) >= 400


def test_a_live_dialer_can_be_probed_with_many_cases() -> None:
    assert sum(case.level is Level.PROBE for case in CASES) >= 200


@pytest.mark.parametrize("function", CONTRACT.functions)
def test_every_function_has_cases(function: str) -> None:
    assert any(case.function == function for case in CASES)


def test_every_case_cites_a_clause_that_the_contract_knows() -> None:
    assert {case.clause for case in CASES} - known_clauses() == set()


def test_every_title_is_one_short_line() -> None:
    assert [case.title for case in CASES if not 5 <= len(case.title) <= 120 or "\n" in case.title] == []


def test_every_case_has_something_to_judge() -> None:
    assert [c.id for c in CASES if all(step.purpose is not Purpose.ACT for step in c.steps)] == []


def test_cases_depend_only_on_cases_that_exist_and_need_nothing_themselves() -> None:
    assert FIRST in {id for case in CASES for id in case.depends}
    assert {id for case in CASES for name in case.depends for id in IDS[name].depends} == set()


def test_cases_that_prepare_depend_on_one_that_shows_that_it_can_be_prepared() -> None:
    for case in CASES:
        adding = {step.function for step in case.steps if step.purpose is Purpose.SETUP}
        shown = {step.function for name in case.depends for step in IDS[name].steps if step.purpose is Purpose.ACT}
        assert {name for name in adding if CONTRACT.functions[name or ""].creates} <= shown, case.id


def test_a_case_needs_every_role_that_sends_one_of_its_requests_and_whoever_removes_what_it_makes() -> None:
    for case in CASES:
        senders = {step.role for step in case.steps} - MADE_UP_ROLES
        assert {need for need in case.needs if need in set(Role)} in (senders, senders | {Role.ADMIN}), case.id


def test_a_case_needs_every_entity_that_its_values_name() -> None:
    for case in CASES:
        assert {Entity(name) for name in named_entities(case)} == {n for n in case.needs if n in set(provided())}


def named_entities(case: Case) -> set[str]:
    text = " ".join(p.value for step in case.steps for p in (*step.params, *step.form))
    return {entity.value for entity in provided() if f"<{entity}" in text}


def test_requests_that_count_as_failed_logins_of_a_real_user_are_few_and_run_alone() -> None:
    failing = [case for case in CASES if any(step.role is Role.INACTIVE for step in case.steps)]
    assert all(case.exclusive and case.level > Level.PROBE for case in failing)
    assert sum(step.role is Role.INACTIVE for case in failing for step in case.steps) == 3


def test_an_id_that_stands_twice_is_refused() -> None:
    doubled = {**CONTRACT.functions, "copy of add_lead": CONTRACT.functions["add_lead"]}
    with pytest.raises(ValueError, match="two cases have the id"):
        catalogue(replace(CONTRACT, functions=doubled))


def test_more_cases_than_can_be_numbered_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.cases.catalogue.MOST", 10)
    with pytest.raises(ValueError, match="cannot be numbered"):
        catalogue(replace(CONTRACT))
