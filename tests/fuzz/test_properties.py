"""Every search passes a server that follows the contract, and finds one that does not."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from itertools import product
from pathlib import Path

import pytest

from conformance.contract.predict import DEBUG_UNTIL
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlErrors, SqlMode
from conformance.emulator.config import Config
from conformance.emulator.faults.catalogue import faults, subtle
from conformance.emulator.faults.model import faulty
from conformance.fuzz.names import NAMES
from conformance.fuzz.search import search_of
from tests.fuzz.findings import Enough, First
from tests.fuzz.support import IN_PROCESS, fuzzed, fuzzer, opened
from tests.support.some import drawn

FAULTS = {fault.id: fault for fault in (*faults(), *subtle())}
SHOWN_BY = {
    "replies": "subtle/numbers/octal",
    "sequences": "subtle/memory/added-again",
    "precedence": "subtle/order/three",
    "refusals": "by-hand/store/refused-field-stored",
    "successes": "by-hand/store/add-nothing",
    "equivalence": "subtle/form/plus",
    "counts": "by-hand/batches/added-one-more",
    "numbers": "by-hand/replies/did-id-zero",
    "robustness": "by-hand/replies/sql-on-success",
    "schemas": "limit/add_did/did_pattern/max-one-less",
}
"""For each search that needs no socket, a fault that it finds by itself. Those of `wire` are in test_wire.py."""

SERVERS = [
    Config(dialect=dialect, settings=ServerSettings(Build(2, 14, build), mode, sql_errors=errors))
    for dialect, build, mode, errors in product(Dialect, (137, 155, 179, 202), SqlMode, SqlErrors)
]


def named(config: Config) -> str:
    return f"{config.dialect}-{config.settings}"


@pytest.mark.parametrize("name", IN_PROCESS)
def test_a_search_finds_a_fault_by_itself(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.fuzz.driver.REDUCING", 50)
    with opened(tmp_path, app=faulty(FAULTS[SHOWN_BY[name]])) as (run, _):
        made = fuzzer(run, tmp_path, (name,), 1000, 1)
        made.watch = First()
        with suppress(Enough):
            made(search_of(name, run))
    assert made.findings != {}


@pytest.mark.parametrize(("number", "config"), drawn(enumerate(SERVERS), 2), ids=list(map(named, SERVERS)))
def test_no_search_finds_anything_on_a_server_that_follows_the_contract(
    number: int, config: Config, tmp_path: Path
) -> None:
    # Builds before that print debug output for DB=1, and of that the emulator knows one recorded reply only.
    names = tuple(name for name in IN_PROCESS if name != "robustness" or config.settings.build >= DEBUG_UNTIL)
    made = fuzzed(tmp_path, names=names, requests=400, seed=number, config=config)
    assert (made.findings, made.unstable, made.untested) == ({}, {}, None)
    # Builds before that do not remove numbers from lists of those not to call, so such inputs are not sent.
    assert made.trouble is None or (config.settings.build.number < 187 and "do-not-call entry" in made.trouble)
    assert made.answered > 0


def test_every_property_is_stated_in_one_sentence_at_the_top_of_its_file() -> None:
    for name in NAMES:
        stated = import_module(f"conformance.fuzz.properties.{name}").__doc__ or ""
        assert stated.count(".") == 1 or stated.endswith(".")
