"""Which parts of a contract are read, and in which two contracts differ."""

import pytest

from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.settings import Dialect
from conformance.contract.world import World
from conformance.emulator.defaults import load_defaults
from conformance.emulator.faults.generated import Mutation, function_mutation, parameter_mutation, rule_mutation
from conformance.selfcheck.recording import CaseRecord, Recorder, recording
from conformance.selfcheck.target import ground
from conformance.selfcheck.traced import Path, Reads, changed, tracing

CONTRACT = load_contract()
WORLD = World(users=load_defaults().users)
QUERY = "source=test&user=6666&pass=1234&function=add_did&did_pattern=99912345678901"


def read_for(query: str) -> set[Path]:
    reads = Reads()
    assert predict(tracing(CONTRACT, reads), WORLD, Request(query), Dialect.SHIPPED) == predict(
        CONTRACT, WORLD, Request(query), Dialect.SHIPPED
    )
    return reads.seen


def rule(parameter: str) -> Path:
    return ("functions", "add_did", "parameters", parameter, "shipped", "max")


def test_the_rule_of_a_field_is_read_only_where_the_field_is_sent() -> None:
    assert rule("did_description") not in read_for(QUERY)
    assert rule("did_description") in read_for(f"{QUERY}&did_description=sales+team")


def test_the_reads_of_a_call_are_noted_again_for_the_next_call() -> None:
    reads = Reads()
    contract = tracing(CONTRACT, reads)
    predict(contract, WORLD, Request(QUERY), Dialect.SHIPPED)
    first, reads.seen = reads.seen, set()
    predict(contract, WORLD, Request(QUERY), Dialect.SHIPPED)
    assert reads.seen == first


def test_a_contract_does_not_differ_from_itself() -> None:
    assert changed(CONTRACT, CONTRACT) == frozenset()


@pytest.mark.parametrize(
    ("mutation", "part"),
    [
        (rule_mutation("add_did", "group", max=3), ("functions", "add_did", "parameters", "group", "shipped", "max")),
        (
            parameter_mutation("add_did", "group", default="x"),
            ("functions", "add_did", "parameters", "group", "default"),
        ),
        (function_mutation("copy_did", checks=("optional",)), ("functions", "copy_did", "checks")),
        (function_mutation("copy_did", permission=None), ("functions", "copy_did", "permission")),
        (function_mutation("copy_did", replies={}), ("functions", "copy_did", "replies")),
    ],
)
def test_a_change_is_found_where_it_was_made(mutation: Mutation, part: Path) -> None:
    assert changed(CONTRACT, mutation(CONTRACT)) == {part}


def test_parameters_in_another_order_are_a_change_of_the_parameters() -> None:
    function = CONTRACT.functions["add_did"]
    turned = function_mutation("add_did", parameters=function.parameters[::-1])
    assert changed(CONTRACT, turned(CONTRACT)) == {("functions", "add_did", "parameters")}


def recorded(**cases: CaseRecord) -> Recorder:
    return Recorder(records={name.replace("__", "/"): record for name, record in cases.items()})


def unaffected(record: CaseRecord, contract: Contract) -> bool:
    seen = recording(CONTRACT, recorded(a__b__c=record), ground(), {"a/b/c": 7})
    return "a/b/c" in seen.unaffected(contract)


OWN = ground().did(7)
OTHER = rule_mutation("add_did", "group", max=3)(CONTRACT)


def test_a_case_that_reads_nothing_that_differs_need_not_be_sent() -> None:
    assert unaffected(CaseRecord({}, reads={rule("did_description")}, names={OWN, f"+{OWN}"}), OTHER)


def test_a_case_that_reads_what_differs_is_sent() -> None:
    assert not unaffected(CaseRecord({}, reads={rule("group")}, names={OWN}), OTHER)


def test_a_case_that_meets_a_did_which_is_not_its_own_is_sent() -> None:
    assert not unaffected(CaseRecord({}, names={OWN, "5"}), OTHER)


def test_a_case_that_makes_logins_fail_is_sent() -> None:
    assert not unaffected(CaseRecord({}, fails_logins=True), OTHER)


def test_where_preflight_may_differ_every_case_is_sent() -> None:
    seen = recording(
        CONTRACT,
        recorded(preflight=CaseRecord({}, reads={rule("group")}), a__b__c=CaseRecord({})),
        ground(),
        {"a/b/c": 7},
    )
    assert seen.unaffected(OTHER) == frozenset()


def test_a_field_of_a_contract_is_read_whatever_its_name_is() -> None:
    instead = tracing(CONTRACT, Reads()).functions["add_dnc_phone"].instead
    assert instead is not None
    assert instead.value == "SYSTEM_INTERNAL"


def test_structures_without_a_name_are_a_part_as_a_whole() -> None:
    traces = CONTRACT.functions["add_dnc_phone"].traces
    assert tracing(CONTRACT, Reads()).functions["add_dnc_phone"].traces == traces
    without = function_mutation("add_dnc_phone", traces=())
    assert changed(CONTRACT, without(CONTRACT)) == {("functions", "add_dnc_phone", "traces")}
