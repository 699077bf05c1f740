"""Servers drop characters of a password that is sent: a healthy one lets its user in all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.cases.expand import Login
from conformance.cases.model import Role
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.world import User, World
from conformance.emulator.config import Config
from conformance.report.model import from_json
from conformance.verdict.model import VerdictKind
from tests.front.conftest import Cli
from tests.front.servers import serving
from tests.support.asking import outcome, request

USERS = {Role.ADMIN: "6666", Role.LEVEL7: "7001", Role.NO_MODIFY_DIDS: "8001"}


@pytest.mark.parametrize("given", ["secret ", " secret", "se.cret", "secret\n"])
def test_a_run_of_login_and_role_cases_has_no_fail(given: str, command: Cli, tmp_path: Path) -> None:
    users = {role: Login(user, "secret") for role, user in USERS.items()}
    with serving(Config().with_target_users(users, {})) as server:
        roles = "".join(f'[roles.{role}]\nuser = "{user}"\npassword_env = "P"\n' for role, user in USERS.items())
        (tmp_path / "t.toml").write_text(f'url = "{server.url}"\n{roles}')
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("P", given)
            only = ("--only", "*/login/*", "--only", "*/role/*", "--only", "add_did/life-cycle/*")
            ended = command("run", "--target", "t.toml", "--allow-writes", "--report", "r", *only)
    counts = from_json((tmp_path / "r" / "report.json").read_bytes()).counts
    assert (ended.code, counts[VerdictKind.FAIL], counts[VerdictKind.ERROR]) == (0, 0, 0)
    assert counts[VerdictKind.PASS] + counts[VerdictKind.DEVIATION] > 10


def names(password: str, sent: str, dialect: Dialect) -> list[str]:
    world = World(ServerSettings(), {"6666": User("6666", password, grants=frozenset({"modify_dids"}))})
    return [a.name for a in outcome(request("update_did", password=sent, did_pattern="999"), dialect, world).answers]


@pytest.mark.parametrize(
    ("password", "sent", "let_in"),
    [
        ("secret ", "secret", True),
        ("secret", "secret!", True),
        ("secret", "secre", False),
        ("!!!", "", False),
        ("!!!", "???", False),
    ],
)
def test_a_server_compares_what_it_leaves_of_a_password(password: str, sent: str, let_in: bool) -> None:
    assert ("login-incorrect" not in names(password, sent, Dialect.SHIPPED)) is let_in


def test_documentation_says_nothing_of_characters_that_are_dropped() -> None:
    assert names("secret", "secret ", Dialect.DOCUMENTED) == ["login-incorrect"]
