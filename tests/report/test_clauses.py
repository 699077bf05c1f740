"""The text of a clause is there for whoever reads a failure."""

from conformance.cases.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.report.clauses import clauses, text
from conformance.verdict.model import Pass
from tests.report import sample


def test_every_clause_of_a_case_has_a_text_but_for_recorded_exchanges() -> None:
    named = {case.clause for case in catalogue(load_contract())}
    recorded = {clause for clause in named if clause.startswith(("api/", "whole-api-2.14-202.jsonl#"))}
    assert {clause for clause in named if not text(clause)} == recorded


def test_what_was_observed_is_the_section_of_that_number() -> None:
    assert text("observed.md#4").startswith("4. Fields of add_did and update_did\nSanitising removes")
    assert "\n## " not in text("observed.md#4")


def test_what_is_documented_are_the_replies_of_the_function() -> None:
    assert "ERROR: add_did DID ALREADY EXISTS - {user}|{did_pattern}" in text("NON-AGENT_API.txt#add_did").splitlines()


def test_only_clauses_of_failures_and_deviations_are_told() -> None:
    passed = sample.report(sample.case("add_did/a/b", Pass()))
    assert (clauses(passed), list(clauses(sample.every_verdict()))) == (
        {},
        ["NON-AGENT_API.txt#add_did", "observed.md#1"],
    )
