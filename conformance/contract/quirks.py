"""Values in tables that follow rules of one function's own, each by the name that contract files use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.contract.call import Call
from conformance.contract.reply import Shape, Value
from conformance.contract.visible import column_of
from conformance.contract.world import Column, Row

DIALABLE = Shape(r"[0-9]*", "a number of leads")
UNKNOWN = Shape(r"[^\r\n]*", "any text")

SHORTEST_RING = 18
"""A caller code that rings is longer than so many characters."""

SHORTEST_CHANNEL = 5
"""A call that has been put through has a channel or a unique number of so many characters at least."""


class NotKnownError(Exception):
    """What is printed depends on what no world knows; the message says on what."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A value, None for a column that is left out of the row, and the deviation that shows in it.

    `fails` is the deviation of a database that may refuse the statement that asks for the value.
    """

    value: Value | None
    deviation: str | None = None
    fails: str | None = None


def dialable_count(call: Call, row: Row) -> Computed:
    """The leads that could be dialled now, where that does not hang on the clock (api/list_info#dialable-empty).

    None of a list that is switched off or has no lead in a status that is dialled; nothing, which is not 0, without
    such statuses or without the campaign.
    """
    state = call.state
    if not state.knows_all("lead") or not state.knows_all("campaign"):
        return Computed(DIALABLE)
    campaign = state.find("campaign", (str(row.columns.get("campaign_id")),), exact=False)
    statuses = str(campaign.columns.get("dial_statuses") or "").removesuffix("-").split() if campaign else []
    if campaign and campaign.columns.get("lead_filter_id") not in (None, "", "NONE"):
        return Computed(DIALABLE, fails="lead-filter-500")
    active = row.columns.get("active") == "Y"
    if not statuses and active:
        return Computed("")
    leads = [lead for lead in state.rows("lead") if str(lead.columns.get("list_id")) == row.key[0]]
    waiting = any(lead.columns.get("status") in statuses for lead in leads)
    return Computed("0" if statuses and not (active and waiting) else DIALABLE)


@dataclass(frozen=True)
class _Agent:
    """A logged-in agent and what belongs to it (api/agent_status#output)."""

    call: Call
    row: Row

    def held(self, column: str) -> str:
        value = column_of(self.call.contract.kinds["live_agent"], self.row, column)
        return "" if value is None else str(value)

    @property
    def lead_id(self) -> str:
        """The lead, or for one who is paused the lead that is previewed."""
        preview = self.held("preview_lead_id")
        return preview if self.held("status") == "PAUSED" and _is_some(preview) else self.held("lead_id")

    @property
    def lead(self) -> Row | None:
        return self.call.state.find("lead", (self.lead_id,), exact=False)

    @property
    def live_call(self) -> Row | None:
        return self.call.state.find("call", (self.held("callerid"),), exact=False)

    def others(self, kind: str, **columns: str) -> list[Row]:
        """The rows of a kind whose columns hold these values."""
        described = self.call.contract.kinds[kind]
        rows = self.call.state.rows(kind)
        return [r for r in rows if all(str(column_of(described, r, name)) == v for name, v in columns.items())]


def _is_some(number: str) -> bool:
    return number not in ("", "0")


_AGENT_KINDS = ("lead", "call", "live_agent", "parked_call", "chat", "chat_message")


def _of_agent(tell: Callable[[_Agent], Column]) -> Callable[[Call, Row], Computed]:
    """A rule about an agent; what nobody knows of the rows that it needs is any text."""

    def computed(call: Call, row: Row) -> Computed:
        if not all(map(call.state.knows_all, _AGENT_KINDS)):
            return Computed(UNKNOWN)
        told = tell(_Agent(call, row))
        return Computed("" if told is None else str(told))

    return computed


def _sub_status(agent: _Agent) -> str:
    """What an agent is doing besides its status: the last of these that applies."""
    if agent.held("status") == "INCALL":
        return _sub_status_in_call(agent)
    paused = agent.held("status") == "PAUSED"
    if paused and _is_some(agent.held("preview_lead_id")):
        return "PREVIEW"
    if paused and _is_some(agent.held("lead_id")):
        return "DISPO"
    rings = agent.held("on_hook_agent") == "Y" and len(agent.held("ring_callerid")) > SHORTEST_RING
    return "RING" if rings else ""


def _sub_status_in_call(agent: _Agent) -> str:
    if agent.others("parked_call", channel_group=agent.held("callerid")):
        return "PARK"
    on_lead = agent.others("live_agent", status="INCALL", lead_id=agent.held("lead_id"))
    shared = "3-WAY" if len(on_lead) > 1 else ""
    comments, live_call = agent.held("comments"), agent.live_call
    if comments == "EMAIL":
        return shared
    if comments == "CHAT":
        return "DEAD" if _customer_left(agent) else shared
    if live_call is None:
        return "DEAD"
    through = max(len(str(live_call.columns.get(name) or "")) for name in ("uniqueid", "channel"))
    return "DIAL" if comments == "MANUAL" and through < SHORTEST_CHANNEL else shared


def _customer_left(agent: _Agent) -> bool:
    chats = agent.others("chat", chat_creator=agent.held("user"), lead_id=agent.held("lead_id"))
    newest = max(chats, key=lambda chat: str(chat.columns.get("chat_start_time")), default=None)
    messages = agent.others("chat_message", chat_id=newest.key[0]) if newest else []
    return any("has left chat" in str(message.columns.get("message")) for message in messages)


def _phone_number(agent: _Agent) -> Column:
    """The live call's number, else the lead's."""
    held = agent.live_call or agent.lead
    return held.columns.get("phone_number") if held else None


def _vendor_lead_code(agent: _Agent) -> Column:
    return agent.lead.columns.get("vendor_lead_code") if agent.lead else None


def login_address(call: Call, row: Row) -> Computed:
    """The address of the last login; as servers have it of the last one over two days ago, else no column at all."""
    if not call.state.knows_all("user_log_entry"):
        raise NotKnownError("which logins are over two days old, and their addresses, only the server knows")
    agent = _Agent(call, row)
    if agent.others("user_log_entry", user=row.key[0], event="LOGIN"):
        raise NotKnownError("which of an agent's logins are over two days old depends on the clock")
    return Computed(None if call.shipped else "", "agent-address-of-old-login")


COMPUTED: Mapping[str, Callable[[Call, Row], Computed]] = {
    "dialable-count": dialable_count,
    "agent-lead": _of_agent(lambda agent: agent.lead_id),
    "agent-sub-status": _of_agent(_sub_status),
    "agent-phone-number": _of_agent(_phone_number),
    "agent-vendor-lead-code": _of_agent(_vendor_lead_code),
    "agent-login-address": login_address,
}
"""The rules by name."""
