"""What the guard lets out, whoever asks."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest

from conformance.cases.expand import Ground, Login
from conformance.cases.model import Entity, Level, Role
from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.contract.settings import OLDEST_BUILD, ServerSettings
from conformance.run.guard import Forbidden, Guard
from conformance.run.withheld_secrets import Secrets
from tests.support.rows import named

GROUND = Ground(
    {Role.ADMIN: Login("6666", "secret"), Role.NO_MODIFY_DIDS: Login("8001", "secret")},
    {Entity("ingroup"): "G"},
    "123456",
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

BEYOND_ITS_LITERAL = {
    "a comment in a field": call("update_did", f"did_pattern={OWN}&phone_extension=x'+--+"),
    "a comment after a backslash": call("update_did", f"did_pattern={OWN}&server_ip=%5C%23"),
    "a comment in a form": Request("", f"{LOGIN}&function=update_did&did_pattern={OWN}&phone_extension=%27%23", "POST"),
    "every row": call("update_did", f"did_pattern={OWN}'+OR+'1'='1&delete_did=Y"),
    "every row to copy onto": call("copy_did", f"source_did_pattern={OWN}&new_dids={OWN}'+OR+'1"),
}


@pytest.mark.parametrize("request_", BEYOND_ITS_LITERAL.values(), ids=BEYOND_ITS_LITERAL.keys())
def test_nothing_is_sent_that_could_reach_other_rows_on_an_old_build(request_: Request) -> None:
    with pytest.raises(Forbidden, match="may get into SQL as it is"):
        guard(Level.FULL).rule(request_)


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
    assert guard(Level.STANDARD).rule(call("add_did", f"did_pattern={OWN}")) == named(OWN)


def test_an_add_claims_the_number_in_every_reading() -> None:
    claimed = guard(Level.STANDARD).rule(call("add_did", f"did_pattern={OWN}-7"))

    assert claimed == named(f"{OWN}-7", f"{OWN}7")


def test_a_copy_claims_every_entry() -> None:
    claimed = guard(Level.STANDARD).rule(call("copy_did", f"source_did_pattern={OWN}&new_dids={OWN}1,%2B{OWN}2"))

    assert claimed == named(f"{OWN}1", f"+{OWN}2")


def test_a_copy_at_level_full_claims_the_entry_as_it_is_stored() -> None:
    entry = f"{OWN}{'5' * 40}"

    assert named(entry[:50]) <= guard(Level.FULL).rule(call("copy_did", f"source_did_pattern={OWN}&new_dids={entry}"))


NOT_DESCRIBED = {
    "a function that is not described": call("batch_update_lead", "records=1"),
    "another one": call("update_user", "agent_user=1000&delete_user=Y"),
    "one in capitals": call("BATCH_UPDATE_LEAD", "records=1"),
    "one in the form": Request(LOGIN, "function=batch_update_lead&list_id=101", "POST"),
    "one beside one that is": call("version", "function=batch_update_lead"),
    "one before one that is": call("batch_update_lead", "function=version"),
    "one as an array": Request(f"{LOGIN}&function[]=batch_update_lead"),
    "one by a name that PHP reads as function": Request(f"{LOGIN}&+function=batch_update_lead"),
    "one in JSON": Request(LOGIN, '{"function": "batch_update_lead"}', "POST", "application/json"),
    "one that nobody has heard of": call("wipe_everything", ""),
    "a lead that would be added": call("add_lead", "phone_number=7275551212&list_id=101"),
    "a lead, by a user of whom it is not known whether it may": call(
        "add_lead", "phone_number=7275551212", "source=test&user=8001&pass=secret"
    ),
}


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("request_", NOT_DESCRIBED.values(), ids=NOT_DESCRIBED.keys())
def test_what_is_not_described_is_sent_at_no_level(request_: Request, level: Level) -> None:
    with pytest.raises(Forbidden, match="described"):
        guard(level).rule(request_)


REFUSED_OR_READ = {
    "a lead by nobody": Request("source=test&function=add_lead&phone_number=7275551212"),
    "a lead without a number": call("add_lead", ""),
    "the status of an agent": call("agent_status", "agent_user=1000"),
    "campaigns": call("campaigns_list", ""),
    "the version": call("version", ""),
    "a name that no API has": call("no_such_function", "list_id=101"),
    "no name": call("", ""),
}


@pytest.mark.parametrize("request_", REFUSED_OR_READ.values(), ids=REFUSED_OR_READ.keys())
def test_what_only_reads_or_is_refused_may_be_sent_at_level_probe(request_: Request) -> None:
    assert guard(Level.PROBE).rule(request_) == frozenset()


OTHERWISE_READ = {
    "the first of two": call("update_did", f"did_pattern=7275551114&delete_did=Y&did_pattern={OWN}"),
    "in the form beside the query": Request(
        f"{LOGIN}&function=update_did&did_pattern={OWN}&delete_did=Y", "did_pattern=7275551114", "POST"
    ),
    "a form that a GET has": Request(f"{LOGIN}&function=update_did&did_pattern=7275551114", "delete_did=Y"),
    "a name with a dot in it": call("update_did", f"did.pattern=7275551114&did_pattern={OWN}&active=N"),
    "a field with a dot in its name": call("update_did", "did_pattern=7275551114&delete.did=Y"),
    "a field as an array": call("update_did", "did_pattern=7275551114&delete_did[]=Y"),
    "a name in capitals": call("ADD_DID", "did_pattern=7275551114"),
    "a name with a dash": call("add-did", "did_pattern=7275551114"),
    "JSON": Request(f"{LOGIN}&function=add_did", '{"did_pattern": "7275551114"}', "POST", "application/json"),
}


@pytest.mark.parametrize("request_", OTHERWISE_READ.values(), ids=OTHERWISE_READ.keys())
def test_a_foreign_did_is_not_named_in_any_way_that_some_server_could_read(request_: Request) -> None:
    with pytest.raises(Forbidden, match="is not one of this run's own DIDs"):
        guard(Level.STANDARD).rule(request_)


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
    assert guard(Level.STANDARD).rule(call("add_did", f"did_pattern={OWN}{rest}")) == named(OWN)


def test_a_number_that_is_too_long_is_claimed_as_the_column_would_hold_it() -> None:
    assert guard(Level.STANDARD).rule(call("add_did", f"did_pattern={OWN}{'5' * 60}")) == named(f"{OWN}{'5' * 36}")


def wire(query: str, body: str = "") -> Request:
    return Request(wire=f"POST <path>?{query} HTTP/1.1\r\nHost: <host>\r\n\r\n{body}")


NOBODY = "source=test&user=nosuchuser&pass=nosuchpassword"
OWN_ADD = f"did_pattern={OWN}&{NOBODY}&function=add_did"

LOGINS_IN_BYTES = {
    "a user": wire("user=6666&function=version"),
    "a user in the body": wire("", "user=6666"),
    "a user in a header": Request(wire="GET / HTTP/1.1\r\nX: 6666\r\n\r\n"),
    "a user alone": Request(wire="6666"),
    "a user, encoded": wire("user=%36%36%36%36"),
    "a user, encoded twice": wire("user=%2536%2536%2536%2536"),
    "a user among what servers drop": wire("user=6%006%276.6"),
    "a user behind a null byte": wire("user=x%006666"),
    "a user in wide digits": wire("user=%EF%BC%96666"),
    "a user across two chunks": wire("", "7\r\nuser=66\r\n2\r\n66\r\n0\r\n\r\n"),
    "a user in a part": wire("", '--b\r\nX; name="user"\r\n\r\n6666\r\n--b--'),
    "a user in JSON": wire("", '{"user":"6666"}'),
    "a password": wire("pass=secret"),
    "a password in capitals": wire("pass=SECRET"),
    "a password, half encoded": wire("pass=s%65cre%74"),
    "a password in the address": Request(wire="GET http://x:secret@<host><path> HTTP/1.1\r\n\r\n"),
    "a header that logs in": Request(wire="GET <path> HTTP/1.1\r\nauthorization: Basic NjY2Njo=\r\n\r\n"),
}


@pytest.mark.parametrize("request_", LOGINS_IN_BYTES.values(), ids=LOGINS_IN_BYTES.keys())
@pytest.mark.parametrize("level", Level)
def test_a_byte_level_message_logs_nobody_in(request_: Request, level: Level) -> None:
    with pytest.raises(Forbidden, match="names a user or a password of the target"):
        guard(level).rule(request_)


@pytest.mark.parametrize("password", ["p@ss w/rd", "пароль", "gEh%41+eim", "é&'"])
def test_no_password_slips_through_in_bytes(password: str) -> None:
    ground = Ground({Role.ADMIN: Login("6666", password)}, {}, "123456")
    strict = Guard(load_contract(), ground, Level.FULL, (ServerSettings(),))
    octets = password.encode()
    for spelled in (octets.decode("latin-1"), "".join(f"%{b:02x}" for b in octets), quote_plus(octets), quote(octets)):
        for message in (f"GET /?pass={spelled}", f"X\r\n\r\na={spelled}", quote(f"a={spelled}", "=", "latin-1")):
            with pytest.raises(Forbidden):
                strict.rule(Request(wire=message))


def test_a_name_of_one_character_is_looked_for_where_it_would_log_in() -> None:
    ground = Ground({Role.ADMIN: Login("1", "")}, {}, "123456")
    strict = Guard(load_contract(), ground, Level.FULL, (ServerSettings(),))
    assert strict.rule(Request(wire="GET / HTTP/1.1\r\n\r\n")) == frozenset()
    with pytest.raises(Forbidden):
        strict.rule(wire("user=%31&function=version"))


FOREIGN_IN_BYTES = {
    "an add": wire(f"did_pattern=7275551114&{NOBODY}&function=add_did"),
    "an add in the body": wire("", f"did_pattern=7275551114&{NOBODY}&function=add_did"),
    "a change": wire(f"did_pattern=7275551114&active=N&{NOBODY}&function=update_did"),
    "a deletion of the default DID": wire(f"did_pattern=default&delete_did=Y&{NOBODY}&function=update_did"),
    "a copy": wire(f"source_did_pattern={OWN}&new_dids={OWN},7275551114&{NOBODY}&function=copy_did"),
    "a body whose beginning is an add": wire("", f"{NOBODY}&function=add_did&did_pattern={OWN}"),
    "an add behind another request": wire("", f"GET /?did_pattern=7275551114&{NOBODY}&function=add_did HTTP/1.1"),
    "an add whose parts are apart": wire("did_pattern=7275551114", "function=add_did"),
}


@pytest.mark.parametrize("request_", FOREIGN_IN_BYTES.values(), ids=FOREIGN_IN_BYTES.keys())
@pytest.mark.parametrize("level", Level)
def test_a_byte_level_message_names_no_did_but_the_run_s_own_at_any_level(request_: Request, level: Level) -> None:
    with pytest.raises(Forbidden):
        guard(level).rule(request_)


@pytest.mark.parametrize("request_", [wire(OWN_ADD), wire("", OWN_ADD), wire("x=\xff #?", f"{OWN_ADD}\r\n")])
@pytest.mark.parametrize("level", Level)
def test_a_did_of_the_run_s_own_in_bytes_is_claimed(request_: Request, level: Level) -> None:
    assert guard(level).rule(request_) == named(OWN)


@pytest.mark.parametrize(
    "message",
    ["", "\0", "GET <path>?function=version HTTP/1.1\r\n\r\n", f"GET /?{NOBODY}&function=nosuch", f"6{OWN}6"],
)
def test_bytes_that_name_nobody_and_nothing_may_be_sent(message: str) -> None:
    assert guard(Level.PROBE).rule(Request(wire=message)) == frozenset()


def test_a_character_that_is_no_byte_is_not_sent() -> None:
    with pytest.raises(Forbidden, match="no byte"):
        guard(Level.FULL).rule(Request(wire="GET /\u0100"))


def test_a_message_that_could_be_too_many_calls_is_not_sent() -> None:
    with pytest.raises(Forbidden, match="too many to look at"):
        guard(Level.FULL).rule(wire(f"function=add_did&did_pattern={OWN}{'9' * 9000}"))


def test_what_looks_for_secrets_shows_none() -> None:
    assert repr(Secrets(["6666", "secret"])) == "<2 secrets>"
