"""All cases, in an order that stays: a case's index is its number, which its DIDs carry."""

from __future__ import annotations

from collections import Counter

from conformance.cases import (
    access,
    actions,
    batches,
    boundaries,
    encodings,
    examples,
    life,
    lifecycle,
    lockout,
    ordering,
    permissions,
    tables,
    transport,
    values,
)
from conformance.cases.model import Case
from conformance.contract.contract import Contract

ATTACKS = (
    lifecycle,
    life,
    examples,
    access,
    permissions,
    boundaries,
    values,
    encodings,
    batches,
    transport,
    ordering,
    lockout,
    actions,
    tables,
)
"""The modules that make cases, the plainest first."""

MOST = 10_000
"""How many cases can be numbered: a DID has four digits for it."""


_made: dict[int, tuple[Contract, tuple[Case, ...]]] = {}
"""By the identity of a contract, which has no hash; it is kept so that no other can take its identity."""


def catalogue(contract: Contract) -> tuple[Case, ...]:
    """Every case for this contract, made once; a case's index is its number.

    Raises ValueError if two cases have one id, or if there are more than can be numbered.
    """
    known = _made.get(id(contract))
    if known is None:
        known = _made[id(contract)] = (contract, _make(contract))
    return known[1]


def _make(contract: Contract) -> tuple[Case, ...]:
    cases = tuple(case for attack in ATTACKS for case in attack.cases(contract))
    twice = sorted(id for id, count in Counter(case.id for case in cases).items() if count > 1)
    if twice:
        raise ValueError(f"two cases have the id {', '.join(twice)}")
    if len(cases) > MOST:
        raise ValueError(f"{len(cases)} cases cannot be numbered with four digits")
    return cases
