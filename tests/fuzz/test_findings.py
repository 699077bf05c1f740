"""The findings that are kept: each shows again to the byte on the server that it was found on, and on no right one."""

from __future__ import annotations

from statistics import median

import pytest

from conformance.emulator.faults.catalogue import subtle
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.fuzz.model import Now
from tests.fuzz.findings import FOLDER, kept, path_of, repeated

HONEST = Fault("subtle/none", "A server without a fault", FaultKind.SUBTLE)


@pytest.mark.parametrize("fault", subtle(), ids=lambda fault: fault.id)
def test_a_kept_finding_shows_again_to_the_byte(fault: Fault) -> None:
    again = repeated(fault, kept(fault))
    assert (again.now, again.to_the_byte, again.exit_code) == (Now.STILL_THERE, True, 1)


@pytest.mark.parametrize("fault", subtle(), ids=lambda fault: fault.id)
def test_a_kept_finding_is_fixed_on_a_server_without_the_fault(fault: Fault) -> None:
    assert repeated(HONEST, kept(fault)).now is Now.FIXED


def test_kept_findings_are_small() -> None:
    sizes = sorted(len(kept(fault).steps) for fault in subtle())
    assert (median(sizes), sizes[-2] <= 6, sizes[-1] <= 13) == (2, True, True)


def test_every_file_is_the_finding_of_a_fault() -> None:
    assert set(FOLDER.iterdir()) == {path_of(fault) for fault in subtle()}
