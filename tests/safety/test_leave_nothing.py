"""A run leaves the DID table as it was: on servers of either dialect, and on one that adds what it should refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.cases.model import Level
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.sanitise import sanitise
from conformance.contract.settings import Dialect
from conformance.contract.world import Put, State
from conformance.emulator.config import Config
from conformance.emulator.respond import Response, honest
from conformance.run.recover import recover
from tests.safety.support import CASES, carried_out, planned, run_in_process, serving
from tests.support.rows import DID, did, find

pytestmark = pytest.mark.untraced

STANDARD = [case for case in CASES.values() if case.level <= Level.STANDARD]
EVERY_SEVENTH = STANDARD[::7]
TARGETS = {"add_did": "did_pattern", "copy_did": "new_dids"}


@pytest.mark.parametrize("dialect", Dialect)
def test_a_run_leaves_the_did_table_as_it_was(tmp_path: Path, dialect: Dialect) -> None:
    with serving(Config(dialect)) as server:
        before = server.rows()
        _, facts = carried_out(run_in_process(server, planned(server.target, tmp_path / "run")), EVERY_SEVENTH)
        assert (server.rows(), facts.left) == (before, ())


def credulous(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    """A server that says what it should and adds every DID that it is asked to add, refused or not."""
    honestly = honest(contract, state, request, config, now)
    values = request.parameters.values
    function = values.get("function", b"").decode("latin-1")
    if function not in TARGETS or any(isinstance(change, Put) for change in honestly.changes):
        return honestly
    name = TARGETS[function]
    wanted = sanitise(values.get(name, b""), contract.functions[function].by_name[name], state.settings)
    names = [entry[:50] for entry in wanted.split(",") if len(entry) > 1 and find(state, entry[:50]) is None]
    first = state.next_number(DID) or 1
    added = (Put(did(first + n, entry)) for n, entry in enumerate(dict.fromkeys(names)))
    return Response(honestly.status, honestly.headers, honestly.body, (*honestly.changes, *added))


def test_what_a_server_adds_that_should_have_refused_is_removed_too(tmp_path: Path) -> None:
    with serving(behaviour=credulous) as server:
        before = server.rows()
        plan = planned(server.target, tmp_path / "run")
        _, facts = carried_out(run_in_process(server, plan), STANDARD[1::7])
        assert recover(plan).left == ()
        assert (server.rows(), facts.left) == (before, ())


def test_at_level_probe_such_a_server_keeps_nothing_either(tmp_path: Path) -> None:
    with serving(behaviour=credulous) as server:
        before = server.rows()
        plan = planned(server.target, tmp_path / "run", level=Level.PROBE)
        carried_out(run_in_process(server, plan), [case for case in STANDARD if case.level is Level.PROBE][::3])
        assert server.rows() == before
