"""Life cycle: a DID from its creation to its end, and what must not happen twice (observed.md section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.cases.make import FIRST, case
from conformance.cases.model import Case, Level, Param, Role, Step
from conformance.cases.steps import OFF, TOO_SHORT, add, copy, delete, sent_by, setup, update
from conformance.contract.contract import Contract

CLAUSE, PERMISSIONS = "observed.md#5", "observed.md#6"


@dataclass(frozen=True, slots=True)
class Story:
    """A sequence of requests about the same DIDs."""

    id: str
    title: str
    steps: tuple[Step, ...]
    clause: str = CLAUSE
    level: Level = Level.STANDARD


def _text(value: str) -> Param:
    return Param("did_description", value)


_FULL = (
    _text("Every field at once"),
    OFF,
    Param("did_route", "EXTEN"),
    Param("record_call", "Y"),
    Param("extension", "8300"),
    Param("exten_context", "default"),
    Param("voicemail_ext", "8301"),
    Param("phone_extension", "55000"),
    Param("filter_clean_cid_number", "R10"),
    Param("call_handle_method", "CIDLOOKUP"),
    Param("agent_search_method", "LO"),
    Param("list_id", "1001"),
    Param("entry_list_id", "1002"),
    Param("campaign_id", "TESTCAMP"),
    Param("phone_code", "44"),
)
"""A valid value for every field that names nothing of the target."""

_DID = setup(add("<did>"))
_GROUP = (Param("did_route", "IN_GROUP"), Param("group", "<ingroup>"))

STORIES = (
    Story(FIRST, "A DID is added, and is there", (add("<did>"),)),
    Story("add_did/life-cycle/add-again", "A DID cannot be added twice", (_DID, add("<did>"))),
    Story(
        "add_did/life-cycle/add-other-case",
        "A DID cannot be added in the other letter case",
        (setup(add("<did>SALES")), add("<did>sales")),
    ),
    Story("add_did/life-cycle/add-with-plus", "A number with a plus is another DID", (_DID, add("+<did>"))),
    Story("add_did/life-cycle/add-longer", "A number that begins with another is another DID", (_DID, add("<did>5"))),
    Story("add_did/life-cycle/every-field", "A DID is added with every field at once", (add("<did>", *_FULL),)),
    Story("add_did/life-cycle/in-group", "A DID that leads to an in-group is added", (add("<did>", *_GROUP),)),
    Story(
        "add_did/life-cycle/call-menu",
        "A DID that leads to a call menu is added",
        (add("<did>", Param("did_route", "CALLMENU"), Param("menu_id", "<call_menu>")),),
    ),
    Story(
        "add_did/life-cycle/after-refusal",
        "A refused DID is not there, and can be added afterwards",
        (add("<did>", TOO_SHORT), update("<did>"), add("<did>")),
    ),
    Story(
        "add_did/life-cycle/after-delete",
        "A deleted DID can be added again",
        (_DID, setup(delete("<did>")), add("<did>")),
    ),
    Story(
        "add_did/life-cycle/after-copy",
        "A DID that a copy made cannot be added",
        (_DID, copy("<did>", "<did2>"), add("<did2>")),
    ),
    Story(
        "update_did/life-cycle/update",
        "A DID is updated",
        (_DID, update("<did>", _text("Updated description"))),
    ),
    Story("update_did/life-cycle/nothing", "An update without fields changes nothing", (_DID, update("<did>"))),
    Story(
        "update_did/life-cycle/missing",
        "A DID that does not exist cannot be updated",
        (update("<did>", OFF),),
        level=Level.PROBE,
    ),
    Story(
        "update_did/life-cycle/missing-nothing",
        "A DID that does not exist has no updates either",
        (update("<did>"),),
        level=Level.PROBE,
    ),
    Story(
        "update_did/life-cycle/same-value",
        "An update to the value that is there already is one",
        (_DID, update("<did>", OFF), update("<did>", OFF)),
    ),
    Story("update_did/life-cycle/every-field", "Every field is updated at once", (_DID, update("<did>", *_FULL))),
    Story("update_did/life-cycle/in-group", "A DID is led to an in-group", (_DID, update("<did>", *_GROUP))),
    Story(
        "update_did/life-cycle/other-case",
        "A DID is updated in the other letter case",
        (setup(add("<did>SALES")), update("<did>sales", OFF)),
    ),
    Story(
        "update_did/life-cycle/without-plus",
        "A number without its plus is another DID",
        (setup(add("+<did>")), update("<did>", OFF)),
    ),
    Story(
        "update_did/life-cycle/unknown-field",
        "A field that does not exist is no update",
        (_DID, update("<did>", Param("did_id", "1"))),
    ),
    Story(
        "update_did/life-cycle/copy",
        "A copy is updated, its source stays",
        (_DID, copy("<did>", "<did2>"), update("<did2>", _text("Updated copy")), update("<did>")),
    ),
    Story(
        "update_did/life-cycle/after-delete",
        "A deleted DID cannot be updated",
        (_DID, setup(delete("<did>")), update("<did>", OFF)),
    ),
    Story("update_did/delete_did/value-Y", "A DID is deleted", (_DID, delete("<did>"))),
    Story("update_did/delete_did/again", "A DID cannot be deleted twice", (_DID, delete("<did>"), delete("<did>"))),
    Story(
        "update_did/delete_did/missing",
        "A DID that does not exist cannot be deleted",
        (delete("<did>"),),
        level=Level.PROBE,
    ),
    Story("update_did/delete_did/value-N", "delete_did=N deletes nothing", (_DID, delete("<did>", "N"))),
    Story("update_did/delete_did/lower-case", "delete_did=y deletes nothing", (_DID, delete("<did>", "y"))),
    Story("update_did/delete_did/unknown", "delete_did=X deletes nothing", (_DID, delete("<did>", "X"))),
    Story("update_did/delete_did/continued", "delete_did=YES deletes nothing", (_DID, delete("<did>", "YES"))),
    Story("update_did/delete_did/padded", "delete_did with a space after its Y", (_DID, delete("<did>", "Y "))),
    Story("update_did/delete_did/empty", "An empty delete_did deletes nothing", (_DID, delete("<did>", ""))),
    Story(
        "update_did/delete_did/with-update",
        "delete_did=N lets an update pass",
        (_DID, update("<did>", OFF, Param("delete_did", "N"))),
    ),
    Story(
        "update_did/delete_did/with-bad-field",
        "delete_did=Y skips the checks of all other fields",
        (_DID, update("<did>", TOO_SHORT, Param("delete_did", "Y"))),
    ),
    Story(
        "update_did/delete_did/other-case",
        "A DID is deleted in the other letter case",
        (setup(add("<did>SALES")), delete("<did>sales")),
    ),
    Story(
        "update_did/delete_did/source",
        "A copy outlives its source",
        (_DID, copy("<did>", "<did2>"), delete("<did>"), update("<did2>")),
    ),
    Story(
        "add_did/life-cycle/delete-did-ignored",
        "add_did knows no delete_did",
        (_DID, add("<did>", Param("delete_did", "Y"))),
    ),
    Story("copy_did/life-cycle/copy", "A DID is copied", (_DID, copy("<did>", "<did2>"))),
    Story(
        "copy_did/life-cycle/again",
        "A copy cannot be made twice",
        (_DID, copy("<did>", "<did2>"), copy("<did>", "<did2>")),
    ),
    Story(
        "copy_did/life-cycle/copy-of-copy",
        "A copy is copied",
        (_DID, copy("<did>", "<did2>"), copy("<did2>", "<did3>")),
    ),
    Story(
        "copy_did/life-cycle/back",
        "A copy cannot be copied onto its source",
        (_DID, copy("<did>", "<did2>"), copy("<did2>", "<did>")),
    ),
    Story(
        "copy_did/life-cycle/from-deleted",
        "A deleted DID cannot be copied",
        (_DID, setup(delete("<did>")), copy("<did>", "<did2>")),
    ),
    Story(
        "copy_did/life-cycle/onto-deleted",
        "A DID is copied onto the number of a deleted one",
        (_DID, setup(add("<did2>")), setup(delete("<did2>")), copy("<did>", "<did2>")),
    ),
    Story(
        "copy_did/life-cycle/new-ids",
        "A DID that is deleted and copied anew has a did_id each time",
        (_DID, copy("<did>", "<did2>"), delete("<did2>"), copy("<did>", "<did2>"), delete("<did2>")),
    ),
)


HIDDEN = (
    Story(
        "add_did/role/other-group",
        "add_did by a user who may not view all user groups",
        (sent_by(Role.OTHER_GROUP, add("<did>")),),
        clause=PERMISSIONS,
    ),
    Story(
        "update_did/role/other-group",
        "A DID of a hidden user group does not exist for update_did",
        (sent_by(Role.OTHER_GROUP, update("<hidden_did>")),),
        clause=PERMISSIONS,
        level=Level.PROBE,
    ),
    Story(
        "copy_did/role/other-group",
        "A DID of a hidden user group does not exist for copy_did",
        (sent_by(Role.OTHER_GROUP, copy("<hidden_did>", "<did>", TOO_SHORT)),),
        clause=PERMISSIONS,
        level=Level.PROBE,
    ),
)
"""What a user who may not view a DID's group is answered about it; nothing here can change that DID."""


def told(story: Story) -> Case:
    """A story as a case."""
    return case(story.id, story.title, story.clause, *story.steps, level=story.level)


def cases(_: Contract) -> Iterator[Case]:
    """Every story, as a case."""
    for story in STORIES:
        yield told(story)
