"""Roles as permissions: what a user of each role may do, in whose words, and how to make such a user.

A user has every setting that a function asks for, but those that its role is `without`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.cases.model import Role
from conformance.contract.contract import Contract
from conformance.contract.world import User

VERSION_ONLY = frozenset({"version"})


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a role may do: settings it is `without`, its level, and the rest as of `User`. No `functions` means all.

    `who` says it in words for a title, `advice` how to make such a user on the admin screens; `group_of_its_own` is
    whether the user is in a group that sees nothing but itself, `no_campaigns` in one that is allowed no campaign.
    """

    who: str
    advice: str
    without: frozenset[str] = frozenset()
    level: int = 8
    active: bool = True
    api_access: bool = True
    functions: frozenset[str] | None = None
    group_of_its_own: bool = False
    no_campaigns: bool = False
    lists_restricted: bool = False


_USERS = "Admin > Users > add a user"


def _without(title: str, *settings: str) -> Permissions:
    named = " and ".join(f'"{name}"' for name in title.split(" and "))
    return Permissions(f"a user without {title}", f"{_USERS}: as admin, but {named} off", frozenset(settings))


ROLES: Mapping[Role, Permissions] = {
    Role.ADMIN: Permissions(
        "a user with every permission",
        'Admin > Users > the user: User Level 8 or 9, Active Y, "Modify DIDs", "Delete DIDs" and API access on',
        level=9,
    ),
    Role.LEVEL7: Permissions("a user of level 7", f"{_USERS}: User Level 7, Active Y, the rest as for admin", level=7),
    Role.LEVEL6: Permissions(
        "a user of level 6", f"{_USERS}: as admin, but User Level 6; each use is a failed login", level=6
    ),
    Role.NO_MODIFY_DIDS: Permissions(
        "a user without Modify DIDs",
        f'{_USERS}: User Level 8, API access on, "Modify DIDs" off',
        frozenset({"modify_dids", "delete_dids"}),
    ),
    Role.NO_DELETE_DIDS: Permissions(
        "a user without Delete DIDs",
        f'{_USERS}: User Level 8, API access and "Modify DIDs" on, "Delete DIDs" off',
        frozenset({"delete_dids"}),
    ),
    Role.NO_API_ACCESS: Permissions(
        "a user without API access",
        f'{_USERS}: User Level 8, "Modify DIDs" on, "Agent API Access" off',
        api_access=False,
    ),
    Role.RESTRICTED_FUNCTIONS: Permissions(
        "a user whose list of functions is version only",
        f'{_USERS}: as admin, "API Allowed Functions" with version only',
        functions=VERSION_ONLY,
    ),
    Role.RESTRICTED_NO_MODIFY_DIDS: Permissions(
        "a user without Modify DIDs whose list of functions is version only",
        f'{_USERS}: as restricted_functions, but "Modify DIDs" off',
        frozenset({"modify_dids", "delete_dids"}),
        functions=VERSION_ONLY,
    ),
    Role.INACTIVE: Permissions(
        "a user who is not active", f"{_USERS}: as admin, but Active N; each use is a failed login", active=False
    ),
    Role.LOCKABLE: Permissions(
        "a user for locking out", f"{_USERS}: as admin, for nothing but being locked out at level full"
    ),
    Role.OTHER_GROUP: Permissions(
        "a user who may not view all user groups",
        "Admin > User Groups: one that may view only itself; then a user in it, otherwise as admin",
        group_of_its_own=True,
    ),
    Role.NO_VIEW_REPORTS: _without("View Reports", "view_reports"),
    Role.NO_MODIFY_LISTS: _without("Modify Lists", "modify_lists"),
    Role.NO_DELETE_LISTS: _without("Delete Lists", "delete_lists"),
    Role.NO_DELETE_FROM_DNC: _without("Delete From DNC Lists", "delete_from_dnc"),
    Role.NO_CUSTOM_FIELDS: _without("Custom Fields Modify", "custom_fields_modify"),
    Role.NO_MODIFY_LEADS: _without("Modify Leads", "modify_leads"),
    Role.NO_CAMPAIGNS: Permissions(
        "a user whose group is allowed no campaign",
        "Admin > User Groups: one without any of the Allowed Campaigns; then a user in it, otherwise as admin",
        no_campaigns=True,
    ),
    Role.RESTRICTED_LISTS: Permissions(
        "a user with API List Restrict, whose group is allowed no campaign",
        'Admin > Users > add a user: as no_campaigns, but "API List Restrict" on',
        no_campaigns=True,
        lists_restricted=True,
    ),
    Role.UNKNOWN: Permissions("a user who does not exist", ""),
    Role.NOBODY: Permissions("no user at all", ""),
}
"""Every role."""

ADMINS_OWN = frozenset({"modify_dids", "delete_dids"})
"""The settings that every admin of a target file has; of any other one nobody knows."""


def user_of(role: Role, name: str, password: str, contract: Contract) -> User:
    """The user of a role, as far as its role tells."""
    may = ROLES[role]
    none: frozenset[str] = frozenset()
    return User(
        name,
        password,
        level=may.level,
        active=may.active,
        api_access=may.api_access,
        grants=contract.settings - may.without,
        functions=may.functions,
        groups=none if may.group_of_its_own else None,
        campaigns=none if may.no_campaigns else None,
        lists_restricted=may.lists_restricted,
    )
