"""That nothing of the contract is left out: every length, value, role, pair of faults and way of writing."""

from itertools import combinations

import pytest

from conformance.cases.boundaries import did_list, lengths, limited, pattern
from conformance.cases.encodings import ENCODINGS
from conformance.cases.expand import requests
from conformance.cases.model import CANNOT_LOG_IN, Case, Purpose, Role
from conformance.cases.refusal import refused_value
from conformance.cases.roles import ADMINS_OWN, ROLES
from conformance.contract.parameter import Parameter
from conformance.contract.rules import allows
from conformance.contract.settings import Dialect
from conformance.contract.world import World
from tests.cases.perfect_server import CASES, CONTRACT, GROUND

IDS = {case.id: (number, case) for number, case in enumerate(CASES)}
DID_FUNCTIONS = ("add_did", "copy_did", "update_did")
FIELDS = [(f, p) for f in DID_FUNCTIONS for p in CONTRACT.functions[f].parameters]
LIMITED = [(f, p) for f, p in FIELDS if limited(p)]
OTHERS = {Role.LOCKABLE, Role.NO_CAMPAIGNS, Role.RESTRICTED_LISTS} | {
    role for role, may in ROLES.items() if may.without and not may.without & ADMINS_OWN
}
"""Roles that are not about DIDs: lockable, and those without settings that no function about DIDs asks for."""

OPTIONAL = [p.name for p in CONTRACT.functions["add_did"].optional]


def named(pair: object) -> str:
    return f"{pair[0]}-{pair[1].name}" if isinstance(pair, tuple) else str(pair)


def sent(case: Case, name: str) -> str:
    act = next(step for step in case.steps if step.purpose is Purpose.ACT)
    request = requests(case, GROUND, IDS[case.id][0])[case.steps.index(act)]
    return request.parameters.values.get(name, b"").decode("utf-8", "replace")


@pytest.mark.parametrize("field", LIMITED, ids=named)
def test_every_limit_of_either_dialect_is_tried_from_both_sides(field: tuple[str, Parameter]) -> None:
    function, parameter = field
    tried = {len(sent(case, parameter.name)) for case in CASES if case.id.startswith(f"{function}/{parameter.name}/")}
    limits = {rule.max for rule in (parameter.documented, parameter.shipped) if rule.max is not None}
    least = parameter.documented.min
    edges = {size for limit in limits for size in (limit, limit + 1)}
    assert {0, least - 1, least, max(limits) + 30, *edges} <= tried


def test_lengths_have_the_names_that_ids_promise() -> None:
    names = [length.rule for length in lengths(CONTRACT.functions["add_did"].by_name["did_description"])]
    assert names == ["empty", "too-short", "shortest", "longest", "too-long", "far-too-long"]


def test_both_dialects_limits_are_tried_where_they_differ() -> None:
    found = {length.rule: length.size for length in lengths(CONTRACT.functions["add_did"].by_name["list_id"])}
    rules = ("longest", "too-long", "longest-shipped", "too-long-shipped")
    assert [found[rule] for rule in rules] == [12, 13, 14, 15]


@pytest.mark.parametrize("size", [2000, 2001, 2030])
def test_a_list_of_new_numbers_has_exactly_the_length_asked_for(size: int) -> None:
    assert len(did_list(size).replace("<did2>", "9" * 14)) == size


@pytest.mark.parametrize("size", [0, 1, 2, 14, 50, 51])
def test_a_pattern_has_exactly_the_length_asked_for(size: int) -> None:
    assert len(pattern(size).replace("<did>", "9" * 14)) == size


@pytest.mark.parametrize("field", [f for f in FIELDS if f[1].documented.values and f[1].message], ids=named)
def test_every_value_of_an_enumeration_is_tried(field: tuple[str, Parameter]) -> None:
    function, parameter = field
    assert all(f"{function}/{parameter.name}/value-{value}" in IDS for value in parameter.documented.values)


@pytest.mark.parametrize("field", [f for f in FIELDS if f[1].documented.values and f[1].message], ids=named)
def test_an_enumeration_is_tried_with_what_only_looks_like_its_values(field: tuple[str, Parameter]) -> None:
    function, parameter = field
    rules = ("unknown", "lower-case", "padded-left", "padded-right", "list", "empty")
    assert [rule for rule in rules if f"{function}/{parameter.name}/{rule}" not in IDS] == []


@pytest.mark.parametrize("field", [f for f in FIELDS if f[1].documented.reference], ids=named)
def test_a_reference_is_tried_with_names_that_exist_and_names_that_do_not(field: tuple[str, Parameter]) -> None:
    function, parameter = field
    rules = {"known", "unknown", "injection", *(["wrong-case"] if parameter.case_deviation else [])}
    assert [rule for rule in rules if f"{function}/{parameter.name}/{rule}" not in IDS] == []


def test_the_other_letter_case_of_an_entity_is_what_is_sent() -> None:
    assert sent(IDS["add_did/group/wrong-case"][1], "group") == "test_in2"


@pytest.mark.parametrize("function", DID_FUNCTIONS)
@pytest.mark.parametrize("role", [role for role in Role if role not in OTHERS])
def test_every_role_meets_every_did_function(function: str, role: Role) -> None:
    _, case = IDS[f"{function}/role/{role.replace('_', '-')}"]
    assert next(step.role for step in case.steps if step.purpose is Purpose.ACT) is role


@pytest.mark.parametrize("role", sorted(set(Role) - CANNOT_LOG_IN - OTHERS - {Role.OTHER_GROUP}))
def test_every_role_that_could_only_hit_a_did_of_this_run_tries_to_delete_one(role: Role) -> None:
    assert f"update_did/delete/{role.replace('_', '-')}" in IDS


@pytest.mark.parametrize("function", ["add_did", "update_did"])
def test_every_pair_of_fields_is_tried_in_both_functions(function: str) -> None:
    pairs = list(combinations(OPTIONAL, 2))
    assert len(pairs) == 153
    assert [pair for pair in pairs if f"{function}/order/{pair[0]}-before-{pair[1]}" not in IDS] == []


@pytest.mark.parametrize("parameter", CONTRACT.functions["add_did"].optional, ids=lambda p: p.name)
def test_a_fault_of_a_field_is_one_in_both_dialects(parameter: Parameter) -> None:
    value = refused_value(parameter)
    assert [allows(parameter, value, World(), dialect) for dialect in Dialect] == [False, False]


@pytest.mark.parametrize("function", DID_FUNCTIONS)
def test_every_pair_of_checks_that_one_request_can_fail_is_tried(function: str) -> None:
    order = ["login", "function", "source", "allowed", "permission", "required", "existence", "optional"]
    apart = {("login", "allowed"), ("login", "permission"), ("allowed", "permission")}
    apart |= set() if function == "copy_did" else {("required", "existence")}
    wanted = set(combinations(order, 2)) - apart
    assert [p for p in wanted if f"{function}/order/{p[0]}-before-{p[1]}" not in IDS] == []


@pytest.mark.parametrize(
    "target", ["add_did/did_pattern", "update_did/did_pattern", "copy_did/new_dids", "copy_did/source_did_pattern"]
)
def test_every_way_to_write_a_did_is_tried_wherever_a_did_is_sent(target: str) -> None:
    rules = [encoding.rule for encoding in ENCODINGS] + ["sent-twice", "array"]
    assert [rule for rule in rules if f"{target}/{rule}" not in IDS] == []


def test_a_raw_plus_and_an_encoded_one_differ_on_the_wire() -> None:
    texts = [
        requests(case, GROUND, n)[0].query
        for n, case in (IDS["add_did/did_pattern/raw-plus"], IDS["add_did/did_pattern/plus"])
    ]
    assert ["did_pattern=+999" in texts[0], "did_pattern=%2B999" in texts[1]] == [True, True]


def test_a_create_is_followed_by_the_same_request_once_more() -> None:
    steps = IDS["add_did/life-cycle/add"][1].steps
    assert [(s.function, s.purpose) for s in steps] == [
        ("add_did", "act"),
        ("add_did", "effect"),
        ("update_did", "effect"),
    ]


def test_a_copy_is_followed_by_a_question_for_each_new_number() -> None:
    asked = [s.params[0].value for s in IDS["copy_did/batch/three"][1].steps if s.purpose is Purpose.EFFECT]
    assert asked == ["<did2>", "<did3>", "<did4>"]


def test_a_long_list_asks_for_each_number_once() -> None:
    asked = [s.params[0].value for s in IDS["copy_did/batch/longest-list"][1].steps if s.purpose is Purpose.EFFECT]
    assert asked == ["<did2>", "<did2>555555"]


def test_a_url_may_be_longer_than_7000_characters() -> None:
    number, case = IDS["add_did/transport/long-url"]
    assert 7000 < len(requests(case, GROUND, number)[0].query) < 8000
