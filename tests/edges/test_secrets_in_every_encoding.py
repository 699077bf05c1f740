"""A server that repeats the login in whatever form, wherever it can: no decoding of anything we write holds it."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest

from conformance.cases.expand import Login
from conformance.cases.model import Role
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.settings import Dialect
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, Response, honest
from tests.front.conftest import Cli, Ended
from tests.front.servers import serving
from tests.support.decodings import holds

PASSWORD = "p&ss w%41rd'7"
LOGIN = Login("6666", PASSWORD)
DOCUMENTED = Config(Dialect.DOCUMENTED).with_target_users({Role.ADMIN: LOGIN}, {})

Write = Callable[[str], str]

WRITTEN: Mapping[str, Write] = {
    "percent": lambda t: quote(t, safe=""),
    "every byte in percent": lambda t: "".join(f"%{b:02x}" for b in t.encode()),
    "every other byte in percent": lambda t: "".join(f"%{ord(c):02X}" if n % 2 else c for n, c in enumerate(t)),
    "percent, twice": lambda t: quote(quote(t, safe=""), safe=""),
    "HTML": html.escape,
    "decimal entities": lambda t: "".join(f"&#{ord(c)};" for c in t),
    "padded entities": lambda t: "".join(f"&#x{ord(c):06x};" for c in t),
    "an entity of an entity": lambda t: html.escape("".join(f"&#{ord(c)};" for c in t)),
    "JSON": json.dumps,
    "every character in JSON": lambda t: "".join(f"\\u{ord(c):04x}" for c in t),
    "every byte in hexadecimal": lambda t: "".join(f"\\x{ord(c):02x}" for c in t),
    "JSON in percent": lambda t: quote(json.dumps({"pass": t}), safe=""),
    "base64": lambda t: base64.b64encode(t.encode()).decode(),
    "base64 of user and password": lambda t: base64.b64encode(f"6666:{t}".encode()).decode(),
    "base64 for URLs": lambda t: base64.urlsafe_b64encode(f"??{t}??".encode()).decode(),
    "base64 of base64": lambda t: base64.b64encode(base64.b64encode(t.encode())).decode(),
    "hex": lambda t: t.encode().hex(),
    "hex in capitals": lambda t: t.encode().hex().upper(),
}


def in_body(written: str) -> Behaviour:
    def answer(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        told = honest(contract, state, request, config, now)
        return Response(told.status, told.headers, told.body + f"you said: {written}\n".encode(), told.changes)

    return answer


def always(response: Response) -> Behaviour:
    return lambda contract, state, request, config, now: response


WHOLE: Mapping[str, Callable[[str], Behaviour]] = {
    "body": in_body,
    "content type": lambda written: always(Response(200, {"content-type": f"text/{written}"}, b"hello")),
}
"""Where all that is said is kept."""

SHORT: Mapping[str, Callable[[str], Behaviour]] = {
    "redirect": lambda written: always(Response(302, {"location": f"/x/{written}/y"}, b"")),
    "long redirect": lambda written: always(Response(302, {"location": f"/{'x' * 150}/{written}/y"}, b"")),
    "version line": lambda written: always(Response(200, {}, f"VERSION: {written}|BUILD: x|\n".encode())),
    "line that is cut": lambda written: always(Response(200, {}, f"{'x' * 100} {written}\n".encode())),
}
"""Where only so much is shown."""

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "run": ("--level", "probe", "--only", "version/*", "--only", "add_did/login/*", "--report", "r", "-v"),
    "doctor": (),
    "identify": ("--report", "r", "--json"),
}


def written(ended: Ended, folder: Path) -> list[str]:
    """Every line of what a command wrote anywhere."""
    files = [path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()]
    return sorted({line for text in (ended.out, ended.err, *files) for line in text.splitlines()})


def secrets_shown(command: Cli, name: str, answer: Behaviour, folder: Path) -> list[str]:
    """The lines that hold the password, or most of it, in whatever encoding."""
    with serving(DOCUMENTED, answer) as server:
        ended = command(name, server.url, "--user", "6666", *COMMANDS[name])
    assert "a bug of ours" not in ended.err
    return [line for line in written(ended, folder) if holds(line, [PASSWORD, PASSWORD[:9]])]


@pytest.mark.parametrize("place", WHOLE)
@pytest.mark.parametrize("name", COMMANDS)
def test_no_decoding_of_what_is_written_holds_the_password(
    name: str, place: str, command: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VICIDIAL_PASS", PASSWORD)
    said = " | ".join(write(PASSWORD) for write in WRITTEN.values())
    assert secrets_shown(command, name, WHOLE[place](said), tmp_path) == []


@pytest.mark.parametrize("place", SHORT)
@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("name", COMMANDS)
def test_no_decoding_of_a_message_that_quotes_the_server_holds_the_password(
    name: str, form: str, place: str, command: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VICIDIAL_PASS", PASSWORD)
    assert secrets_shown(command, name, SHORT[place](WRITTEN[form](PASSWORD)), tmp_path) == []
