"""Which users and rows an emulator begins with, and what is said of a file that is wrong."""

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.expand import Login
from conformance.cases.model import Entity, Role
from conformance.cases.roles import ROLES
from conformance.contract.load import load_contract
from conformance.contract.world import Row
from conformance.emulator.config import Config
from conformance.emulator.defaults import default_columns, read_defaults
from conformance.errors import UsageError
from conformance.selfcheck.target import target
from tests.emulator.asgi import Emulator, emulator
from tests.support.rows import DID
from tests.support.world import DEFAULTS, RECORDED_DIDS, REFERRED_TO, USERS

USER = '[[users]]\nname = "1"\npassword = "x"\nlevel = 9\n'
ROWS = "[rows]\n"
DID_999 = '[[rows.did]]\nkey = ["999"]\n'
LOGINS = {Role.ADMIN: Login("boss", "secret"), Role.OTHER_GROUP: Login("guest", "secret")}
TARGET = {Entity("ingroup"): "SALES", Entity("hidden_did"): "7275559999"}


def test_the_users_of_the_recordings_are_there() -> None:
    named = {name: user for name, user in USERS.items() if name != "8008"}  # here it has the role of another
    known = Config().users
    assert {name: replace(known[name], grants=user.grants) for name, user in named.items()} == named
    assert all(known[name].grants >= user.grants for name, user in named.items())


@pytest.mark.parametrize("kind", REFERRED_TO)
def test_the_rows_that_dids_refer_to_are_those_of_the_recordings(kind: str) -> None:
    assert rows(kind) == list(REFERRED_TO[kind].values())


def test_the_first_dids_are_those_of_the_recordings() -> None:
    assert rows(DID)[:3] == list(RECORDED_DIDS.values())


def rows(kind: str) -> list[Row]:
    return [row for row in Config().rows if row.kind == kind]


def test_columns_that_nobody_set_hold_the_defaults_of_add_did() -> None:
    assert default_columns(load_contract(), DID) == {**DEFAULTS, "user_group": "---ALL---"}


def test_no_password_shows_when_a_configuration_is_printed() -> None:
    assert "1234" not in repr(Config())


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("users = [", "bad.toml: Invalid value"),
        (ROWS + DID_999, "bad.toml: Object missing required field `users`"),
        (USER.replace("9", '"9"') + ROWS + DID_999, r"bad.toml: Expected `int`, got `str` - at `\$.users\[0\].level`"),
        (
            USER + "leval = 9\n" + ROWS + DID_999,
            r"bad.toml: Object contains unknown field `leval` - at `\$.users\[0\]`",
        ),
        (USER + USER + ROWS + DID_999, r"bad.toml: users\[1\]: '1' stands twice"),
        (USER, "bad.toml: Object missing required field `rows`"),
        (USER + DID_999 + DID_999, r"bad.toml: rows.did\[1\]: '999' stands twice"),
        (USER + DID_999 + "columns = { colour = 1 }\n", r"bad.toml: rows.did\[0\].columns.colour: is not a column"),
        (USER + ROWS + "didd = []\n", "bad.toml: rows.didd: is not a kind of row: there are agent_log_entry, "),
        (
            USER + ROWS + 'did = [{ key = ["1", "2"] }]\n',
            r"bad.toml: rows.did\[0\].key: expected a value for each of did_pattern",
        ),
    ],
)
def test_a_mistake_in_a_defaults_file_is_named_with_file_and_key(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(content)
    with pytest.raises(UsageError, match=complaint):
        read_defaults(path)


def test_a_defaults_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.toml: "):
        read_defaults(tmp_path / "gone.toml")


def hidden_from(user: str, pattern: str, it: Emulator) -> bool:
    answer = it.call("update_did", user=user, password="secret", did_pattern=pattern)
    return answer == f"ERROR: update_did DID DOES NOT EXIST: |{user}|{pattern}\n"


def test_users_of_a_target_take_the_place_of_the_default_ones() -> None:
    with emulator(Config().with_target_users(LOGINS, TARGET)) as it:
        assert it.call("add_did", did_pattern="999") == "ERROR: Login incorrect, please try again: |6666|1234|BAD|\n"


def test_the_admin_of_a_target_may_use_its_entities() -> None:
    with emulator(Config().with_target_users(LOGINS, TARGET)) as it:
        assert it.call("add_did", user="boss", password="secret", did_pattern="999", group="SALES") == (
            "SUCCESS: add_did DID HAS BEEN ADDED - boss|999\n"
        )


@pytest.mark.parametrize("pattern", ["7275559999", "7275551114"])
def test_the_hidden_did_of_a_target_is_hidden_from_other_group_only(pattern: str) -> None:
    target = {**TARGET, Entity("hidden_did"): pattern}
    with emulator(Config().with_target_users(LOGINS, target)) as it:
        assert [hidden_from(user, pattern, it) for user in ("guest", "boss")] == [True, False]


def test_a_hidden_did_that_is_new_gets_a_number_and_the_default_columns() -> None:
    with emulator(Config().with_target_users(LOGINS, TARGET)) as it:
        assert it.columns("7275559999") == {"did_id": 5, "did_pattern": "7275559999", **DEFAULTS}


def test_each_role_of_the_target_file_is_the_user_that_its_permissions_say() -> None:
    for role, login in target().logins.items():
        said, user = ROLES[role], Config().users[login.user]
        others = (said.active, said.api_access, said.functions, said.lists_restricted)
        assert (
            user.level if said.level < 8 else 8,
            user.active,
            user.api_access,
            user.functions,
            user.lists_restricted,
        ) == (min(said.level, 8), *others), role
        assert not user.grants & said.without, role
        assert (user.groups is not None, user.campaigns is not None) == (said.group_of_its_own, said.no_campaigns), role
