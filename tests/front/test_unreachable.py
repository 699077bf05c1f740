"""A server that does not answer is never a traceback, and never a success."""

import json
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, Response, honest
from tests.front.conftest import Cli
from tests.front.servers import LIES, Body, liar, serving
from tests.support.rows import dids_after

SILENT_AFTER = 12


@pytest.fixture
def dead() -> Iterator[str]:
    """The URL of a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_dead_port_ends_the_run_at_once_and_says_what_was_tried(command: Cli, dead: str) -> None:
    ended = command("run", dead, "--user", "6666")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.splitlines()[-1].startswith(
        f"vicidial-conformance: asked {dead}/vicidial/non_agent_api.php?function=version: connection refused"
    )


def test_a_server_without_tls_is_said_to_be_one(command: Cli, tmp_path: Path) -> None:
    with serving() as server:
        ended = command("run", server.url.replace("http:", "https:"), "--user", "6666")
    said = ended.err.splitlines()[-1]
    assert (ended.code, said.startswith("vicidial-conformance: asked https://")) == (3, True)


@pytest.mark.parametrize("lie", [lie for lie in LIES if lie != "one word wrong"])
def test_a_server_that_lies_about_its_version_too_is_no_vicidial(lie: str, command: Cli) -> None:
    body, content_type = LIES[lie]
    with serving(answer=liar(body, content_type, about_version=True)) as server:
        ended = command("run", server.url, "--user", "6666")
    assert (ended.code, "no VICIdial API answers there" in ended.err) == (3, True)


WRAPPED: Mapping[str, tuple[Body, str]] = {
    "it stands in HTML": (lambda body: b"<html><body>" + body + b"</body></html>", "text/html"),
    "it stands in JSON": (lambda body: json.dumps({"reply": body.decode()}).encode(), "application/json"),
    "it begins with a byte order mark": (lambda body: b"\xef\xbb\xbf" + body, "text/html; charset=utf-8"),
    "messages of PHP stand around it": (
        lambda body: b"<br />\n<b>Deprecated</b>:  x in /srv/a.php on line <b>9</b><br />\n" + body,
        "text/html; charset=utf-8",
    ),
}


@pytest.mark.parametrize("fault", WRAPPED)
def test_a_server_that_wraps_its_replies_is_a_vicidial_with_a_fault_that_is_named(fault: str, command: Cli) -> None:
    body, content_type = WRAPPED[fault]
    with serving(answer=liar(body, content_type, about_version=True)) as server:
        ended = command("run", server.url, "--user", "6666", "--only", "version/*", "--rate", "0", freely=False)
    assert (ended.code, f"its reply to version is not a plain line: {fault}" in ended.out) == (1, True)


@pytest.mark.parametrize("fault", ["it stands in HTML", "it stands in JSON", "it begins with a byte order mark"])
def test_nothing_is_written_to_a_server_whose_replies_nobody_can_read(fault: str, command: Cli) -> None:
    body, content_type = WRAPPED[fault]
    with serving(answer=liar(body, content_type, about_version=True)) as server:
        before = dids_after(server.store)
        ended = command("run", server.url, "--user", "6666")
        assert dids_after(server.store) == before
    assert ended.code == 2
    assert f"its reply to version is not a plain line: {fault}; use --level probe" in ended.err


@pytest.mark.parametrize("lie", LIES)
def test_a_server_that_lies_about_all_else_never_conforms(lie: str, command: Cli) -> None:
    body, content_type = LIES[lie]
    with serving(answer=liar(body, content_type, about_version=False)) as server:
        ended = command("run", server.url, "--user", "6666", "-q", "--only", "*/life-cycle/*")
    assert ended.code in ((1, 4) if lie == "one word wrong" else (2,))


def sometimes(response: Response) -> Behaviour:
    """A server that answers questions about one description that way, and all else honestly."""

    def answer(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        asked = "did_description=" in request.query
        return response if asked else honest(contract, state, request, config, now)

    return answer


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (Response(302, {"location": "/elsewhere"}, b""), "redirect: "),
        (Response(200, {"content-type": "text/html"}, b"x" * 2_000_000), "too-large: "),
    ],
    ids=["a redirect", "a body over 1 MB"],
)
def test_a_reply_that_is_none_is_an_error_of_the_case(
    response: Response, said: str, command: Cli, tmp_path: Path
) -> None:
    with serving(answer=sometimes(response)) as server:
        ended = command(
            *("run", server.url, "--user", "6666", "--only", "add_did/did_description/*", "--report", tmp_path / "r"),
            *("--settling", "0.5"),
        )
    assert (ended.code, "Traceback" in ended.err) == (3, False)
    assert said in (tmp_path / "r" / "exchanges.jsonl").read_text()


def test_a_server_that_falls_silent_ends_the_run(command: Cli) -> None:
    asked: list[Request] = []

    def answer(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        asked.append(request)
        if len(asked) == SILENT_AFTER:
            time.sleep(3)
        return honest(contract, state, request, config, now)

    with serving(answer=answer) as server:
        ended = command("run", server.url, "--user", "6666", "--level", "probe", "--timeout", "0.4")
    assert ended.code in (3, 4)  # 4: what the last requests did is not known
    assert "The run ended early: " in " ".join(ended.out.split())


def test_a_server_whose_version_line_has_one_word_wrong_is_one_that_does_not_tell_its_build(command: Cli) -> None:
    body, content_type = LIES["one word wrong"]
    with serving(answer=liar(body, content_type, about_version=True)) as server:
        ended = command("run", server.url, "--user", "6666")
    assert (ended.code, "does not tell its build ('version' was answered 'VERZION: 2.14-202" in ended.err) == (2, True)
