"""The fewest causes explain all fails of a report, and two defects are never one."""

import msgspec

from conformance.report.causes import Cause, causes
from conformance.report.model import CaseResult
from conformance.verdict.model import Difference, Fail
from tests.report import sample

ADDED, EXISTS, LONG = "DID HAS BEEN ADDED", "DID ALREADY EXISTS", "CAMPAIGN MUST BE FROM 1 TO 8 CHARACTERS"
OPTIONAL = f"{LONG}, THIS IS AN OPTIONAL FIELD"


def difference(aspect: str, wanted: str, got: str, line: int = 1) -> Difference:
    return Difference(step=1, line=line, aspect=aspect, documented=wanted, shipped=wanted, got=got)


def case(id: str, *differences: Difference, calls: int = 1) -> CaseResult:
    return sample.case(id, Fail(summary="s", differences=differences), *[sample.CALL] * calls)


def answered(id: str, wanted: str, got: str) -> CaseResult:
    return case(id, difference("message", wanted, got))


def found(*results: CaseResult) -> tuple[Cause, ...]:
    return causes(sample.report(*results))


def test_a_report_without_fails_has_no_cause() -> None:
    assert found() == ()


def test_one_defect_with_many_cases_is_one_cause() -> None:
    many = [answered(f"add_did/did_pattern/{n}", ADDED, "DID HAS BEEN ADED") for n in range(49)]
    (cause,) = found(*many)
    assert (len(cause.cases), cause.told) == (49, "49 cases in add_did")


def test_two_defects_are_two_causes() -> None:
    one = answered("add_did/did_pattern/exists", EXISTS, ADDED)
    other = answered("add_did/campaign_id/too-long", OPTIONAL, ADDED)
    assert [cause.cases for cause in found(one, other)] == [(other.id,), (one.id,)]


def test_what_one_check_accepts_and_refuses_wrongly_is_one_cause() -> None:
    accepted = answered("add_did/campaign_id/too-long", OPTIONAL, ADDED)
    refused = answered("add_did/campaign_id/longest", ADDED, OPTIONAL)
    (cause,) = found(accepted, refused)
    assert cause.says == f"Answers “{OPTIONAL}” in the wrong cases: where it is not due, and not where it is."


def test_a_function_that_is_not_there_is_one_cause_whatever_was_due() -> None:
    unknown = "NO FUNCTION SPECIFIED"
    results = [answered(f"copy_did/x/{n}", due, unknown) for n, due in enumerate((EXISTS, ADDED, OPTIONAL))]
    (cause,) = found(*results)
    assert (cause.says, len(cause.symptoms)) == (f"Answers this where it is not due: “{unknown}”.", 3)


def test_a_case_with_two_defects_has_both_causes() -> None:
    both = case("add_did/x/both", difference("message", ADDED, "ADED"), difference("separator", " - ", ": |"))
    one = case("add_did/x/one", difference("separator", " - ", ": |"))
    assert [(cause.what, cause.cases) for cause in found(both, one)] == [
        (ADDED, ("add_did/x/both",)),
        (" - ", ("add_did/x/both", "add_did/x/one")),
    ]


def test_what_always_shows_together_is_one_cause() -> None:
    parts = difference("lines", "", "<b>Notice</b>", 0), difference("invariant", "never: php", "<b>Notice</b>:", 0)
    (cause,) = found(case("add_did/x/1", *parts), case("add_did/x/2", *parts))
    assert (cause.says, len(cause.symptoms)) == ("Shows messages of PHP in replies.", 2)


def test_values_of_one_parameter_that_come_back_changed_are_another_cause_than_those_of_another() -> None:
    active, group = (
        case(f"add_did/{name}/lower-case", difference("fields", "6666|u", "6666|x")) for name in ("active", "group")
    )
    assert [cause.says for cause in found(active, group)] == [
        "Gives the value of active back changed.",
        "Gives the value of group back changed.",
    ]


def test_a_field_that_is_wrong_whatever_the_case_is_about_is_one_cause() -> None:
    wrong = difference("fields", "6666|u", "6666|x")
    (cause,) = found(*(case(f"add_did/{name}/x", wrong) for name in ("active", "group", "extension", "life-cycle")))
    assert cause.says == "Gives something else in field 2 of 2 of a reply."


def test_the_worst_comes_first_and_then_what_most_cases_show() -> None:
    order = [
        case("add_did/x/500", difference("invariant", "never: server-error", "HTTP 500", 0)),
        answered("add_did/x/a", EXISTS, ADDED),
        *(answered(f"add_did/x/m{n}", ADDED, "ADED") for n in range(2)),
        answered("add_did/x/n", ADDED, "ADDID"),
        case("add_did/x/s", difference("separator", " - ", ";")),
    ]
    assert [cause.first.id for cause in found(*reversed(order))] == [
        "add_did/x/500",
        "add_did/x/a",
        "add_did/x/m1",
        "add_did/x/n",
        "add_did/x/s",
    ]


def test_a_finding_of_the_fuzzer_joins_the_cause_it_belongs_to() -> None:
    finding = answered("fuzz/replies/1a2b", EXISTS, ADDED)
    (cause,) = found(finding, answered("add_did/did_pattern/exists", EXISTS, ADDED))
    assert (cause.told, cause.is_found) == ("1 case and 1 finding in add_did", False)


def test_the_case_to_look_at_fails_every_time_with_the_fewest_requests() -> None:
    flaky = msgspec.structs.replace(answered("add_did/x/flaky", ADDED, "ADED"), repeated=False)
    long = case("add_did/x/long", difference("message", ADDED, "ADED"), calls=3)
    short = case("add_did/x/short", difference("message", ADDED, "ADED"), calls=2)
    (cause,) = found(flaky, long, short)
    assert cause.first.id == "add_did/x/short"


def test_what_shows_a_cause_of_a_case_with_two_is_its_own() -> None:
    both = case("add_did/x/both", difference("message", ADDED, "ADED"), difference("separator", " - ", ": |"))
    one = case("add_did/x/one", difference("message", ADDED, "ADED"))
    shown = [(cause.first.id, cause.difference.aspect) for cause in found(both, one) if cause.difference]
    assert shown == [("add_did/x/both", "message"), ("add_did/x/both", "separator")]


def test_the_id_of_a_cause_is_the_same_whatever_else_fails() -> None:
    one, other = answered("add_did/x/a", EXISTS, ADDED), answered("add_did/campaign_id/too-long", OPTIONAL, ADDED)
    assert {cause.id for cause in found(one)} < {cause.id for cause in found(one, other)}
