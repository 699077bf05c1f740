"""How to provide each role and entity that a target file can name: one way through the admin screens."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.cases.model import MADE_UP_ROLES, Entity, Need
from conformance.cases.roles import ROLES

ADVICE: Mapping[Need, str] = {
    **{role: permissions.advice for role, permissions in ROLES.items() if role not in MADE_UP_ROLES},
    Entity.INGROUP: "Inbound > In-Groups: the Group ID of any",
    Entity.CALL_MENU: "Inbound > Call Menus: the Menu ID of any (from API 2.14-140)",
    Entity.SERVER_IP: "Admin > Servers: the Server IP of any",
    Entity.HIDDEN_DID: "Inbound > DIDs: one whose Admin User Group the role other_group may not view",
    Entity.CAMPAIGN: "Campaigns: the Campaign ID of any, for lists of the run's own; it is not changed",
}
