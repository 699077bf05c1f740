"""What a run asks before its first case, and the one line that it ends with where the target is not ready."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.model import Level, Role
from conformance.contract.request import Request
from conformance.contract.settings import Build
from conformance.errors import ConformanceError, TargetUnreachable, UsageError
from conformance.exchange import Failure, Reply, Trouble
from conformance.run.known import Heard, told_build
from conformance.run.ledger import read_ledger
from conformance.run.preflight import SENTINEL, Preflight, sanity
from conformance.run.run import closing
from tests.safety.support import (
    GROUND,
    LOCK_LINE,
    LOGIN_LINE,
    PASSWORD,
    Script,
    html,
    planned,
    run_in_process,
    sending,
    serving,
)
from tests.support.rows import named

URL = "https://dialer.example/api.php"
VERSION = "VERSION: 2.14-202|BUILD: 250720-1841|DATE: x|EPOCH: 1|DST: 0|TZ: -5.00|TZNOW: -5.00|\n"
DID = GROUND.did(SENTINEL)
GONE = f"ERROR: update_did DID DOES NOT EXIST: |6666|{DID}\n"
ADDED = f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{DID}\n"
DELETED = f"SUCCESS: update_did DID HAS BEEN DELETED - 6666|{DID}|7\n"
NOT_PERMITTED = "ERROR: update_did USER DOES NOT HAVE PERMISSION TO DELETE DIDS: |6666|1\n"
THERE = "NOTICE: update_did NO UPDATES DEFINED: |6666|\n"


def asked_sanity(folder: Path, answer: Reply | Failure) -> Heard:
    sender = sending(folder, Script([answer]))
    try:
        return asyncio.run(sanity(sender, GROUND, URL))
    finally:
        sender.ledger.close()


def preflight(
    folder: Path, answers: Iterable[Reply | Failure | str], level: Level = Level.STANDARD, *, strict: bool = True
) -> list[Request]:
    """The requests of a preflight that is given these answers."""
    script = Script([html(answer) if isinstance(answer, str) else answer for answer in answers])
    sender = sending(folder, script, level)
    try:
        asyncio.run(Preflight(sender, GROUND, level, strict)())
    finally:
        sender.ledger.close()
    return script.requests


def test_the_version_is_read(tmp_path: Path) -> None:
    found = asked_sanity(tmp_path, html(VERSION))
    assert (found, told_build(found.line)) == (Heard(VERSION.rstrip()), Build(2, 14, 202))


def test_a_version_that_is_not_a_build_is_still_a_server(tmp_path: Path) -> None:
    found = asked_sanity(tmp_path, html("VERSION: trunk|\n"))
    assert (found, told_build(found.line)) == (Heard("VERSION: trunk|"), None)


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (html(f"\ufeff{VERSION}"), "it begins with a byte order mark"),
        (html(f"<html><body>{VERSION}</body></html>"), "it stands in HTML"),
        (html(f'{{"reply": "{VERSION.rstrip()}"}}'), "it stands in JSON"),
        (html(f"<br />\n<b>Warning</b>:  x in /a.php on line <b>1</b><br />\n{VERSION}"), "messages of PHP stand"),
        (html(f"PHP Notice:  x in /a.php on line 1\n{VERSION}"), "messages of PHP stand"),
        (html(f"\n{VERSION}"), "other text stands around it"),
        (html(VERSION, 500), "it has HTTP status 500"),
    ],
)
def test_a_version_line_within_something_else_is_a_server_with_a_fault(
    tmp_path: Path, answer: Reply | Failure, what: str
) -> None:
    found = asked_sanity(tmp_path, answer)
    assert (found.line, told_build(found.line)) == (VERSION.rstrip(), Build(2, 14, 202))
    assert found.fault.startswith(f"its reply to version is not a plain line: {what}")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (html("<!DOCTYPE html>\n<html>"), r"no VICIdial API answers there .*'<!DOCTYPE html> <html>'"),
        (html(""), "an empty body"),
        (html("oops", 500), "HTTP 500"),
        (html("SUCCESS\n"), "no VICIdial API answers there"),
        (Failure(Trouble.CONNECT, "connection refused"), "connection refused"),
        (Reply(200, "", "x"), "no content type"),
    ],
    ids=["a page", "nothing", "a 500", "another word", "no reply", "no content type"],
)
def test_what_is_no_vicidial_is_said_to_be_none(tmp_path: Path, answer: Reply | Failure, said: str) -> None:
    with pytest.raises(TargetUnreachable, match=rf"asked {URL}\?function=version: .*{said}"):
        asked_sanity(tmp_path, answer)


def test_what_a_server_says_instead_is_shown_without_a_password(tmp_path: Path) -> None:
    with pytest.raises(TargetUnreachable) as raised:
        asked_sanity(tmp_path, html(f"{'x' * 117} {PASSWORD} {PASSWORD}"))
    assert "12" not in str(raised.value).partition("got HTTP 200")[2]


def test_its_content_type_is_shown_without_a_password(tmp_path: Path) -> None:
    with pytest.raises(TargetUnreachable, match=r"got HTTP 200, text/\*\*\*, 'hello'"):
        asked_sanity(tmp_path, Reply(200, f"text/%3{PASSWORD[0]}234", "hello"))


def test_a_target_that_is_ready_is_asked_add_delete_and_whether_it_is_gone(tmp_path: Path) -> None:
    requests = preflight(tmp_path, [GONE, ADDED, DELETED, GONE])
    told = [request.query.partition("function=")[2] for request in requests]
    assert told == [
        f"update_did&did_pattern={DID}",
        f"add_did&did_pattern={DID}&active=N",
        f"update_did&did_pattern={DID}&delete_did=Y",
        f"update_did&did_pattern={DID}",
    ]


def test_what_preflight_added_and_deleted_is_not_left_in_the_ledger(tmp_path: Path) -> None:
    preflight(tmp_path, [GONE, ADDED, DELETED, GONE])
    assert read_ledger(tmp_path / "ledger.jsonl").open == {}


def test_level_probe_adds_nothing(tmp_path: Path) -> None:
    assert len(preflight(tmp_path, [GONE], Level.PROBE)) == 1


def test_without_an_admin_nothing_is_asked(tmp_path: Path) -> None:
    script = Script([html(GONE)])
    sender = sending(tmp_path, script)
    ground = replace(GROUND, logins={Role.LEVEL7: GROUND.logins[Role.LEVEL7]})
    asyncio.run(Preflight(sender, ground, Level.STANDARD, strict=True)())
    sender.ledger.close()
    assert script.requests == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (LOGIN_LINE, "user 6666: login refused: check the user, its password, Active, and User Level"),
        (LOCK_LINE, "user 6666: is locked after failed logins: try again in 15 minutes"),
        (
            "ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |6666|update_did|\n",
            "Allowed API Functions",
        ),
        ("ERROR: update_did USER DOES NOT HAVE PERMISSION TO UPDATE DIDS: |6666|0\n", '"Modify DIDs" and API access'),
        ("ERROR: NO FUNCTION SPECIFIED\n", "has no update_did"),
        (THERE, rf"a DID that begins with {GROUND.prefix} exists already: run again"),
    ],
    ids=["login", "locked", "function", "permission", "build", "numbers in use"],
)
def test_a_target_that_is_not_ready_is_a_usage_error_that_says_what_to_mend(
    tmp_path: Path, answer: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        preflight(tmp_path, [answer])


def test_no_reply_at_all_is_a_target_that_cannot_be_reached(tmp_path: Path) -> None:
    with pytest.raises(TargetUnreachable, match="preflight: slow"):
        preflight(tmp_path, [Failure(Trouble.TIMEOUT, "slow")])


@pytest.mark.parametrize("strict", [True, False])
def test_without_the_permission_to_delete_no_case_is_begun(tmp_path: Path, strict: bool) -> None:
    with pytest.raises(UsageError, match=rf'switch on "Delete DIDs" for it; {DID} is left behind'):
        preflight(tmp_path, [GONE, ADDED, NOT_PERMITTED, THERE], strict=strict)


def test_what_could_not_be_deleted_stays_in_the_ledger(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        preflight(tmp_path, [GONE, ADDED, NOT_PERMITTED, THERE])
    assert read_ledger(tmp_path / "ledger.jsonl").open == dict.fromkeys(named(DID), "preflight")


@pytest.mark.parametrize("after", [THERE, "", "SUCCESS\n", "<html>"])
def test_a_live_server_that_does_not_show_that_it_deleted_is_not_written_to(tmp_path: Path, after: str) -> None:
    with pytest.raises(UsageError, match=r"nothing shows that a DID could be deleted again .* use --level probe"):
        preflight(tmp_path, [GONE, ADDED, DELETED, after])


def test_a_disposable_server_may_show_it_in_its_cases(tmp_path: Path) -> None:
    assert len(preflight(tmp_path, [GONE, ADDED, DELETED, THERE], strict=False)) == 4


def test_a_line_about_it_has_no_part_of_a_password(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        preflight(tmp_path, [GONE, ADDED, DELETED, f"{'x' * 117} {PASSWORD}"])
    assert "12" not in str(raised.value).partition("a question then")[2].partition(")")[0]


def test_a_run_whose_preflight_is_refused_tries_to_remove_what_it_made(tmp_path: Path) -> None:
    with serving() as server:
        plan = planned(server.target, tmp_path / "run")
        run = run_in_process(server, plan, _LoseOne)
        before = server.rows()
        with pytest.raises(ConformanceError, match="preflight: slow"), closing(run):
            run.open()
        assert (server.rows(), run.sender.ledger.open) == (before, ())


class _LoseOne:
    """The reply to the first add is lost."""

    def __init__(self, send: object) -> None:
        self.send = send

    async def __call__(self, request: Request, lane: int) -> Reply | Failure:
        reply = await self.send(request, lane)  # type: ignore[operator]
        return Failure(Trouble.TIMEOUT, "slow") if "function=add_did" in request.query else reply
