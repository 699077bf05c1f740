"""Of servers with one defect, with two, with one that is accepted, it is told what is behind their fails."""

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.faults.catalogue import faults
from conformance.emulator.faults.model import Fault
from conformance.emulator.respond import Behaviour, Response, honest
from conformance.report.causes import causes
from conformance.report.json_file import load_report
from conformance.report.model import Report
from tests.front.conftest import Cli, Ended
from tests.front.servers import LIES, liar, serving
from tests.support.some import drawn

ONLY = ("add_did/did_description/*", "add_did/active/*", "version/*")


def saying(*pairs: tuple[bytes, bytes]) -> Behaviour:
    """A server that says some words otherwise."""

    def answer(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        honestly = honest(contract, state, request, config, now)
        body = honestly.body
        for wanted, got in pairs:
            body = body.replace(wanted, got)
        return replace(honestly, body=body)

    return answer


MISSPELT = (b"HAS BEEN ADDED", b"HAS BEN ADDED")
SEMICOLON = (b"ADDED - ", b"ADDED ; ")
LIMIT = (b"FROM 6 TO 50", b"FROM 5 TO 50")
Tried = Callable[..., tuple[Ended, Report]]


def fault(id: str) -> Fault:
    (found,) = [one for one in faults() if one.id == id]
    return found


@pytest.fixture
def tried(command: Cli, tmp_path: Path) -> Tried:
    """Runs the cases against a server of its own."""

    def run(
        answer: Behaviour, *more: object, folder: str = "out", only: tuple[str, ...] = ONLY
    ) -> tuple[Ended, Report]:
        globs = [word for glob in only for word in ("--only", glob)]
        with serving(answer=answer) as server:
            ended = command("run", server.url, "--user", "6666", "--report", folder, *globs, *more)
        return ended, load_report(tmp_path / folder)

    return run


def test_one_defect_with_many_cases_is_one_cause_and_told_once(tried: Tried) -> None:
    ended, report = tried(saying(MISSPELT))
    (cause,) = causes(report)
    assert len(cause.cases) == len(report.fails) > 15
    head = ended.out.splitlines()[1:3]
    assert head == [
        "the cause  Says “DID HAS BEN ADDED”, where other words are due.",
        f"  {len(cause.cases)} cases in add_did",
    ]
    assert ended.out.count("expected  ") == 1


def test_two_defects_are_two_causes_each_with_its_cases(tried: Tried) -> None:
    _, report = tried(saying(MISSPELT, LIMIT))
    assert {cause.symptoms[0].got: len(cause.cases) for cause in causes(report)} == {
        "DID HAS BEN ADDED": sum("HAS BEN ADDED" in str(r.verdict) for r in report.fails),
        "DID DESCRIPTION MUST BE FROM 5 TO 50 CHARACTERS, THIS IS AN OPTIONAL FIELD": 3,
    }


@pytest.mark.parametrize("lie", drawn(["SUCCESS", "nothing", "a page", "JSON"], 2))
def test_a_server_that_always_says_the_same_has_one_cause(lie: str, tried: Tried) -> None:
    body, content_type = LIES[lie]
    _, report = tried(
        liar(body, content_type, about_version=False), "--level", "probe", only=("*/login/*", "version/*")
    )
    (cause,) = causes(report)
    assert (cause.what, len(cause.cases)) == ("empty" if lie == "nothing" else "unparsed", len(report.fails))


@pytest.mark.parametrize(
    ("id", "says"),
    [
        ("check/add_did/did-is-new", "Accepts what it should refuse: “DID ALREADY EXISTS”."),
        ("by-hand/replies/always-error", "Begins with “ERROR”, where “SUCCESS” is due."),
    ],
)
def test_a_faulty_server_has_one_cause(id: str, says: str, tried: Tried) -> None:
    _, report = tried(fault(id).make(), only=("add_did/life-cycle/add*", "add_did/active/*"))
    assert [cause.says for cause in causes(report)] == [says]


def test_one_accepted_cause_does_not_hide_another_one_of_the_same_case(command: Cli, tried: Tried) -> None:
    tried(saying(MISSPELT), folder="first")
    assert command("baseline", "write", "first", "--output", "known.toml").code == 0
    same, _ = tried(saying(MISSPELT), "--baseline", "known.toml", folder="same")
    ended, report = tried(saying(MISSPELT, SEMICOLON), "--baseline", "known.toml", folder="both")
    assert (same.code, ended.code, report.known) == (0, 1, ())
    unlike = {result.unlike for result in report.fails}
    assert all("'DID HAS BEN ADDED ; <user>|<number>'" in str(text) for text in unlike)
    assert {cause.is_known for cause in causes(report)} == {False}


def test_two_accepted_causes_have_one_reason_each(command: Cli, tried: Tried) -> None:
    tried(saying(MISSPELT, LIMIT), folder="first")
    assert "known.toml: 2 known causes of " in command("baseline", "write", "first", "--output", "known.toml").out
    text = Path("known.toml").read_text()
    assert (text.count("reason = "), text.count("TODO")) == (2, 2)


def again(ended: Ended) -> list[str]:
    """The commands that run a cause again."""
    told = re.findall(r"^  all of them again: vicidial-conformance (.*)$", ended.out, re.MULTILINE)
    return [str(line) for line in told]


def test_the_cases_of_one_cause_are_run_again_and_it_is_said_what_became_of_it(command: Cli) -> None:
    with serving(answer=saying(MISSPELT, LIMIT)) as server:
        globs = [word for glob in ONLY for word in ("--only", glob)]
        first = command("run", server.url, "--user", "6666", "--report", "first", *globs)
        behind = causes(load_report(Path("first")))
        lines = again(first)
        assert len(lines) == len(behind) == 2
        server.asked.answer = saying(MISSPELT)
        for number, (line, cause) in enumerate(zip(lines, behind, strict=True), 1):
            ended = command(*shlex.split(line), "--report", f"again{number}")
            assert {r.id for r in load_report(Path(f"again{number}")).results} == set(cause.cases)
            mended = "FROM 5" in cause.symptoms[0].got
            state = "mended: all 3 of its cases succeed now" if mended else "cases still fail"
            assert f"cause {number} of first, " in ended.err
            assert (state in ended.err, ended.code) == (True, 0 if mended else 1)


def test_all_that_failed_is_run_again_and_told_by_cause(command: Cli) -> None:
    with serving(answer=saying(MISSPELT, LIMIT)) as server:
        globs = [word for glob in ONLY for word in ("--only", glob)]
        command("run", server.url, "--user", "6666", "--report", "first", *globs)
        server.asked.answer = saying(LIMIT)
        ended = command("run", server.url, "--user", "6666", "--rerun-failed", "first", "--report", "second")
    told = [line for line in ended.err.splitlines() if line.startswith("cause ")]
    assert [re.sub(r"\d+", "N", line.partition(": ")[0]) for line in told] == ["cause N of first, mended"] * 1 + [
        "cause N of first, N of N cases still fail"
    ]


def test_a_cause_that_is_not_there_is_one_line(command: Cli, tried: Tried) -> None:
    tried(saying(LIMIT))
    ended = command("run", "--rerun-failed", "out#7")
    assert (ended.code, ended.err) == (
        2,
        "vicidial-conformance: out: has 1 cause of failures: there is none of number 7\n",
    )
