"""Servers to point the command line at: emulators, liars, and a target file for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import HTML, Behaviour, Response, honest
from conformance.emulator.server import running
from conformance.emulator.store import Store
from tests.support.rows import dids_after

PASSWORD = "1234"
BUILT_IN = "http://127.0.0.1:8080/vicidial/non_agent_api.php"


@dataclass
class Asked:
    """An honest behaviour that counts, and may answer otherwise."""

    answer: Behaviour = honest
    requests: int = 0

    def __call__(self, contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        self.requests += 1
        return self.answer(contract, state, request, config, now)


@dataclass(frozen=True)
class Server:
    """A server under way."""

    url: str
    store: Store
    asked: Asked = field(default_factory=Asked)

    @property
    def ours(self) -> list[object]:
        """The DIDs there that runs made."""
        patterns = [str(dict(row)["did_pattern"]) for row in dids_after(self.store)]
        return [pattern for pattern in patterns if pattern.lstrip("+").startswith("999")]

    def target(self, folder: Path, *, more: str = "") -> Path:
        """A target file for it, with every role."""
        text = (files("conformance.emulator") / "target.toml").read_text("utf-8").replace(BUILT_IN, self.url)
        path = folder / "target.toml"
        path.write_text(f"{more}\n{text}", "utf-8")
        return path


@contextmanager
def serving(config: Config | None = None, answer: Behaviour = honest) -> Iterator[Server]:
    asked = Asked(answer)
    config = config or Config()
    app = create_app(config, behaviour=asked)
    with closing(app.state.store), running(config, app=app) as url:
        yield Server(url, app.state.store, asked)


Body = Callable[[bytes], bytes]


def liar(lie: Body, content_type: str = "text/html; charset=utf-8", *, about_version: bool) -> Behaviour:
    """A server that lies in every body, except about its version if that is so."""

    def answer(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        honestly = honest(contract, state, request, config, now)
        if b"function=version" in request.query.encode() and not about_version:
            return honestly
        return Response(honestly.status, {**HTML, "content-type": content_type}, lie(honestly.body), honestly.changes)

    return answer


LIES: Mapping[str, tuple[Body, str]] = {
    "SUCCESS": (lambda _: b"SUCCESS\n", "text/html; charset=utf-8"),
    "nothing": (lambda _: b"", "text/html; charset=utf-8"),
    "a page": (lambda _: b"<!DOCTYPE html><html><body>Welcome</body></html>", "text/html; charset=utf-8"),
    "JSON": (lambda _: b'{"status": "SUCCESS"}', "application/json"),
    "one word wrong": (
        lambda body: body.replace(b"ADDED", b"ADED").replace(b"DOES NOT", b"DOES NO").replace(b"VERSION", b"VERZION"),
        "text/html; charset=utf-8",
    ),
}
