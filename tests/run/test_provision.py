"""SQL and target file for a disposable server: each other's counterpart, and free of anything but text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.cases.model import MADE_UP_ROLES, Role
from conformance.run.provision import PASSWORD_PLACEHOLDER, RECORDS, sql, target_file, user_name
from conformance.run.settings import load_target


def test_there_is_a_user_for_every_role_of_a_target_file() -> None:
    assert RECORDS.keys() == {role for role in Role if role not in MADE_UP_ROLES}


def test_every_user_is_made_and_removed_again() -> None:
    made, removed = sql().split("-- To remove it again:")
    assert all(f"VALUES ('{user_name(role)}'" in made and f"'{user_name(role)}'" in removed for role in RECORDS)


def test_everything_that_is_made_is_removed_again() -> None:
    text = sql()
    assert set(re.findall(r"INSERT INTO (\w+)", text)) == set(re.findall(r"DELETE FROM (\w+)", text))


def test_what_removes_is_commented_out() -> None:
    assert all(line.startswith("--") for line in sql().splitlines() if "DELETE" in line)


def test_no_removal_is_without_a_condition() -> None:
    assert all("WHERE" in line for line in sql().splitlines() if "DELETE" in line)


def test_the_password_is_a_placeholder_unless_one_is_given() -> None:
    assert PASSWORD_PLACEHOLDER in sql()
    assert sql("geheim9").count("'geheim9'") == len(RECORDS)


@pytest.mark.parametrize(
    ("role", "column"),
    [
        (Role.LEVEL7, "'7'"),
        (Role.INACTIVE, "'N'"),
        (Role.RESTRICTED_FUNCTIONS, "' version '"),
        (Role.OTHER_GROUP, "'VCTESTGRP'"),
    ],
)
def test_each_user_has_what_makes_its_role(role: Role, column: str) -> None:
    (line,) = (line for line in sql().splitlines() if f"VALUES ('{user_name(role)}'" in line)
    assert column in line


def test_the_target_file_is_one_and_names_the_same_users(tmp_path: Path) -> None:
    path = tmp_path / "target.toml"
    path.write_text(target_file("https://lab.example/vicidial/non_agent_api.php"))
    target = load_target(path)
    assert {role: entry.user for role, entry in target.roles.items()} == {role: user_name(role) for role in RECORDS}
    assert target.disposable
