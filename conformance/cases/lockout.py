"""The lock after ten failed logins (observed.md section 9): on a user named for it, at level full, last of all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.cases.make import case
from conformance.cases.model import Case, Level, Param, Role
from conformance.cases.steps import sent_by, setup, update
from conformance.contract.contract import Contract
from conformance.contract.world import LOCK_AFTER

WRONG = Param("pass", "nosuchpassword")
EMPTY = Param("pass", "")


def cases(contract: Contract) -> Iterator[Case]:
    """Two failed logins that a good one makes up for, ten more, and from then on LOCK, with the right password too.

    Whether an empty password counts as a failure is not what decides: a good login comes after it.
    """
    del contract
    asked = sent_by(Role.LOCKABLE, update("<did>"))
    wrong, empty = (replace(asked, params=(*asked.params, password)) for password in (WRONG, EMPTY))
    steps = (setup(asked), wrong, empty, asked, *(wrong,) * LOCK_AFTER, wrong, asked)
    title = "Ten failed logins in a row lock a user for 15 minutes, with the right password too"
    locked = case("common/login/lock-out", title, "observed.md#9", *steps, level=Level.FULL)
    yield replace(locked, exclusive=True)
