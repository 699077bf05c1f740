"""Loading a module reads nothing: a mistake in a contract file is told of by the command that needs the file."""

from __future__ import annotations

import subprocess
import sys

import pytest

BROKEN = """import sys
from conformance.contract import load
from conformance.contract.contract import ContractError

def broken(folder):
    raise ContractError("add_did.toml: name: is missing")

load.read_contract = broken
"""

EVERY_MODULE = """
from importlib import import_module
from pkgutil import walk_packages
import conformance

for module in walk_packages(conformance.__path__, "conformance."):
    if not module.name.startswith("conformance.suite"):  # its files are for pytest to collect, case by case
        import_module(module.name)
"""

COMMAND = """
from conformance.start import main
main()
"""


def done(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The script, run where every contract file is broken."""
    line = [sys.executable, "-c", BROKEN + script, *words]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own


def test_every_module_is_loaded_without_the_contract() -> None:
    assert done(EVERY_MODULE).stderr == ""


@pytest.mark.parametrize("words", [("list",), ("run",), ("emulator",)], ids=lambda words: words[0])
def test_a_broken_contract_file_is_told_of_in_one_line(words: tuple[str, ...]) -> None:
    ended = done(COMMAND, *words)
    assert (ended.returncode, ended.stderr) == (3, "vicidial-conformance: add_did.toml: name: is missing\n")


def test_a_broken_contract_file_keeps_nobody_from_reading_the_help() -> None:
    assert done(COMMAND, "--help").returncode == 0
