"""Twenty faults that no written-out case can see, to measure the fuzzer with.

Each is a bug that somebody could write, and shows in about one of some hundred generated requests.
"""

from __future__ import annotations

from conformance.emulator.faults.model import Fault
from conformance.emulator.faults.subtle_batches import batches
from conformance.emulator.faults.subtle_memory import memories
from conformance.emulator.faults.subtle_requests import several, spellings
from conformance.emulator.faults.subtle_values import values


def subtle() -> tuple[Fault, ...]:
    """The twenty, in an order that stays: values, spellings, several fields, batches, memories."""
    return (*values(), *spellings(), *several(), *batches(), *memories())
