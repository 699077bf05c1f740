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
    generated_defaults,
    generated_limits,
    generated_order,
    generated_permissions,
    generated_replies,
    generated_sanitising,
    generated_values,
)
from conformance.emulator.faults.model import Fault

GENERATED = (
    generated_limits,
    generated_values,
    generated_checks,
    generated_order,
    generated_replies,
    generated_sanitising,
    generated_defaults,
    generated_permissions,
    generated_builds,
)
"""The modules that make faults from the contract."""

BY_HAND = (by_hand_store, by_hand_batches, by_hand_reading, by_hand_access, by_hand_replies, by_hand_wire)
"""The modules that hold faults which somebody wrote down."""


@cache
def faults() -> tuple[Fault, ...]:
    """Every fault, made once. Raises ValueError if two of them have one id."""
    contract = load_contract()
    generated = (fault for module in GENERATED for fault in module.faults(contract))
    made = (*generated, *(fault for module in BY_HAND for fault in module.FAULTS))
    twice = sorted(id for id, count in Counter(fault.id for fault in made).items() if count > 1)
    if twice:
        raise ValueError(f"two faults have the id {', '.join(twice)}")
    return made
