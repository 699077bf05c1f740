"""SQL and target file for a disposable server: each other's counterpart, and free of anything but text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.cases.model import MADE_UP_ROLES, Entity, Role, provided
from conformance.cases.roles import ROLES
from conformance.contract.load import load_contract
from conformance.run.provision import COLUMNS, PASSWORD_PLACEHOLDER, PROVISIONED, settings, sql, target_file, user_name
from conformance.run.settings import load_target

CONTRACT = load_contract()


def test_there_is_a_user_for_every_role_of_a_target_file() -> None:
    assert set(PROVISIONED) == {role for role in Role if role not in MADE_UP_ROLES}


def test_every_user_is_made_and_removed_again() -> None:
    made, removed = sql(CONTRACT).split("-- To remove it again:")
    assert all(f"VALUES ('{user_name(role)}'" in made and f"'{user_name(role)}'" in removed for role in PROVISIONED)


def test_everything_that_is_made_is_removed_again() -> None:
    text = sql(CONTRACT)
    assert set(re.findall(r"INSERT INTO (\w+)", text)) == set(re.findall(r"DELETE FROM (\w+)", text))


def test_what_removes_is_commented_out() -> None:
    assert all(line.startswith("--") for line in sql(CONTRACT).splitlines() if "DELETE" in line)


def test_no_removal_is_without_a_condition() -> None:
    assert all("WHERE" in line for line in sql(CONTRACT).splitlines() if "DELETE" in line)


def test_the_password_is_a_placeholder_unless_one_is_given() -> None:
    assert PASSWORD_PLACEHOLDER in sql(CONTRACT)
    assert sql(CONTRACT, "geheim9").count("'geheim9'") == len(PROVISIONED)


@pytest.mark.parametrize(
    ("role", "column"),
    [
        (Role.LEVEL7, "'7'"),
        (Role.INACTIVE, "'N'"),
        (Role.RESTRICTED_FUNCTIONS, "' version '"),
        (Role.OTHER_GROUP, "'VCTESTGRP'"),
        (Role.NO_CAMPAIGNS, "'VCTESTNOC'"),
    ],
)
def test_each_user_has_what_makes_its_role(role: Role, column: str) -> None:
    (line,) = (line for line in sql(CONTRACT).splitlines() if f"VALUES ('{user_name(role)}'" in line)
    assert column in line


def test_the_target_file_is_one_and_names_the_same_users(tmp_path: Path) -> None:
    path = tmp_path / "target.toml"
    path.write_text(target_file("https://lab.example/vicidial/non_agent_api.php"))
    target = load_target(path)
    assert {role: entry.user for role, entry in target.roles.items()} == {role: user_name(role) for role in PROVISIONED}
    assert target.disposable
    assert target.entities.keys() == provided().keys() - {Entity("server_ip")}  # which is the server's own


def row(role: Role) -> dict[str, str]:
    (line,) = (line for line in sql(CONTRACT).splitlines() if f"VALUES ('{user_name(role)}'" in line)
    names, values = re.findall(r"\(([^()]*)\)", line)
    return dict(zip(names.split(", "), values.replace("'", "").split(", "), strict=True))


@pytest.mark.parametrize("role", PROVISIONED)
def test_a_user_lacks_the_settings_of_its_role_and_no_other(role: Role) -> None:
    held = {name: row(role)[COLUMNS.get(name, name)] for name in settings(CONTRACT)}
    assert {name for name, value in held.items() if value == "0"} == ROLES[role].without & held.keys()


def test_only_who_is_restricted_to_lists_is() -> None:
    assert [role for role in PROVISIONED if row(role)["api_list_restrict"] == "1"] == [Role.RESTRICTED_LISTS]


def test_users_of_earlier_versions_keep_their_names() -> None:
    assert [user_name(role) for role in (Role.ADMIN, Role.OTHER_GROUP, Role.RESTRICTED_NO_MODIFY_DIDS)] == [
        "vctest0",
        "vctest8",
        "vctest10",
    ]


OF_BEFORE = """
url = "https://lab.example"

[roles.admin]
user = "vctest0"
password_env = "P"

[entities]
hidden_did = "9990000000"
"""


def test_target_files_of_before_the_newer_roles_are_still_read(tmp_path: Path) -> None:
    path = tmp_path / "target.toml"
    path.write_text(OF_BEFORE)
    assert load_target(path).roles.keys() == {Role.ADMIN}
