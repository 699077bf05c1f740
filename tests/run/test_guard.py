"""What the guard lets out, whoever asks."""

from __future__ import annotations

import pytest

from conformance.cases.expand import Ground, Login
from conformance.cases.model import Entity, Level, Role
from conformance.contract.load import load_contract
from conformance.contract.model import OLDEST_BUILD, ServerSettings
from conformance.contract.request import Request
from conformance.run.guard import Forbidden, Guard

GROUND = Ground(
    {Role.ADMIN: Login("6666", "secret"), Role.NO_MODIFY_DIDS: Login("8001", "secret")}, {Entity.INGROUP: "G"}, "123456"
)
OWN = "99912345600011"
LOGIN = "source=test&user=6666&pass=secret"


def guard(level: Level) -> Guard:
    settings = (ServerSettings(), ServerSettings(non_latin=True))
    return Guard(load_contract(), GROUND, level, settings)


def call(function: str, rest: str, login: str = LOGIN) -> Request:
    return Request(f"{login}&function={function}&{rest}")


FOREIGN = {
    "add of a number of somebody else's": call("add_did", "did_pattern=7275551114"),
    "deletion of a number of somebody else's": call("update_did", "did_pattern=7275551114&delete_did=Y"),
    "update of a number of somebody else's": call("update_did", "did_pattern=7275551114&active=N"),
    "update of the default DID": call("update_did", "did_pattern=default&active=N"),
    "deletion of the filter DID": call("update_did", "did_pattern=did_system_filter&delete_did=Y"),
    "deletion of the default DID in capitals": call("update_did", "did_pattern=DEFAULT&delete_did=Y"),
    "add whose prefix is stripped away": call("add_did", "did_pattern=%252B99912345600011"),
    "add of an own number that sanitising shifts": call("add_did", "did_pattern=-7%20999123456"),
    "copy onto a foreign number": call("copy_did", f"source_did_pattern={OWN}&new_dids=7275550000"),
    "copy with one foreign number among own ones": call("copy_did", f"source_did_pattern={OWN}&new_dids={OWN},55512"),
    "add in a form body": Request("", f"{LOGIN}&function=add_did&did_pattern=7275551114", "POST"),
    "add by HEAD": Request(f"{LOGIN}&function=add_did&did_pattern=7275551114", None, "HEAD"),
    "add with a padded function name": call("add_did+", "did_pattern=7275551114"),
    "add with a wrong login": call("add_did", "did_pattern=7275551114", "source=test&user=6666&pass=wrong"),
    "add with the pattern sent twice": call("add_did", f"did_pattern={OWN}&did_pattern=7275551114"),
    "update that names the default DID and a field that the contract refuses": call(
        "update_did", "did_pattern=default&did_description=x"
    ),
    "update of a foreign number with a reference": call("update_did", "did_pattern=2125551234&group=G"),
    "add of a foreign number that the contract refuses": call("add_did", "did_pattern=2125551234&did_description=x"),
    "copy onto a foreign number without a source": call("copy_did", "source_did_pattern=&new_dids=2125551234"),
    "add with an apostrophe": call("add_did", "did_pattern=727'5551114"),
}

NEEDS_FULL = {
    "copy with a trailing comma": call("copy_did", f"source_did_pattern={OWN}&new_dids={OWN},"),
    "copy with a one-character entry": call("copy_did", f"source_did_pattern={OWN}&new_dids={OWN},1"),
    "copy with an entry over 50 characters": call("copy_did", f"source_did_pattern={OWN}&new_dids={OWN}{'5' * 37}"),
    "add of a two-character DID": call("add_did", "did_pattern=55"),
}


@pytest.mark.parametrize("request_", FOREIGN.values(), ids=FOREIGN.keys())
def test_no_level_below_full_sends_what_could_touch_a_foreign_did(request_: Request) -> None:
    with pytest.raises(Forbidden):
        guard(Level.STANDARD).rule(request_)


@pytest.mark.parametrize("pattern", ["default", "did_system_filter", "Default"])
@pytest.mark.parametrize("rest", ["&delete_did=Y", "&active=N"])
def test_even_level_full_never_touches_the_special_dids(pattern: str, rest: str) -> None:
    with pytest.raises(Forbidden, match="every install depends"):
        guard(Level.FULL).rule(call("update_did", f"did_pattern={pattern}{rest}"))


@pytest.mark.parametrize("request_", NEEDS_FULL.values(), ids=NEEDS_FULL.keys())
def test_what_the_api_cannot_delete_again_needs_level_full(request_: Request) -> None:
    with pytest.raises(Forbidden):
        guard(Level.STANDARD).rule(request_)
    guard(Level.FULL).rule(request_)


def test_an_add_claims_its_number_before_it_leaves() -> None:
    assert guard(Level.STANDARD).rule(call("add_did", f"did_pattern={OWN}")) == {OWN}


def test_an_add_claims_the_number_in_every_reading() -> None:
    claimed = guard(Level.STANDARD).rule(call("add_did", f"did_pattern={OWN}-7"))

    assert claimed == {f"{OWN}-7", f"{OWN}7"}


def test_a_copy_claims_every_entry() -> None:
    claimed = guard(Level.STANDARD).rule(call("copy_did", f"source_did_pattern={OWN}&new_dids={OWN}1,%2B{OWN}2"))

    assert claimed == {f"{OWN}1", f"+{OWN}2"}


def test_a_copy_at_level_full_claims_the_entry_as_it_is_stored() -> None:
    entry = f"{OWN}{'5' * 40}"

    assert entry[:50] in guard(Level.FULL).rule(call("copy_did", f"source_did_pattern={OWN}&new_dids={entry}"))


@pytest.mark.parametrize(
    "rest", [f"did_pattern={OWN}&active=N", f"did_pattern={OWN}&delete_did=Y", "did_pattern=7275551114"]
)
def test_updates_deletions_and_questions_claim_nothing(rest: str) -> None:
    assert guard(Level.STANDARD).rule(call("update_did", rest)) == frozenset()


@pytest.mark.parametrize(
    "request_",
    [
        call("add_did", f"did_pattern={OWN}"),
        call("add_did", f"did_pattern={OWN}&menu_id=nosuch"),
    ],
    ids=["an add", "an add with a field that old builds ignore"],
)
def test_level_probe_sends_nothing_that_could_create(request_: Request) -> None:
    settings = (ServerSettings(build=OLDEST_BUILD), ServerSettings())
    probing = Guard(load_contract(), GROUND, Level.PROBE, settings)
    with pytest.raises(Forbidden, match="level probe"):
        probing.rule(request_)


@pytest.mark.parametrize(
    "request_",
    [
        call("add_did", f"did_pattern={OWN}&did_description=short"),
        call("add_did", f"did_pattern={OWN}", "source=test&user=8001&pass=secret"),
        call("add_did", f"did_pattern={OWN}", "source=test&user=nobody&pass=x"),
        call("update_did", "did_pattern=55"),
        call("version", ""),
    ],
    ids=["refused by a field", "refused by permission", "refused by login", "a question", "version"],
)
def test_level_probe_sends_what_is_refused_or_only_asks(request_: Request) -> None:
    guard(Level.PROBE).rule(request_)


@pytest.mark.parametrize(
    "rest",
    ["&did_description=x", "&group=G", "&group=nosuch", "&menu_id=nosuch", "&active=U"],
    ids=lambda rest: rest[1:],
)
def test_an_add_claims_its_number_even_if_the_contract_refuses_it(rest: str) -> None:
    assert guard(Level.STANDARD).rule(call("add_did", f"did_pattern={OWN}{rest}")) == {OWN}


def test_a_number_that_is_too_long_is_claimed_as_the_column_would_hold_it() -> None:
    assert guard(Level.STANDARD).rule(call("add_did", f"did_pattern={OWN}{'5' * 60}")) == {f"{OWN}{'5' * 36}"}
