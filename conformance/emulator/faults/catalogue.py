"""All faults, in an order that stays."""

from __future__ import annotations

from collections import Counter
from functools import cache

from conformance.contract.load import load_contract
from conformance.emulator.faults import (
    by_hand_access,
    by_hand_batches,
    by_hand_reading,
    by_hand_replies,
    by_hand_store,
    by_hand_wire,
    generated_builds,
    generated_checks,
    generated_limits,
    generated_order,
    generated_permissions,
    generated_replies,
    generated_rows,
    generated_sanitising,
    generated_values,
    subtle_batches,
    subtle_memory,
    subtle_requests,
    subtle_values,
)
from conformance.emulator.faults.model import Fault

GENERATED = (
    generated_limits.faults,
    generated_values.faults,
    generated_checks.faults,
    generated_order.faults,
    generated_replies.faults,
    generated_sanitising.faults,
    generated_values.defaults,
    generated_permissions.faults,
    generated_builds.faults,
    generated_rows.faults,
)
"""What makes faults from the contract."""

BY_HAND = (by_hand_store, by_hand_batches, by_hand_reading, by_hand_access, by_hand_replies, by_hand_wire)
"""The modules that hold faults which somebody wrote down."""

SUBTLE = (subtle_values, subtle_requests, subtle_batches, subtle_memory)
"""The modules that hold faults which no case that is written out can see."""


@cache
def faults() -> tuple[Fault, ...]:
    """Every fault, made once. Raises ValueError if two of them have one id."""
    contract = load_contract()
    generated = (fault for make in GENERATED for fault in make(contract))
    made = (*generated, *(fault for module in BY_HAND for fault in module.FAULTS))
    twice = sorted(id for id, count in Counter(fault.id for fault in made).items() if count > 1)
    if twice:
        raise ValueError(f"two faults have the id {', '.join(twice)}")
    return made


def subtle() -> tuple[Fault, ...]:
    """Twenty faults that no written-out case can see, to measure the fuzzer with, in an order that stays.

    Each is a bug that somebody could write, and shows in about one of some hundred generated requests.
    """
    return tuple(fault for module in SUBTLE for fault in module.FAULTS)
