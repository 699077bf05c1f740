"""SQL that makes the test users and entities on a disposable server, and the target file that goes with it.

Pure text: nothing is sent anywhere. Column names are those of VICIdial's own schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from conformance.cases.model import Role
from conformance.schemas import SchemaKind, directive

PREFIX = "vctest"
"""What every user name and entity begins with, so that they can be told and removed."""

PASSWORD_PLACEHOLDER = "CHANGE_ME"  # noqa: S105 - to be replaced by whoever runs the SQL

INGROUP = "VCTESTIN"
CALL_MENU = "vctest_menu"
OTHER_GROUP = "VCTESTGRP"
HIDDEN_DID = "9990000000"


class UserSettings(NamedTuple):
    """The settings of one test user that matter to the API."""

    level: int = 8
    active: str = "Y"
    modify_dids: int = 1
    delete_dids: int = 1
    api_access: int = 1
    functions: str = "ALL_FUNCTIONS"
    group: str = "ADMIN"


RECORDS: Mapping[Role, UserSettings] = {
    Role.ADMIN: UserSettings(level=9),
    Role.LEVEL7: UserSettings(level=7),
    Role.NO_MODIFY_DIDS: UserSettings(modify_dids=0, delete_dids=0),
    Role.NO_DELETE_DIDS: UserSettings(delete_dids=0),
    Role.NO_API_ACCESS: UserSettings(api_access=0),
    Role.RESTRICTED_FUNCTIONS: UserSettings(functions="version"),
    Role.INACTIVE: UserSettings(active="N"),
    Role.LOCKABLE: UserSettings(),
    Role.OTHER_GROUP: UserSettings(group=OTHER_GROUP),
    Role.LEVEL6: UserSettings(level=6),
    Role.RESTRICTED_NO_MODIFY_DIDS: UserSettings(functions="version", modify_dids=0, delete_dids=0),
}
"""One user for each role that a target file can have."""


def user_name(role: Role) -> str:
    """The name of the test user for a role: VICIdial's are 20 characters at the most."""
    return f"{PREFIX}{list(RECORDS).index(role)}"


def sql(password: str = PASSWORD_PLACEHOLDER) -> str:
    """Statements for MariaDB that make all of it, and below them, commented out, those that remove it again."""
    return "\n".join([*_header(), *_make(password), "", *_remove(), ""])


def _header() -> Iterator[str]:
    yield "-- Test users and entities for vicidial-conformance. For a disposable server only."
    yield f"-- Replace {PASSWORD_PLACEHOLDER} by a password of letters and digits, and put it into VICIDIAL_PASS."
    yield "-- A server that encrypts passwords (system setting) needs them set on the admin screen instead."
    yield ""


def _make(password: str) -> Iterator[str]:
    yield (
        "INSERT INTO vicidial_user_groups (user_group, group_name, allowed_campaigns, admin_viewable_groups) "
        f"VALUES ('{OTHER_GROUP}', 'Conformance test', ' -ALL-CAMPAIGNS- - -', ' {OTHER_GROUP} ');"
    )
    for role, record in RECORDS.items():
        yield _user(role, record, password)
    yield f"INSERT INTO vicidial_inbound_groups (group_id, group_name, active) VALUES ('{INGROUP}', 'Test', 'Y');"
    yield f"INSERT INTO vicidial_call_menu (menu_id, menu_name) VALUES ('{CALL_MENU}', 'Conformance test');"
    yield (
        "INSERT INTO vicidial_inbound_dids (did_pattern, did_description, did_active, user_group) "
        f"VALUES ('{HIDDEN_DID}', 'Conformance hidden', 'N', 'ADMIN');"
    )


def _user(role: Role, record: UserSettings, password: str) -> str:
    columns = {
        "user": user_name(role),
        "pass": password,
        "full_name": f"Conformance {role.value}",
        "user_level": record.level,
        "user_group": record.group,
        "active": record.active,
        "modify_inbound_dids": record.modify_dids,
        "delete_inbound_dids": record.delete_dids,
        "vdc_agent_api_access": record.api_access,
        "api_list_restrict": 0,
        "api_allowed_functions": f" {record.functions} ",
    }
    values = ", ".join(f"'{value}'" for value in columns.values())
    return f"INSERT INTO vicidial_users ({', '.join(columns)}) VALUES ({values});"


def _remove() -> Iterator[str]:
    yield "-- To remove it again:"
    names = ", ".join(f"'{user_name(role)}'" for role in RECORDS)
    yield f"-- DELETE FROM vicidial_users WHERE user IN ({names});"
    yield f"-- DELETE FROM vicidial_user_groups WHERE user_group = '{OTHER_GROUP}';"
    yield f"-- DELETE FROM vicidial_inbound_groups WHERE group_id = '{INGROUP}';"
    yield f"-- DELETE FROM vicidial_call_menu WHERE menu_id = '{CALL_MENU}';"
    yield f"-- DELETE FROM vicidial_inbound_dids WHERE did_pattern = '{HIDDEN_DID}';"


def target_file(url: str) -> str:
    """The target file that goes with the SQL. The server's own IP has to be filled in."""
    return "\n".join([*_target_head(url), *_target_roles(), *_target_entities(), ""])


def _target_head(url: str) -> Iterator[str]:
    yield directive(SchemaKind.TARGET)
    yield "# `vicidial-conformance schema target > target.schema.json` makes what editors complete this file from."
    yield f'url = "{url}"'
    yield "disposable = true"
    yield ""


def _target_roles() -> Iterator[str]:
    for role in RECORDS:
        yield f"[roles.{role.value}]"
        yield f'user = "{user_name(role)}"'
        yield 'password_env = "VICIDIAL_PASS"'
        yield ""


def _target_entities() -> Iterator[str]:
    yield "[entities]"
    yield f'ingroup = "{INGROUP}"'
    yield f'call_menu = "{CALL_MENU}"'
    yield f'hidden_did = "{HIDDEN_DID}"'
    yield '# server_ip = "10.10.10.15"   # SELECT server_ip FROM servers;'
