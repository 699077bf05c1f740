"""The calls that the documentation prints as examples, with the run's own DIDs and the target's entities in them."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.cases.make import case
from conformance.cases.model import Case, Param, Step
from conformance.cases.steps import add, copy, setup, update
from conformance.contract.contract import Contract

SHORT = (Param("did_description", "Updated test API DID"), Param("active", "Y"))
"""The fields of the first example of add_did, which is that of update_did too."""

LONG = (
    Param("did_description", "Testing DID"),
    Param("active", "N"),
    Param("did_route", "EXTEN"),
    Param("record_call", "Y_QUEUESTOP"),
    Param("extension", "8300"),
    Param("exten_context", "notdefault"),
    Param("voicemail_ext", "8301"),
    Param("phone_extension", "55000"),
    Param("server_ip", "<server_ip>"),
    Param("group", "<ingroup>"),
    Param("filter_clean_cid_number", "R10"),
)
"""The fields of the second example of both functions."""


def cases(_: Contract) -> Iterator[Case]:
    """Each published example once."""
    yield _example("add_did", "first", add("+<did>", *SHORT))
    yield _example("add_did", "second", add("<did>", *LONG))
    yield _example("update_did", "first", setup(add("+<did>")), update("+<did>", *SHORT))
    yield _example("update_did", "second", setup(add("<did>")), update("<did>", *LONG))
    yield _example("copy_did", "first", setup(add("+<did>")), copy("+<did>", "+<did2>", SHORT[0]))
    yield _example("copy_did", "second", setup(add("<did>")), copy("<did>", "<did2>,<did3>,<did4>"))


def _example(function: str, which: str, *steps: Step) -> Case:
    clause = f"NON-AGENT_API.txt#{function}"
    return case(f"{function}/example/{which}", f"The {which} published example of {function}", clause, *steps)
