"""A password may be the same word as one of ours: it is masked in what was sent and received, and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.cases.expand import Login
from conformance.cases.model import Role
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, honest
from conformance.report.exchanges import ExchangeLine, read_exchanges
from conformance.report.model import CaseResult, Report, from_json
from tests.front.conftest import Cli
from tests.front.servers import LIES, liar, serving

USUAL_ROWS = 12
"""Of which a usual run takes so many: each starts the program."""

WORDS = ("error", "deviation", "fail", "add_did", "act", "pass", "cleanup", "request", "login")
SAMPLE = ("version/*", "*/life-cycle/*", "add_did/login/*", "add_did/did_description/*", "*/inactive/*")
SERVERS: dict[str, Behaviour] = {
    "honest": honest,
    "faulty": liar(*LIES["one word wrong"], about_version=False),
}


@dataclass(frozen=True)
class Ran:
    """What a run came to, and all that it exchanged."""

    code: int
    report: Report
    lines: tuple[ExchangeLine, ...]


known: dict[tuple[str, str], Ran] = {}


def ran(command: Cli, folder: Path, password: str, kind: str) -> Ran:
    """A run whose admin has that password, made once."""
    if (password, kind) not in known:
        known[password, kind] = made(command, folder / password, password, SERVERS[kind])
    return known[password, kind]


TARGET = 'url = "{url}"\ndisposable = true\n[roles.admin]\nuser = "6666"\npassword_file = "password"\n'


def made(command: Cli, folder: Path, password: str, answer: Behaviour) -> Ran:
    folder.mkdir()
    (folder / "password").write_text(password)
    users = {Role.ADMIN: Login("6666", password)}
    only = [flag for glob in SAMPLE for flag in ("--only", glob)]
    with serving(Config().with_target_users(users, {}), answer) as server:
        (folder / "target.toml").write_text(TARGET.format(url=server.url))
        ended = command("run", "--target", folder / "target.toml", "--report", folder / "r", *only)
    report = from_json((folder / "r" / "report.json").read_bytes())
    return Ran(ended.code, report, tuple(line for _, line in read_exchanges(folder / "r" / "exchanges.jsonl")))


def ours(result: CaseResult) -> tuple[object, ...]:
    """What we say of a case in words of our own."""
    differences = [(d.step, d.line, d.aspect, d.deviation) for d in result.differences]
    ids = getattr(result.verdict, "ids", getattr(result.verdict, "missing", getattr(result.verdict, "by", None)))
    return result.id, result.title, result.clause, result.level, result.kind, result.requests, ids, differences


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("word", WORDS)
def test_a_run_comes_to_the_same_whatever_the_password(word: str, kind: str, command: Cli, tmp_path: Path) -> None:
    done, plain = ran(command, tmp_path, word, kind), ran(command, tmp_path, "1234", kind)
    assert (done.code, done.report.answer) == (plain.code, plain.report.answer)
    assert [ours(result) for result in done.report.results] == [ours(result) for result in plain.report.results]
    assert done.report.deviations == plain.report.deviations


@pytest.mark.parametrize("word", WORDS)
def test_a_password_that_is_a_word_is_in_no_reply(word: str, command: Cli, tmp_path: Path) -> None:
    done = ran(command, tmp_path, word, "faulty")
    replies = [line.body for line in done.lines]
    replies += [call.body for result in done.report.results for call in result.calls]
    replies += [difference.got for result in done.report.results for difference in result.differences]
    alone = re.compile(rf"(?<![0-9A-Za-z]){word}(?![0-9A-Za-z])")
    assert [body for body in replies if body and alone.search(body)] == []


@pytest.mark.parametrize("word", WORDS)
def test_the_purpose_of_a_request_is_said_whatever_the_password(word: str, command: Cli, tmp_path: Path) -> None:
    assert {line.purpose for line in ran(command, tmp_path, word, "faulty").lines} == {"act", "effect", "cleanup"}


def test_a_user_s_name_is_masked_in_no_word_of_ours(command: Cli, tmp_path: Path) -> None:
    users = {Role.ADMIN: Login("act", "1234")}
    with serving(Config().with_target_users(users, {})) as server:
        given = ("--user", "act", "--mask-users", "--allow-writes", "--report", "r", "--only", "add_did/life-cycle/*")
        ended = command("run", server.url, *given)
    lines = [line for _, line in read_exchanges(tmp_path / "r" / "exchanges.jsonl")]
    assert (ended.code, "act" in {line.purpose for line in lines}) == (0, True)
    assert not any("user=act" in line.query or "|act|" in (line.body or "") for line in lines)
