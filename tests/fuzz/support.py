"""Servers to be fuzzed, right and wrong ones, and what a search finds on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from starlette.applications import Starlette

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, Response, honest
from conformance.fuzz.driver import Fuzzer
from conformance.fuzz.examples import Examples
from conformance.fuzz.metered import Metered
from conformance.fuzz.names import NAMES
from conformance.fuzz.search import search_of
from conformance.fuzz.share import shared
from conformance.run.plan import Effort
from conformance.run.run import Run
from tests.safety.support import Server, planned, run_in_process

URL = "http://127.0.0.1:1/vicidial/non_agent_api.php"
IN_PROCESS = tuple(name for name in NAMES if name != "wire")
"""Searches that need no socket."""


@contextmanager
def opened(
    folder: Path, config: Config | None = None, behaviour: Behaviour = honest, app: Starlette | None = None
) -> Iterator[tuple[Run, Server]]:
    """A run against an emulator in this process."""
    app = app or create_app(config or Config(), behaviour=behaviour)
    with closing(app.state.store):
        server = Server(URL, app)
        run = run_in_process(server, planned(server.target, folder))
        run.open()
        try:
            yield run, server
        finally:
            run.close()


def fuzzer(
    run: Run, folder: Path, names: Sequence[str], requests: int | None, seed: int, seconds: float | None = None
) -> Fuzzer:
    """A fuzzer that is about to carry out these searches."""
    effort = Effort(requests, seconds, seed)
    shares = shared([search_of(name, run) for name in names], effort)
    return Fuzzer(Metered(run), effort, shares, Examples(folder / "examples"))


def fuzzed(
    folder: Path,
    behaviour: Behaviour = honest,
    *,
    names: Sequence[str] = ("replies",),
    requests: int = 200,
    seed: int = 1,
    config: Config | None = None,
    app: Starlette | None = None,
) -> Fuzzer:
    """A fuzzer that has carried out these searches on an emulator that behaves so."""
    with opened(folder, config, behaviour, app) as (run, _):
        made = fuzzer(run, folder, names, requests, seed)
        for name in names:
            made(search_of(name, run))
        return made


def crashing(on: Callable[[dict[str, str]], bool]) -> Behaviour:
    """A server that answers HTTP 500 to certain requests, and does nothing then."""

    def behaviour(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        answer = honest(contract, state, request, config, now)
        return replace(answer, status=500, body=b"", changes=()) if on(sent_in(request)) else answer

    return behaviour


def sent_in(request: Request) -> dict[str, str]:
    """The parameters of a request as text."""
    return {name: value.decode("utf-8", "replace") for name, value in request.parameters.values.items()}
