"""Faults of the tests' own, and a suite that is small enough to be run many times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conformance.cases.catalogue import catalogue
from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.contract.settings import Build
from conformance.contract.world import Put, State
from conformance.emulator.config import Config
from conformance.emulator.faults.generated import mutant, parameter_mutation, rule_mutation
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import Behaviour, Response, honest
from conformance.selfcheck.run import Suite

CONTRACT = load_contract()
CASES = {case.id: case for case in catalogue(CONTRACT)}
SMALL = Suite(
    CONTRACT,
    tuple(
        case
        for number, case in enumerate(CASES.values())
        if number % 45 == 0 or number < 10 or case.id.startswith("add_did/did_description/")
    ),
)
"""Every 45th case, the plainest, and those of one field."""

Change = Callable[[Request, Response], Response]


def changing(change: Change) -> Callable[[], Behaviour]:
    """How to make a server that changes honest responses."""

    def behaviour(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        return change(request, honest(contract, state, request, config, now))

    return lambda: behaviour


def replacing(old: bytes, new: bytes) -> Change:
    return lambda _, response: replace(response, body=response.body.replace(old, new))


def storing_nothing(request: Request, response: Response) -> Response:
    added = request.parameters.values.get("function") == b"add_did"
    kept = tuple(change for change in response.changes if not isinstance(change, Put))
    return replace(response, changes=kept) if added else response


@dataclass
class Forgetful:
    """A server whose every seventh reply is empty."""

    asked: int = 0

    def __call__(self, contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        self.asked += 1
        response = honest(contract, state, request, config, now)
        return response if self.asked % 7 else replace(response, body=b"")


class Plain:
    """Middleware that calls every reply plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [(name, value) for name, value in message["headers"] if name != b"content-type"]
                message = {**message, "headers": [*others, (b"content-type", b"text/plain")]}
            await send(message)

        await self.app(scope, receive, changed)


def breaking(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    if request.parameters.values.get("function") == b"copy_did":
        raise RuntimeError("broken")
    return honest(contract, state, request, config, now)


def old_build(config: Config) -> Config:
    return replace(config, settings=replace(config.settings, build=Build(2, 14, 155)))


def fault(id: str, make: Callable[[], Behaviour] = lambda: honest, **more: object) -> Fault:
    return Fault(id, f"has the fault {id}", FaultKind.BY_HAND, make, **more)  # type: ignore[arg-type]


WORD = fault("own/word", changing(replacing(b"DID DOES NOT EXIST", b"DID IS NOT THERE")))
NOT_STORED = fault("own/not-stored", changing(storing_nothing))
FORGETFUL = fault("own/forgetful", Forgetful)
PLAIN = fault("own/plain", around=Plain)
BREAKING = fault("own/breaking", lambda: breaking)
VERSIONLESS = fault("own/versionless", changing(replacing(b"VERSION: ", b"")))
SAME = fault("own/same")
HIDDEN = fault("own/hidden", hidden="nothing shows it")
LONGER = mutant("own/longer", "asks for 7 bytes", FaultKind.LIMIT, rule_mutation("add_did", "did_description", min=7))
LATE = mutant(
    "own/late",
    "has no record_call yet",
    FaultKind.BUILD,
    parameter_mutation("add_did", "record_call", since="2.14-200"),
    config=old_build,
)
REFUSED = fault("own/refused", changing(replacing(b"SUCCESS: add_did", b"ERROR: add_did")))

CAUGHT = (WORD, NOT_STORED, FORGETFUL, PLAIN, BREAKING, LONGER, REFUSED)
FAULTS = (*CAUGHT, SAME, HIDDEN)
