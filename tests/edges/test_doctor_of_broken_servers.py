"""`doctor` never takes silence for health: what it asked for and got no answer to is told, and is exit code 3."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn

import pytest

from conformance.cases.model import MADE_UP_ROLES, Role, provided
from tests.edges.commands import Commands, Ended
from tests.front.servers import PASSWORD

VERSION = b"VERSION: 2.14-202|BUILD: 250720-1841|DATE: 2026-11-21 19:19:58|EPOCH: 1795288798|DST: 0|TZ: -5.00|\n"
TARGET = 'url = "http://127.0.0.1:9"\n[roles.ROLE]\nuser = "USER"\npassword_env = "VICIDIAL_PASS"\n'
SECONDS = 0.4
Act = Callable[[BaseHTTPRequestHandler], None]


def answering(status: int, body: bytes, **headers: str) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"content-type": "text/html", "content-length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return act


def reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3 * SECONDS)
    handler.close_connection = True


NO_ANSWER: Mapping[str, tuple[Act, str]] = {
    "resets": (reset, "the connection broke off"),
    "hangs up": (hang_up, "no whole HTTP reply"),
    "hangs": (hang, "no complete reply within 0.4 s"),
    "redirects": (answering(302, b"", location="/agc/"), "redirected to http://"),
    "sends 2 MB": (answering(200, b"x" * 2_000_000), "larger than 1,000,000 bytes"),
    "packs what nobody asked for": (answering(200, b"x", **{"content-encoding": "br"}), "packed in a way"),
}
NEEDS = sum(role not in MADE_UP_ROLES for role in Role) + len(provided())
"""Roles and entities that a target file can name."""

RIGHT = b"ERROR: update_did DID DOES NOT EXIST: |6666|1\n"
WRONG: Mapping[str, tuple[Act, str]] = {
    "is in trouble": (answering(500, b""), "HTTP 500: an empty body"),
    "is in trouble, with a page": (answering(500, b"<h1>Oops</h1>\n"), "HTTP 500: '<h1>Oops</h1>'"),
    "is in trouble, with the right words": (answering(500, RIGHT), "HTTP 500: 'ERROR: update_did DID DOES NOT EXIST"),
    "says nothing": (answering(200, b""), "no reply of the API: an empty body"),
    "shows a page": (answering(200, b"\n<!DOCTYPE html><html></html>"), "no reply of the API: '<!DOCTYPE html>"),
    "speaks JSON": (answering(200, b'{"status": "SUCCESS"}'), 'no reply of the API: \'{"status"'),
}


@contextmanager
def serving(act: Act) -> Iterator[str]:
    """The URL of a server that tells its version, and does this with every other request."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            (answering(200, VERSION) if "function=version" in self.path else act)(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Ended]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VICIDIAL_PASS", PASSWORD)
    command = Commands(capsys, monkeypatch)
    return lambda url, *more: command("doctor", url, "--user", "6666", "--timeout", SECONDS, *more)


def admin(ended: Ended) -> tuple[str, str]:
    found = {finding["need"]: finding for finding in json.loads(ended.out)["findings"]}
    return found["admin"]["state"], found["admin"]["said"]


@pytest.mark.parametrize("name", NO_ANSWER)
def test_a_login_without_an_answer_is_said_and_is_exit_code_3(name: str, doctor: Callable[..., Ended]) -> None:
    act, said = NO_ANSWER[name]
    with serving(act) as url:
        ended = doctor(url, "--json")
    state, told = admin(ended)
    assert (ended.code, state, said in told) == (3, "no answer", True), told


@pytest.mark.parametrize("name", WRONG)
def test_a_reply_that_is_none_of_the_api_is_wrong_and_is_exit_code_1(name: str, doctor: Callable[..., Ended]) -> None:
    act, said = WRONG[name]
    with serving(act) as url:
        ended = doctor(url, "--json")
    state, told = admin(ended)
    assert (ended.code, state, told.startswith(said)) == (1, "wrong", True), told


def test_a_page_that_is_cut_shows_no_part_of_a_password(
    doctor: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VICIDIAL_PASS", "hush-hush-hush")
    with serving(answering(200, b"x" * 113 + b"hush-hush-hush")) as url:
        ended = doctor(url)
    assert "hush" not in ended.out


def test_the_last_line_says_what_got_no_answer(doctor: Callable[..., Ended]) -> None:
    with serving(reset) as url:
        ended = doctor(url)
    assert ended.out.splitlines()[-1] == f"1 no answer (admin), {NEEDS - 1} missing."


def test_what_is_wrong_wins_over_what_got_no_answer(doctor: Callable[..., Ended], tmp_path: Path) -> None:
    def act(handler: BaseHTTPRequestHandler) -> None:
        (answering(200, b"") if "user=7001" in handler.path else reset)(handler)

    (tmp_path / "t.toml").write_text(
        'url = "http://h"\n[roles.level7]\nuser = "7001"\npassword_env = "VICIDIAL_PASS"\n'
    )
    with serving(act) as url:
        ended = doctor(url, "--target", "t.toml")
    assert (ended.code, "1 wrong (level7), 1 no answer (admin)" in ended.out) == (1, True)


def test_what_is_not_tried_on_purpose_is_no_trouble(doctor: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(TARGET.replace("ROLE", "inactive").replace("USER", "8004"))
    with serving(answering(200, RIGHT)) as url:
        ended = doctor(url, "--target", "t.toml")
    assert (ended.code, f"1 works, {NEEDS - 2} missing, 1 not tried." in ended.out) == (0, True)


def test_ctrl_c_is_one_line(doctor: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("conformance.run.doctor.examine", interrupted)
    ended = doctor("http://127.0.0.1:9")
    assert (ended.code, ended.out, ended.err) == (130, "", "vicidial-conformance: stopped\n")
