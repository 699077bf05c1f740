"""How to provide each role and entity that a target file can name: one way through the admin screens."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.cases.model import Entity, Need, Role

ADVICE: Mapping[Need, str] = {
    Role.ADMIN: 'Admin > Users > the user: User Level 8 or 9, Active Y, "Modify DIDs", "Delete DIDs" and API access on',
    Role.LEVEL7: "Admin > Users > add a user: User Level 7, Active Y, the rest as for admin",
    Role.LEVEL6: "Admin > Users > add a user: as admin, but User Level 6; each use is a failed login",
    Role.NO_MODIFY_DIDS: 'Admin > Users > add a user: User Level 8, API access on, "Modify DIDs" off',
    Role.NO_DELETE_DIDS: 'Admin > Users > add a user: User Level 8, API access and "Modify DIDs" on, "Delete DIDs" off',
    Role.NO_API_ACCESS: 'Admin > Users > add a user: User Level 8, "Modify DIDs" on, "Agent API Access" off',
    Role.RESTRICTED_FUNCTIONS: 'Admin > Users > add a user: as admin, "API Allowed Functions" with version only',
    Role.RESTRICTED_NO_MODIFY_DIDS: 'Admin > Users > add a user: as restricted_functions, but "Modify DIDs" off',
    Role.INACTIVE: "Admin > Users > add a user: as admin, but Active N; each use is a failed login",
    Role.LOCKABLE: "Admin > Users > add a user: as admin, for nothing but being locked out at level full",
    Role.OTHER_GROUP: "Admin > User Groups: one that may view only itself; then a user in it, otherwise as admin",
    Entity.INGROUP: "Inbound > In-Groups: the Group ID of any",
    Entity.CALL_MENU: "Inbound > Call Menus: the Menu ID of any (from API 2.14-140)",
    Entity.SERVER_IP: "Admin > Servers: the Server IP of any",
    Entity.HIDDEN_DID: "Inbound > DIDs: one whose Admin User Group the role other_group may not view",
}
