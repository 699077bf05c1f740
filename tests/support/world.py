"""The state before each recorded scenario, as fixtures/recordings/README.md gives it."""

from itertools import product

from conformance.contract.settings import ServerSettings, SqlErrors, SqlMode
from conformance.contract.world import Column, User, World
from tests.support.recordings import Scenario
from tests.support.rows import DID, did, referred

DIDS = frozenset({"modify_dids", "delete_dids"})
OTHERS = frozenset({"view_reports", "modify_lists", "modify_users", "modify_leads"})
"""What 6666 may call besides: the recording of the whole API shows it, and shows that no other user may."""

USERS = {
    user.name: user
    for user in (
        User("6666", "1234", 9, grants=DIDS | OTHERS),
        User("8000", "1234", 8, grants=DIDS),
        User("7001", "1234", 7, grants=DIDS),
        User("8001", "1234", 8),
        User("8002", "1234", 8, api_access=False, grants=DIDS),
        User("8003", "1234", 8, grants=DIDS, functions=frozenset({"version"})),
        User("8004", "1234", 8, active=False, grants=DIDS),
        User("8005", "1234", 8, grants=frozenset({"modify_dids"})),
        User("8008", "1234", 8, grants=DIDS, groups=frozenset({"OTHER"})),
        User("1001", "1234", 1),
    )
}

REFERRED_TO = {
    "ingroup": referred("ingroup", "TEST_IN2", "AGENTDIRECT", "AGENTDIRECT_CHAT"),
    "call_menu": referred("call_menu", "test_menu", "defaultlog", "default---agent", "2FA_say_auth_code"),
    "server_ip": referred("server_ip", "10.10.10.15", "192.168.198.5"),
}
"""Rows that DIDs can refer to, by kind and number."""

DEFAULTS: dict[str, Column] = {
    "did_description": None,
    "did_active": "Y",
    "did_route": "EXTEN",
    "record_call": "N",
    "extension": "9998811112",
    "exten_context": "default",
    "voicemail_ext": None,
    "phone": None,
    "server_ip": None,
    "group_id": None,
    "menu_id": "",
    "filter_clean_cid_number": "",
    "call_handle_method": "CID",
    "agent_search_method": "LB",
    "list_id": 999,
    "entry_list_id": 0,
    "campaign_id": None,
    "phone_code": "1",
}
"""Columns of a DID that nothing was said about (facts of the README and docs/observed.md section 4)."""

MASTER: dict[str, Column] = {
    "did_description": "Block one master",
    "did_route": "IN_GROUP",
    "group_id": "TEST_IN2",
    "record_call": "Y",
    "extension": "8300",
    "campaign_id": "",
    "voicemail_ext": "8301",
}

RECORDED_DIDS = {
    1: did(1, "default", DEFAULTS | {"did_description": "Default DID"}),
    2: did(2, "7275551114", DEFAULTS | MASTER),
    3: did(3, "+17275550100", DEFAULTS | {"did_description": "Plus master", "extension": "8300"}),
}
MORE_DIDS = RECORDED_DIDS | {
    4: did(4, "7275551199", DEFAULTS | {"did_description": "Of the admins"}, "ADMIN"),
    5: did(5, "7275551188", DEFAULTS | {"did_description": "Of the others"}, "OTHER"),
}


def recorded_world(settings: ServerSettings | None = None, *, more: bool = False) -> World:
    """The world before a scenario, or before one `more` of the DID functions; the next DID gets the next did_id."""
    dids = MORE_DIDS if more else RECORDED_DIDS
    return World(settings or ServerSettings(), USERS, {**REFERRED_TO, DID: dids}, {DID: len(dids) + 1})


def world_of(scenario: Scenario) -> World:
    """The world before a recorded scenario."""
    return recorded_world(scenario.settings, more=scenario.is_more)


def hypotheses(settings: ServerSettings, *, more: bool = False) -> list[World]:
    """The same world under every setting: a server of which only the build is known."""
    choices = product(SqlMode, (False, True), SqlErrors)
    return [recorded_world(ServerSettings(settings.build, *choice), more=more) for choice in choices]
