"""Servers that lose replies, are late, refuse deletions or answer nonsense: what is left is said, or nothing is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.edges.troubled import Answer, Server, gateway, late, lost, reset, saying, troubled
from tests.front.conftest import Cli

pytestmark = pytest.mark.untraced

FINDING = Path(__file__).parents[2] / "fixtures" / "findings" / "subtle-form-longest.json"
ONLY = ("--only", "add_did/life-cycle/*")
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "{url}", "--user", "6666", *ONLY, "--report", "r"),
    "fuzz": ("fuzz", "{url}", "--user", "6666", "--budget", "60", "--report", "r"),
    "identify": ("identify", "{url}", "--user", "6666", "--report", "r"),
    "replay": ("replay", "{finding}", "--url", "{url}", "--user", "6666"),
}
PATIENCE = ("--timeout", "0.4", "--settling", "1.2")
LATE = 0.8

Meet = Callable[[int, str], Answer | None]


def the_first(answer: Answer, *parts: str) -> Meet:
    """The first request whose query has these parts gets that answer."""
    met: list[int] = []

    def meet(number: int, query: str) -> Answer | None:
        if met or not all(part in query for part in parts):
            return None
        met.append(number)
        return answer

    return meet


def every(answer: Answer, *parts: str) -> Meet:
    return lambda number, query: answer if all(part in query for part in parts) else None


NO_PERMISSION = saying(200, b"ERROR: update_did USER DOES NOT HAVE PERMISSION TO DELETE DIDS: |6666|0|\n", does=False)
ADD, DELETE, ASK = ("function=add_did",), ("delete_did=Y",), ("function=update_did",)


@dataclass(frozen=True)
class Row:
    """A server, the exit code of each command there, what the last lines say, and whether DIDs are left.

    A code of None is any but 4: it depends on what the command asks after it.
    """

    server: Callable[[], Meet]
    code: int | None
    said: str = ""
    left: bool = False


NO_REPLY = "no complete reply"
BROKEN = "connection broke off"
ROWS: dict[str, Row] = {
    "the first add is carried out after its time-out": Row(lambda: the_first(late(LATE), *ADD), 3, NO_REPLY),
    "the first add is carried out after a gateway gave up": Row(lambda: the_first(gateway(LATE), *ADD), None),
    "the reply to the first add is lost": Row(lambda: the_first(lost, *ADD), 3, "no whole HTTP reply"),
    "the first add is lost": Row(lambda: the_first(reset, *ADD), 3, "no whole HTTP reply"),
    "the first add does its work and answers 500": Row(lambda: the_first(saying(500, does=True), *ADD), None),
    "the first deletion is late": Row(lambda: the_first(late(LATE), *DELETE), 3, NO_REPLY),
    "the reply to the first deletion is lost": Row(lambda: the_first(lost, *DELETE), 3, "no whole HTTP reply"),
    "deletions do their work and answer 500": Row(lambda: every(saying(500, does=True), *DELETE), None),
    "deletions are refused": Row(lambda: every(NO_PERMISSION, *DELETE), 4, 'switch on "Delete DIDs"', left=True),
    "deletions answer 500 and do nothing": Row(lambda: every(saying(500, does=False), *DELETE), 4, left=True),
    "deletions answer SUCCESS and do nothing": Row(
        lambda: every(saying(200, b"SUCCESS: update_did DID HAS BEEN DELETED - 6666|9|9\n", does=False), *DELETE),
        4,
        "nothing shows that a DID could be deleted",
        left=True,
    ),
    "nothing is answered": Row(lambda: every(reset), 3, "no whole HTTP reply"),
    "everything is late": Row(lambda: every(late(LATE)), 3, NO_REPLY),
    "everything leads elsewhere": Row(
        lambda: every(saying(302, headers=[(b"location", b"/login?pass=1234")], does=False)), 3, "redirected to"
    ),
    "every reply is 2 MB": Row(lambda: every(saying(200, b"x" * 2_000_000, does=False)), 3, "larger than"),
    "questions are lost": Row(lambda: every(lost, *ASK), 3, "no whole HTTP reply"),
}


def started(command: Cli, name: str, server: Server, *more: str, **how: object) -> tuple[int, str]:
    words = [word.format(url=server.url, finding=FINDING) for word in (*COMMANDS[name], *more)]
    ended = command(*words, **how)
    return ended.code, ended.out + ended.err


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("row", ROWS)
def test_whatever_a_server_does_what_is_left_is_said(row: str, name: str, command: Cli) -> None:
    wanted = ROWS[row]
    with troubled(wanted.server()) as server:
        before = server.rows
        code, said = started(command, name, server, *PATIENCE)
        rows = [pattern for pattern in server.rows if pattern not in before]

    assert code == wanted.code if wanted.code is not None else code != 4
    assert wanted.said in " ".join(said.split())
    assert bool(rows) is wanted.left
    assert all(row in said for row in rows)
    assert ("vicidial-conformance cleanup" in said) is wanted.left
    assert "1234" not in said.replace("99912", "")
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["run", "fuzz"])
def test_what_preflight_left_is_in_the_report(name: str, command: Cli) -> None:
    with troubled(every(NO_PERMISSION, *DELETE)) as server:
        started(command, name, server, *PATIENCE)
        assert json.loads(Path("r/report.json").read_text())["left"] == server.ours


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_left_can_be_removed_by_the_line_that_is_printed(name: str, command: Cli) -> None:
    refused = [True]
    with troubled(lambda number, query: NO_PERMISSION if refused[0] and "delete_did=Y" in query else None) as server:
        _, said = started(command, name, server, *PATIENCE)
        assert server.ours
        refused.clear()
        refused.append(False)
        folder = said.split("vicidial-conformance cleanup ")[-1].partition("`")[0]
        ended = command("cleanup", folder, "--settling", "0.2")
        assert (ended.code, server.ours) == (0, [])


@pytest.mark.parametrize(
    ("name", "code"),
    [("run", 0), ("identify", 0), ("fuzz", 2), ("replay", 2)],
    ids=["run", "identify", "fuzz", "replay"],
)
def test_nothing_is_written_on_this_machine_either_unless_it_is_allowed(name: str, code: int, command: Cli) -> None:
    asked: list[str] = []
    with troubled(lambda number, query: asked.append(query)) as server:
        words = ("--only", "version/*") if name == "run" else ()
        got, said = started(command, name, server, *words, freely=False)
    assert got == code
    assert code == 0 or "--allow-writes" in said
    assert not [query for query in asked if "delete_did" in query]
