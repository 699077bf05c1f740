"""From a case and a target to requests: placeholders, logins, where parameters go."""

from dataclasses import replace

import pytest

from conformance.cases.expand import Login, request, requests
from conformance.cases.model import Entity, Param, Place, Role, Step
from conformance.cases.steps import add
from tests.cases.perfect_server import CASES, GROUND

STEP = Step("add_did", (Param("did_pattern", "+<did2>"),))


def test_no_placeholder_goes_over_the_wire() -> None:
    texts = [r.query + (r.form or "") for n, case in enumerate(CASES) for r in requests(case, GROUND, n)]
    assert [text for text in texts if "%3Cdid" in text or "<did" in text or "swapped" in text or "%3Ci" in text] == []


def test_a_did_carries_run_case_and_index() -> None:
    query = request(STEP, GROUND, 42).query
    assert query.endswith("did_pattern=%2B99912345600422")


def test_an_entity_can_be_written_in_the_other_letter_case() -> None:
    step = Step("add_did", (Param("group", "<ingroup:swapped>"),))
    assert request(step, GROUND, 1).query.endswith("group=test_in2")


@pytest.mark.parametrize(("role", "user"), [(Role.UNKNOWN, "nosuchuser123456"), (Role.LEVEL7, "level7")])
def test_a_role_logs_in_with_its_own_name(role: Role, user: str) -> None:
    assert f"user={user}&" in request(replace(STEP, role=role), GROUND, 1).query


def test_nobody_sends_neither_user_nor_password() -> None:
    query = request(replace(STEP, role=Role.NOBODY), GROUND, 1).query
    assert query.partition("&did_pattern")[0] == "source=conformance&function=add_did"


def test_a_parameter_of_the_case_takes_the_place_of_a_common_one() -> None:
    query = request(Step("version", (Param("user", ""),)), GROUND, 1).query
    assert query.count("user=") == 1


def test_a_form_carries_everything_in_the_body() -> None:
    sent = request(replace(STEP, method="POST", place=Place.FORM), GROUND, 1)
    assert (sent.query, "did_pattern" in (sent.form or "")) == ("", True)


def test_json_is_announced_as_such() -> None:
    sent = request(replace(STEP, method="POST", place=Place.JSON), GROUND, 1)
    assert (sent.sends_json, (sent.form or "")[0]) == (True, "{")


def test_backwards_turns_the_order_of_parameters_round() -> None:
    names = [pair.split("=")[0] for pair in request(replace(STEP, backwards=True), GROUND, 1).query.split("&")]
    assert names == ["did_pattern", "function", "pass", "user", "source"]


def test_a_login_does_not_show_its_password() -> None:
    assert "secret" not in repr(Login("6666", "secret"))


def test_what_a_target_does_not_supply_is_missing() -> None:
    case = next(case for case in CASES if case.id == "add_did/group/known")
    assert replace(GROUND, entities={}).missing(case) == (Entity("ingroup"),)


def test_adding_is_quiet_unless_told_otherwise() -> None:
    assert [p.value for p in add("<did>", Param("active", "Y")).params if p.name == "active"] == ["Y"]
