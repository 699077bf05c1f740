"""What a run is to do, decided before anything is sent: it is made once, and whatever the run has to know is in it."""

from __future__ import annotations

import secrets
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from conformance.cases.expand import Ground
from conformance.cases.model import Level, Role
from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.defaults import FUZZ_REQUESTS, SETTLING
from conformance.run.redact import Redactor
from conformance.run.settings import Target
from conformance.verdict.model import Expect

RUN_DIGITS = 6

QUESTIONS = 20
"""Requests of fuzzing besides its searches: preflight, what tells the server's settings apart, and the end."""

USEFUL = 30
"""Requests of the smallest share of a budget that is of use to a search: two or three inputs."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to fuzz: so many requests at most, or so many seconds. `seed` decides everything that is drawn."""

    requests: int | None = FUZZ_REQUESTS
    seconds: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run: against what, how far, how fast. Times are in seconds, `rate` in requests per second.

    `only` are globs of the cases and searches to run, all without any; with an `effort` searches are run too. `is_own`
    says that the target is an emulator of this process. `try_again` is whether a case that fails is sent again, to see
    whether it fails in the same way. `settling` is for how long the server may go on working on a request that it has
    not answered. `contract` is what its cases and predictions come from.
    """

    target: Target
    level: Level
    expect: Expect
    concurrency: int
    timeout: float
    verify: bool | Path | ssl.SSLContext
    folder: Path
    run: str
    rate: float | None = None
    login_failures: int = 0
    mask_users: bool = False
    try_again: bool = True
    settling: float = SETTLING
    only: tuple[str, ...] = ()
    effort: Effort | None = None
    is_own: bool = False
    contract: Contract = field(default_factory=load_contract, repr=False, compare=False)

    @property
    def ground(self) -> Ground:
        """The target as cases see it."""
        return Ground(self.target.logins, self.target.entities, self.run)

    @property
    def user(self) -> str:
        """The user that files of the run name; empty if there is none, or user names are to be masked."""
        admin = self.target.logins.get(Role.ADMIN)
        return admin.user if admin is not None and not self.mask_users else ""

    @property
    def redactor(self) -> Redactor:
        """What takes the passwords, and user names if they are to be masked, out of text."""
        logins = self.target.logins.values()
        users = [login.user for login in logins] if self.mask_users else ()
        return Redactor((login.password for login in logins), users)


def new_run() -> str:
    """The digits that make a run's DIDs its own."""
    return f"{secrets.randbelow(10**RUN_DIGITS):0{RUN_DIGITS}d}"
