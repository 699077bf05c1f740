"""SQL that makes the test users and entities on a disposable server, and the target file that goes with it.

Pure text: nothing is sent anywhere. Column names are those of VICIdial's own schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from conformance.cases.model import MADE_UP_ROLES, Role
from conformance.cases.roles import ROLES, Permissions
from conformance.contract.contract import Contract
from conformance.schemas import SchemaKind, directive

PREFIX = "vctest"
"""What every user name and entity begins with, so that they can be told and removed."""

PASSWORD_PLACEHOLDER = "CHANGE_ME"  # noqa: S105 - to be replaced by whoever runs the SQL

INGROUP = "VCTESTIN"
CALL_MENU = "vctest_menu"
CAMPAIGN = "VCTESTC"
FILTER_GROUP = "VCTESTFPG"
SCRIPT = "VCTESTSCR"
CALL_TIME = "9am-9pm"
"""A call time that every install has."""

OTHER_GROUP = "VCTESTGRP"
NO_CAMPAIGNS_GROUP = "VCTESTNOC"
HIDDEN_DID = "9990000000"

GROUPS: Mapping[str, tuple[str, str]] = {
    OTHER_GROUP: (" -ALL-CAMPAIGNS- - -", f" {OTHER_GROUP} "),
    NO_CAMPAIGNS_GROUP: (" -", " ---ALL--- "),
}
"""The user groups that are made: the campaigns that each is allowed, and the groups that it may view."""

COLUMNS: Mapping[str, str] = {"modify_dids": "modify_inbound_dids", "delete_dids": "delete_inbound_dids"}
"""The columns of VICIdial's users that have other names than the settings have here."""

_FIRST = (
    *(Role.ADMIN, Role.LEVEL7, Role.NO_MODIFY_DIDS, Role.NO_DELETE_DIDS, Role.NO_API_ACCESS),
    *(Role.RESTRICTED_FUNCTIONS, Role.INACTIVE, Role.LOCKABLE, Role.OTHER_GROUP, Role.LEVEL6),
    Role.RESTRICTED_NO_MODIFY_DIDS,
)
"""The roles whose users have the first numbers, which stay theirs."""

PROVISIONED = tuple(dict.fromkeys((*_FIRST, *(role for role in Role if role not in MADE_UP_ROLES))))
"""The roles in the order of their users' numbers: all that a target file can have."""


def user_name(role: Role) -> str:
    """The name of the test user for a role: VICIdial's are 20 characters at the most."""
    return f"{PREFIX}{PROVISIONED.index(role)}"


def settings(contract: Contract) -> list[str]:
    """The settings of users; one with the name of a function stands for what it asks for, which is not known."""
    return sorted(contract.settings - contract.functions.keys())


def sql(contract: Contract, password: str = PASSWORD_PLACEHOLDER) -> str:
    """Statements for MariaDB that make all of it, and below them, commented out, those that remove it again."""
    return "\n".join([*_header(), *_make(settings(contract), password), "", *_remove(), ""])


def _header() -> Iterator[str]:
    yield "-- Test users and entities for vicidial-conformance. For a disposable server only."
    yield f"-- Replace {PASSWORD_PLACEHOLDER} by a password of letters and digits, and put it into VICIDIAL_PASS."
    yield "-- A server that encrypts passwords (system setting) needs them set on the admin screen instead."
    yield ""


def _make(settings: Sequence[str], password: str) -> Iterator[str]:
    for group, (campaigns, viewable) in GROUPS.items():
        yield (
            "INSERT INTO vicidial_user_groups (user_group, group_name, allowed_campaigns, admin_viewable_groups) "
            f"VALUES ('{group}', 'Conformance test', '{campaigns}', '{viewable}');"
        )
    for role in PROVISIONED:
        yield _user(role, ROLES[role], settings, password)
    yield f"INSERT INTO vicidial_inbound_groups (group_id, group_name, active) VALUES ('{INGROUP}', 'Test', 'Y');"
    yield f"INSERT INTO vicidial_call_menu (menu_id, menu_name) VALUES ('{CALL_MENU}', 'Conformance test');"
    yield (
        "INSERT INTO vicidial_campaigns (campaign_id, campaign_name, active) "
        f"VALUES ('{CAMPAIGN}', 'Conformance test', 'N');"
    )
    yield (
        "INSERT INTO vicidial_filter_phone_groups (filter_phone_group_id, filter_phone_group_name) "
        f"VALUES ('{FILTER_GROUP}', 'Conformance test');"
    )
    yield f"INSERT INTO vicidial_scripts (script_id, script_name) VALUES ('{SCRIPT}', 'Conformance test');"
    yield (
        "INSERT INTO vicidial_inbound_dids (did_pattern, did_description, did_active, user_group) "
        f"VALUES ('{HIDDEN_DID}', 'Conformance hidden', 'N', 'ADMIN');"
    )


def _user(role: Role, may: Permissions, settings: Sequence[str], password: str) -> str:
    columns = {
        "user": user_name(role),
        "pass": password,
        "full_name": f"Conformance {role.value}",
        "user_level": may.level,
        "user_group": _group(may),
        "active": "Y" if may.active else "N",
        **{COLUMNS.get(name, name): int(name not in may.without) for name in settings},
        "vdc_agent_api_access": int(may.api_access),
        "api_list_restrict": int(may.lists_restricted),
        "api_allowed_functions": f" {' '.join(sorted(may.functions or {'ALL_FUNCTIONS'}))} ",
    }
    values = ", ".join(f"'{value}'" for value in columns.values())
    return f"INSERT INTO vicidial_users ({', '.join(columns)}) VALUES ({values});"


def _group(may: Permissions) -> str:
    if may.group_of_its_own:
        return OTHER_GROUP
    return NO_CAMPAIGNS_GROUP if may.no_campaigns else "ADMIN"


def _remove() -> Iterator[str]:
    yield "-- To remove it again:"
    names = ", ".join(f"'{user_name(role)}'" for role in PROVISIONED)
    yield f"-- DELETE FROM vicidial_users WHERE user IN ({names});"
    groups = ", ".join(f"'{group}'" for group in GROUPS)
    yield f"-- DELETE FROM vicidial_user_groups WHERE user_group IN ({groups});"
    yield f"-- DELETE FROM vicidial_inbound_groups WHERE group_id = '{INGROUP}';"
    yield f"-- DELETE FROM vicidial_call_menu WHERE menu_id = '{CALL_MENU}';"
    yield f"-- DELETE FROM vicidial_campaigns WHERE campaign_id = '{CAMPAIGN}';"
    yield f"-- DELETE FROM vicidial_filter_phone_groups WHERE filter_phone_group_id = '{FILTER_GROUP}';"
    yield f"-- DELETE FROM vicidial_scripts WHERE script_id = '{SCRIPT}';"
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
    for role in PROVISIONED:
        yield f"[roles.{role.value}]"
        yield f'user = "{user_name(role)}"'
        yield 'password_env = "VICIDIAL_PASS"'
        yield ""


def _target_entities() -> Iterator[str]:
    yield "[entities]"
    yield f'ingroup = "{INGROUP}"'
    yield f'call_menu = "{CALL_MENU}"'
    yield f'campaign = "{CAMPAIGN}"'
    yield f'filter_phone_group = "{FILTER_GROUP}"'
    yield f'script = "{SCRIPT}"'
    yield f'call_time = "{CALL_TIME}"'
    yield f'hidden_did = "{HIDDEN_DID}"'
    yield '# server_ip = "10.10.10.15"   # SELECT server_ip FROM servers;'
