"""The committed matrix holds: no case has lost a fault, and the suite is as good as the README says."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import msgspec

from conformance.cases.quick import QuickFile, quick_cases
from conformance.emulator.faults.catalogue import faults
from conformance.selfcheck import matrix

ROOT = Path(__file__).parents[2]
MATRIX = ROOT / "fixtures" / "selfcheck" / "matrix.json"
SAMPLE = 6


def test_no_case_has_lost_a_fault_of_a_sample() -> None:
    line = f"selfcheck --sample {SAMPLE} --seed 2 --jobs 1 --over-http 0 --quiet --compare {MATRIX}"
    code = "from conformance.commands.app import main; main()"
    ended = subprocess.run([sys.executable, "-c", code, *line.split()], capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    assert [line for line in ended.stdout.splitlines() if "lost" in line] == []
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_matrix_is_about_the_faults_that_there_are() -> None:
    assert set(matrix.read(MATRIX)) <= {fault.id for fault in faults()}


def test_the_score_in_the_readme_is_that_of_the_matrix() -> None:
    visible = {fault.id for fault in faults() if not fault.hidden}
    caught = {fault for fault, cases in matrix.read(MATRIX).items() if cases} & visible
    told = re.search(r"([0-9,]+) of ([0-9,]+) visible faults", (ROOT / "README.md").read_text("utf-8"))
    assert told is not None
    assert [int(number.replace(",", "")) for number in told.groups()] == [len(caught), len(visible)]


def test_the_quick_cases_catch_as_much_as_they_say() -> None:
    file = msgspec.json.decode((files("conformance.cases") / "quick.json").read_bytes(), type=QuickFile)
    visible = {fault.id for fault in faults() if not fault.hidden}
    by_all = {fault: cases for fault, cases in matrix.read(MATRIX).items() if fault in visible and cases}
    by_quick = [fault for fault, cases in by_all.items() if cases & {*quick_cases()}]
    assert len(by_quick) >= file.faults > len(by_all) * 0.9


def test_every_visible_fault_of_the_dids_is_caught() -> None:
    caught = matrix.read(MATRIX)
    asked = [fault for fault in faults() if re.search(r"/(common|add_did|update_did|copy_did)/|^by-hand/", fault.id)]
    assert len(asked) > 1600
    assert [fault.id for fault in asked if not fault.hidden and not caught.get(fault.id)] == []


def test_every_visible_fault_of_the_numbers_not_to_call_is_caught() -> None:
    caught = matrix.read(MATRIX)
    asked = [fault for fault in faults() if re.search(r"/(add|delete)_dnc_phone/|^rows/[a-z_]*dnc", fault.id)]
    assert len(asked) > 150
    assert [fault.id for fault in asked if not fault.hidden and not caught.get(fault.id)] == []
    assert [fault.id for fault in asked if fault.hidden and caught.get(fault.id)] == []
