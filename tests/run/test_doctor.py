"""What can be tested on a target, found out without writing to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.expand import Login
from conformance.cases.model import CANNOT_LOG_IN, MADE_UP_ROLES, Entity, Level, Need, Role, provided
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import LoginFailed, LoginSucceeded, Put, State
from conformance.emulator.config import Config
from conformance.emulator.respond import HTML, Response, honest
from conformance.run.doctor import Diagnosis, examine
from conformance.run.doctor import NeedState as Is
from conformance.run.target_file import advice
from tests.safety.support import PASSWORD, Server, planned, serving
from tests.support.rows import DID, did, find


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def findings(server: Server, folder: Path, **changes: object) -> dict[Need, Diagnosis]:
    target = replace(server.target, **changes)  # type: ignore[arg-type]
    _, found = examine(planned(target, folder / "doctor", level=Level.PROBE))
    return {finding.need: finding for finding in found}


def states(found: dict[Need, Diagnosis]) -> dict[Need, Is]:
    return {need: finding.state for need, finding in found.items()}


def test_every_role_and_entity_of_a_good_target_works(server: Server, tmp_path: Path) -> None:
    target = server.target
    good = states(findings(server, tmp_path))
    tried = target.logins.keys() - CANNOT_LOG_IN - NOT_SHOWN
    assert {
        need: good[need] for need in (*tried, *(target.entities.keys() - NOT_SHOWN)) if good[need] is not Is.WORKS
    } == {}
    assert {good[need] for need in NOT_SHOWN} == {Is.NOT_TRIED}


NOT_SHOWN = {
    *(Role.NO_DELETE_LISTS, Role.NO_CUSTOM_FIELDS, Role.NO_MODIFY_LEADS),
    *map(Entity, ("campaign", "filter_phone_group", "script", "call_time")),
}
"""What only shows in a request that would change something."""


@pytest.mark.parametrize("role", [Role.NO_MODIFY_LISTS, Role.NO_DELETE_FROM_DNC, Role.NO_VIEW_REPORTS])
def test_a_role_that_is_not_refused_what_it_should_be_is_wrong(server: Server, tmp_path: Path, role: Role) -> None:
    before = server.rows()
    found = findings(server, tmp_path, logins={role: Login("6666", PASSWORD)})
    assert found[role].state is Is.WRONG
    assert server.rows() == before


ADMIN_ONLY = {Role.ADMIN: Login("6666", PASSWORD)}


def test_it_writes_nothing(server: Server, tmp_path: Path) -> None:
    before = server.rows()
    findings(server, tmp_path)
    assert server.rows() == before


def test_the_version_line_is_told(server: Server, tmp_path: Path) -> None:
    version, _ = examine(planned(server.target, tmp_path / "doctor", level=Level.PROBE))
    assert version.startswith("VERSION: 2.14-202|")


@pytest.mark.parametrize("role", sorted(CANNOT_LOG_IN))
def test_who_cannot_log_in_is_not_tried_because_that_is_a_failed_login(
    server: Server, tmp_path: Path, role: Role
) -> None:
    assert findings(server, tmp_path)[role].state is Is.NOT_TRIED
    assert server.failed_logins(server.target.logins[role].user) == 0


def test_what_the_target_file_does_not_name_is_missing(server: Server, tmp_path: Path) -> None:
    found = findings(server, tmp_path, logins=ADMIN_ONLY, entities={})
    assert (found[Role.OTHER_GROUP].state, found[Entity("hidden_did")].state) == (Is.MISSING, Is.MISSING)


def test_what_does_not_work_comes_with_advice(server: Server, tmp_path: Path) -> None:
    found = findings(server, tmp_path, logins=ADMIN_ONLY)
    assert found[Role.OTHER_GROUP].advice == advice()[Role.OTHER_GROUP]


def test_what_works_needs_no_advice(server: Server, tmp_path: Path) -> None:
    assert findings(server, tmp_path)[Role.ADMIN].advice == ""


def test_it_says_how_many_cases_each_need_has(server: Server, tmp_path: Path) -> None:
    assert findings(server, tmp_path)[Role.LEVEL7].cases > 0


def test_without_an_admin_entities_are_not_tried(server: Server, tmp_path: Path) -> None:
    found = findings(server, tmp_path, logins={Role.LEVEL7: Login("7001", PASSWORD)})
    assert found[Entity("ingroup")].state is Is.NOT_TRIED
    assert found[Role.ADMIN].state is Is.MISSING


def test_a_role_that_may_do_more_than_it_should_is_wrong(server: Server, tmp_path: Path) -> None:
    found = findings(server, tmp_path, logins={Role.LEVEL7: Login("6666", PASSWORD)})
    assert found[Role.LEVEL7].state is Is.WRONG
    assert found[Role.LEVEL7].said == "the server said: DID DOES NOT EXIST"


def test_a_wrong_password_is_said(server: Server, tmp_path: Path) -> None:
    found = findings(server, tmp_path, logins={Role.ADMIN: Login("6666", "wrong")})
    assert (found[Role.ADMIN].state, found[Role.ADMIN].said) == (Is.WRONG, "login refused")


def test_a_wrong_password_is_sent_once(server: Server, tmp_path: Path) -> None:
    server.store.apply((LoginSucceeded("6666"),))
    findings(server, tmp_path, logins={Role.ADMIN: Login("6666", "wrong")})
    assert server.failed_logins("6666") == 1


def test_a_locked_user_is_said(server: Server, tmp_path: Path) -> None:
    server.store.apply((LoginSucceeded("6666"), *[LoginFailed("6666")] * 10))
    assert "locked" in findings(server, tmp_path)[Role.ADMIN].said


@pytest.mark.parametrize("entity", [Entity("ingroup"), Entity("call_menu"), Entity("server_ip"), Entity("hidden_did")])
def test_an_entity_that_is_not_there_is_wrong(server: Server, tmp_path: Path, entity: Entity) -> None:
    assert findings(server, tmp_path, entities={entity: "9.9.9.9"})[entity].state is Is.WRONG


def test_a_hidden_did_that_is_there_works(server: Server, tmp_path: Path) -> None:
    server.store.apply((Put(did(99, "8005550123")),))
    found = findings(server, tmp_path, entities={Entity("hidden_did"): "8005550123"})
    assert found[Entity("hidden_did")].state is Is.WORKS


def test_every_need_has_advice() -> None:
    assert advice().keys() == {*(role for role in Role if role not in MADE_UP_ROLES), *provided()}


def accepting(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """A server that adds whatever it is asked to add, and repeats the password."""
    honestly = honest(contract, state, request, config, now)
    if "function=add_did" not in request.query:
        return honestly
    pattern = request.parameters.values["did_pattern"].decode()
    there = find(state, pattern)
    done = () if there else (Put(did(state.next_number(DID) or 1, pattern)),)
    return Response(200, HTML, f"SUCCESS: add_did {PASSWORD} ADDED - 6666|{pattern}\n".encode(), done)


def test_what_a_faulty_server_adds_all_the_same_is_removed(tmp_path: Path) -> None:
    with serving(behaviour=accepting) as server:
        before = server.rows()
        findings(server, tmp_path)
        assert server.rows() == before


def test_what_a_server_says_is_shown_without_passwords(tmp_path: Path) -> None:
    with serving(behaviour=accepting) as server:
        assert findings(server, tmp_path)[Entity("ingroup")].said == "the server said: *** ADDED"


def failing(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    honestly = honest(contract, state, request, config, now)
    return Response(200, {"content-encoding": "br"}, b"x") if b"7001" in request.query.encode() else honestly


def test_what_got_no_reply_got_no_answer_and_the_reason_is_said(tmp_path: Path) -> None:
    with serving(behaviour=failing) as server:
        found = findings(server, tmp_path)[Role.LEVEL7]
    assert (found.state, found.said) == (Is.NO_ANSWER, "the reply is packed in a way that was not asked for")
