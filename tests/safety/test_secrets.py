"""No password, in whatever form, in any file or on any stream, whatever the server repeats and however a run ends."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from conformance.cases.expand import Login
from conformance.cases.model import Role
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.settings import Dialect
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.respond import Response, honest
from tests.safety.support import Server, serving

pytestmark = pytest.mark.untraced

PASSWORDS = {
    Role.ADMIN: "gEh%41+eim&\"s'9",
    Role.LEVEL7: "it's+<Wasser>%2B/\\7",
    Role.NO_MODIFY_DIDS: "пароль λ&é%",
    Role.RESTRICTED_FUNCTIONS: "Tr0ub4dor&3;x",
}
USERS = {Role.ADMIN: "6666", Role.LEVEL7: "7001", Role.NO_MODIFY_DIDS: "8001", Role.RESTRICTED_FUNCTIONS: "8003"}
LOGINS = {role: Login(USERS[role], password) for role, password in PASSWORDS.items()}
SAMPLE = (
    "version/*",
    "add_did/login/*",
    "add_did/role/*",
    "add_did/transport/get",
    "add_did/transport/post*",
    "add_did/did_pattern/*plus*",
)


def forms(password: str) -> list[str]:
    """What a server may make of a password when it repeats it."""
    encoded = quote(password, safe="")
    return [
        password,
        encoded,
        re.sub("%..", lambda match: match[0].lower(), encoded),
        quote_plus(password),
        quote(encoded),
        html.escape(password),
        html.escape(password, quote=False),
        json.dumps(password)[1:-1],
        json.dumps(password, ensure_ascii=False)[1:-1],
        repr(password)[1:-1],
        re.sub(r"['\"\\;]", "", password),
        re.sub(r"[^-_0-9A-Za-z]", "", password),
        password.encode().decode("latin-1"),
    ]


FORMS = sorted({form for password in PASSWORDS.values() for form in forms(password) if len(form) > 3})


def echoing(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """A server that repeats every password in every form, in every reply, first where it cuts a shown text."""
    honestly = honest(contract, state, request, config, now)
    told = "".join(f"you said: {form}|\n" for form in FORMS).encode()
    fitting = {f"x-{n}": quote(form, safe="%&+;'") for n, form in enumerate(FORMS)}
    return Response(honestly.status, {**honestly.headers, **fitting}, honestly.body + told, honestly.changes)


def unreadable(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """The same from something that is no VICIdial: what it says is shown, up to a length."""
    said = ("x" * 100 + "".join(FORMS)).encode()
    return Response(200, {"content-type": f"text/{quote(FORMS[0])}"}, said)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    config = Config(Dialect.DOCUMENTED).with_target_users(LOGINS, {})
    with serving(config, echoing) as found:
        yield found


@dataclass(frozen=True)
class Ended:
    """A command's end: its exit code and everything it wrote anywhere."""

    code: int
    written: str


def ended(folder: Path, url: str, command: Sequence[str]) -> Ended:
    target = folder / "target.toml"
    roles = (f'[roles.{role}]\nuser = "{user}"\npassword_env = "VC_{role.upper()}"\n' for role, user in USERS.items())
    target.write_text(f'url = "{url}"\ndisposable = true\n' + "".join(roles), "utf-8")
    environment = {f"VC_{role.upper()}": password for role, password in PASSWORDS.items()}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=100,
        check=False,
    )
    files = [path.read_text("utf-8") for path in folder.rglob("*") if path.is_file() and path != target]
    return Ended(done.returncode, "\n".join([done.stdout.decode(), done.stderr.decode(), *files]))


def shown(text: str) -> list[str]:
    """The forms that a text has, also once the text's own escapes are undone."""
    plain = text.replace('\\"', '"').replace("\\\\", "\\")
    return [form for form in FORMS if form in text or form in html.unescape(text) or form in plain]


CLI = "from conformance.commands.app import main; main()"
BROKEN = """
from conformance.run import sender
from conformance.run.transport import Transport
send, sent = Transport.send, []
async def broken(self, request, lane):
    sent.append(request)
    if len(sent) > {after}:
        raise RuntimeError(f"no idea what to do with {{request!r}} and {{request.parameters}}")
    return await send(self, request, lane)
Transport.send = broken
"""


def run(*flags: str, before: str = "") -> list[str]:
    only = [flag for glob in SAMPLE for flag in ("--only", glob)]
    return ["-c", f"{before}\n{CLI}", "run", "--target", "target.toml", "--report", "reports/r", *only, *flags]


@pytest.mark.parametrize("flags", [["-q"], [], ["-v"]], ids=["quiet", "as it is", "verbose"])
def test_a_run_shows_no_password_at_any_verbosity(server: Server, tmp_path: Path, flags: list[str]) -> None:
    done = ended(tmp_path, server.url, run(*flags))
    assert (done.code, shown(done.written)) == (1, [])
    assert "you said: ***" in done.written  # what the server repeated is there, and masked


def test_pytest_shows_no_password_at_its_most_talkative(server: Server, tmp_path: Path) -> None:
    cases = [f"--target-case={glob}" for glob in SAMPLE]
    command = ["-m", "pytest", "--pyargs", "conformance.suite", "--target-file=target.toml", "--target-report=r"]
    talkative = ["-vv", "--tb=long", "-rA", "--showlocals", "--junitxml=junit.xml", "-p", "no:cacheprovider"]
    done = ended(tmp_path, server.url, [*command, *cases, *talkative])
    assert (done.code, shown(done.written)) == (1, [])


@pytest.mark.parametrize("after", [0, 2, 9], ids=["before the first request", "in preflight", "in a case"])
def test_a_crash_shows_no_password(server: Server, tmp_path: Path, after: int) -> None:
    done = ended(tmp_path, server.url, run("-v", before=BROKEN.format(after=after)))
    assert done.code != 0
    assert shown(done.written) == []
    assert "no idea what to do with" in done.written


def test_a_server_that_is_none_gets_no_password_shown_in_what_it_says(tmp_path: Path) -> None:
    with serving(behaviour=unreadable) as server:
        done = ended(tmp_path, server.url, run())
    assert (done.code, shown(done.written)) == (3, [])
    assert "no VICIdial API answers there" in done.written


def test_a_refused_login_shows_no_password(tmp_path: Path) -> None:
    with serving(behaviour=echoing) as server:
        done = ended(tmp_path, server.url, run("-v"))
    assert (done.code, shown(done.written)) == (2, [])
    assert "login refused" in done.written


def test_what_a_run_left_is_told_without_a_password(server: Server, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    told = '{"ledger":"123456"}\n{"may_exist":"99912345600011","case":"x"}\n'
    (tmp_path / "r" / "ledger.jsonl").write_text(told)
    run_file = {"url": server.url, "run": "123456", "user": "6666", "level": "standard"}
    (tmp_path / "r" / "run.json").write_text(json.dumps(run_file))
    command = ["-c", CLI, "cleanup", "r", "--target", "target.toml", "--settling", "0.2"]
    done = ended(tmp_path, server.url, command)
    assert (done.code, shown(done.written)) == (0, [])
