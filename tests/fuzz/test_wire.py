"""Byte-level fuzzing: what is generated, what an honest server makes of it, and that each defect is seen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from conformance.cases.expand import requests, world
from conformance.cases.model import Case, Level, Purpose, Step
from conformance.contract.settings import ServerSettings
from conformance.exchange import Exchange, Failure, Reply
from conformance.fuzz.wire import LONGEST, case, line_limit, messages
from conformance.run import wire
from conformance.run.guard import Guard
from conformance.run.run import Run
from conformance.run.transport import Transport
from conformance.verdict.judge import CONTENT_TYPE, judge
from conformance.verdict.model import Deviates, Expect, Fail, Pass, Verdict
from tests.safety.support import CONTRACT, GROUND, planned, serving
from tests.support.listening import listening
from tests.support.rows import named

NUMBER = 300
LIMIT = 8190
EVERY_SETTING = (ServerSettings(), ServerSettings(non_latin=True))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.25)


@cache
def generated(limit: int = LIMIT) -> tuple[Case, ...]:
    found: list[Case] = []

    @seed(1)
    @settings(
        max_examples=NUMBER,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(messages(limit))
    def collect(made: Case) -> None:
        found.append(made)

    collect()
    return tuple(found)


def bytes_of(made: Case) -> str:
    return made.steps[0].wire or ""


def test_messages_are_many_and_different() -> None:
    assert len({bytes_of(made) for made in generated()}) > NUMBER / 2


@pytest.mark.parametrize(
    "pattern",
    [
        r"%(?![0-9A-Fa-f]{2})",
        r"%C0%AF",
        r"^\S+ \S*[\x80-\xff]",
        r"^[^\r\n]*[\x00-\x08]",
        r"^GET http://",
        r"^\S+ (\*|<host>) ",
        r"^\S+ \S*#",
        r"^(get|post|head|Get) ",
        r"^(PROPFIND|TRACE|CONNECT) ",
        r"^ ",
        r"HTTP/(0\.9|1\.2|2\.0)",
        r"^[^\r\n]{8190}\r",
        r"\r\nX: x{1000}",
        r"(\r\nX: x){50}",
        r"Host: .*\r\n(.*\r\n)*Host: ",
        r"Content-Length: .*\r\n(.*\r\n)*Content-Length: ",
        r"Content-Length: .*\r\n(.*\r\n)*Transfer-Encoding: ",
        r"Content-Length: -1",
        r"\r\n folded",
        r"nocolon",
        r"[^\r]\n",
        r"\r[^\n]",
        r"boundary=other",
        r"chunked\r\n(.*\r\n)*\r\n(zz|-1|f{20}|)\r\n",
        r"application/json",
        r"Content-Encoding: gzip",
    ],
)
def test_everything_that_may_be_wrong_with_a_message_is_tried(pattern: str) -> None:
    assert any(re.search(pattern, bytes_of(made)) for made in generated())


def test_lengths_around_the_limit_are_tried_if_it_is_known() -> None:
    def lengths(limit: int) -> set[int]:
        return {len(bytes_of(made).partition("\r\n")[0]) for made in generated(limit)}

    assert {LIMIT - 1, LIMIT, LIMIT + 1} <= lengths(LIMIT)
    assert max(lengths(0)) < 2000


def test_each_case_ends_with_a_question_that_must_be_answered() -> None:
    for made in generated():
        last = made.steps[-1]
        assert (last.function, last.wire, last.purpose) == ("version", None, Purpose.EFFECT)
        assert made.function == "wire"


def test_a_message_that_names_a_did_needs_to_be_allowed_to_write_and_asks_for_it_afterwards() -> None:
    naming = [made for made in generated() if "did_pattern" in bytes_of(made)]
    assert naming
    for made in generated():
        assert (made.level is Level.STANDARD) == (made in naming)
        assert ("update_did" in [step.function for step in made.steps]) == (made in naming)


def test_nobody_logs_in_and_nothing_is_refused_by_the_guard() -> None:
    guard = Guard(CONTRACT, GROUND, Level.STANDARD, EVERY_SETTING)
    for made in generated():
        first, *_ = requests(made, GROUND, 7)
        assert guard.rule(first) <= named(GROUND.did(7))


def test_a_message_survives_being_saved() -> None:
    for made in generated():
        assert msgspec.json.decode(msgspec.json.encode(made.steps), type=tuple[Step, ...]) == made.steps


def test_an_honest_server_passes_and_is_as_it_was_before(tmp_path: Path) -> None:
    with serving() as server:
        before = server.rows()
        run = Run(planned(server.target, tmp_path / "run"))
        run.open()
        try:
            numbered = list(enumerate(generated()))
            records = [
                record
                for start in range(0, NUMBER, 25)
                for record in run.once([(made, number) for number, made in numbered[start : start + 25]])
            ]
        finally:
            facts = run.close()
        wrong = [record.result.verdict for record in records if not isinstance(record.result.verdict, Pass | Deviates)]
        answers = {record.exchanges[0].status for record in records}
        assert (wrong, run.stopped, facts.left, facts.silent) == ([], None, (), None)
        assert {200, 400, 404, None} <= answers
        assert server.rows() == before
        assert all(server.failed_logins(login.user) == 0 for login in server.target.logins.values())


# Each invariant, with a server that breaks it when it gets bytes and is honest otherwise.

VERSION = (
    "VERSION: 2.14-202|BUILD: 250720-1841|DATE: 2026-11-21 19:06:14|EPOCH: 1795287974|DST: 0|TZ: -5.00|TZNOW: -5.00|\n"
)
MESSAGE = "GET <path>?function=version&pass=nosuchpassword HTTP/1.1\r\nHost: <host>\r\n\r\n"
OURS = b"User-Agent: vicidial-conformance"


def http(body: str, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\nConnection: close"
    return f"{head}\r\n\r\n{body}".encode()


def verdict_on(answer: bytes | None, *, dies: bool = False, message: str = MESSAGE) -> Verdict:
    """What becomes of a message that a server answers so; None is silence. It `dies` of it if told so."""
    dead = False

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal dead
        head = await reader.readuntil(b"\r\n\r\n")
        if OURS in head and not dead:
            writer.write(http(VERSION))
        elif OURS not in head:
            dead = dies
            writer.write(answer or b"")

    async def run() -> list[Exchange]:
        async with listening(handler) as port, Transport(f"http://127.0.0.1:{port}/a", 1, 5) as transport:
            asked = requests(case(message), GROUND, 0)
            return [Exchange(request, await transport.send(request, 0)) for request in asked]

    return judge(CONTRACT, [world(CONTRACT, GROUND, ServerSettings())], asyncio.run(run()), Expect.EITHER).verdict


@pytest.mark.parametrize(
    "answer",
    [http(VERSION), http("no", "400 Bad Request"), http("", "501 Not Implemented"), http("", "505 No"), b"", None],
    ids=["an answer", "400", "501", "505", "the end", "nothing"],
)
def test_a_server_that_answers_or_refuses_and_goes_on_passes(answer: bytes | None) -> None:
    assert verdict_on(answer) == Pass()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (http("", "500 Internal Server Error"), "never: server-error"),
        (http("no", "502 Bad Gateway"), "never: server-error"),
        (http(""), "never: empty"),
        (http("<html>It works!"), "never: unparsed"),
        (http(f"<b>Warning</b>: Undefined array key\n{VERSION}"), "never: php"),
        (http("Stack trace:\n#0 /srv/www/a.php", "400 Bad Request"), "never: php"),
        (http("You have an error in your SQL syntax", "400 Bad Request"), "never: sql"),
        (http("bad line: pass=nosuchpassword", "400 Bad Request"), "never: password"),
    ],
    ids=["500", "502", "empty", "no reply", "a warning", "a stack trace", "SQL", "the password"],
)
def test_each_invariant_is_seen_to_be_broken(answer: bytes, said: str) -> None:
    verdict = verdict_on(answer)
    assert isinstance(verdict, Fail)
    assert verdict.summary.startswith(f"request 1: invariant should be '{said}'")


@pytest.mark.parametrize("answer", [http(VERSION), b"", None])
def test_a_server_that_dies_of_a_message_is_seen(answer: bytes | None) -> None:
    verdict = verdict_on(answer, dies=True)
    assert isinstance(verdict, Fail)
    assert verdict.summary.startswith("request 2: effect should be 'an answer after the byte-level message")


def test_a_did_that_a_message_created_without_a_login_is_seen() -> None:
    wrong = next(made for made in generated() if made.level is Level.STANDARD)
    asked = requests(wrong, GROUND, 0)
    there = Reply(200, CONTENT_TYPE, "NOTICE: update_did NO UPDATES DEFINED: |6666|\n")
    exchanges = [Exchange(asked[0], Reply(400, "", "")), Exchange(asked[1], there)]
    assert isinstance(
        judge(CONTRACT, [world(CONTRACT, GROUND, ServerSettings())], exchanges, Expect.EITHER).verdict, Fail
    )


# The longest request line.


def taking(most: int) -> tuple[Callable[[Case], bool], list[int]]:
    """A server that takes lines up to a length, and the lengths it was asked."""
    asked: list[int] = []

    def ask(made: Case) -> bool:
        asked.append(len(bytes_of(made).partition("\r\n")[0]))
        return asked[-1] <= most

    return ask, asked


@pytest.mark.parametrize("most", [0, 100, 8190, 65_536, LONGEST - 1, LONGEST, LONGEST + 1])
def test_the_longest_line_is_found_in_18_tries(most: int) -> None:
    ask, asked = taking(most)
    assert line_limit(ask) == min(most, LONGEST)
    assert len(asked) <= 18


def test_the_longest_line_of_a_real_server_is_found() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readuntil(b"\r\n")
        writer.write(http(VERSION) if len(line) <= 9000 else http("", "414 URI Too Long"))

    async def answered(port: int, made: Case) -> bool:
        async with Transport(f"http://127.0.0.1:{port}/12345", 1, 5) as transport:
            result = await transport.send(requests(made, GROUND, 0)[0], 0)
            return not isinstance(result, Failure) and result.status == 200

    async def run() -> int:
        async with listening(handler) as port:
            loop = asyncio.get_running_loop()

            def ask(made: Case) -> bool:
                return asyncio.run_coroutine_threadsafe(answered(port, made), loop).result()

            return await asyncio.to_thread(line_limit, ask)

    assert asyncio.run(run()) == 8998  # `<path>` is as long as this path; two bytes end the line
