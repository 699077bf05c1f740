"""What a whole self-check came to: every fault with what it came to, and the fault-free servers beside them."""

from __future__ import annotations

import msgspec

from conformance.emulator.faults.model import Fault
from conformance.selfcheck.model import Trial
from conformance.verdict.model import Expect

SHOWN = 3
"""How many cases a reason names."""


class FaultRow(msgspec.Struct, frozen=True, kw_only=True):
    """One fault and what it came to. `hidden` says why the API cannot show it; then it does not count."""

    id: str
    title: str
    kind: str
    hidden: str | None
    trial: Trial = msgspec.field(name="attempt")

    @property
    def killed(self) -> bool:
        """Whether a case fails."""
        return bool(self.trial.kills)

    @property
    def killed_by_default(self) -> bool:
        """Whether a case fails that expects either form."""
        return self.killed and self.trial.expect is Expect.EITHER

    @property
    def survives(self) -> bool:
        """Whether the API could show it and no case does."""
        return self.hidden is None and not self.killed

    @property
    def reason(self) -> str:
        """Why no case fails."""
        trial = self.trial
        if trial.errors:
            return f"{_named(trial.errors)} end in an error: {trial.reason}"
        if trial.accepted:
            return f"{_named(trial.accepted)} get another reply, and a prediction explains it"
        return "every reply is the fault-free server's: no case provokes it"


def fault_row(fault: Fault, trial: Trial) -> FaultRow:
    """What is kept of a fault."""
    return FaultRow(id=fault.id, title=fault.title, kind=fault.kind.value, hidden=fault.hidden, trial=trial)


def _named(cases: tuple[str, ...]) -> str:
    more = f" and {len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
    return ", ".join(cases[:SHOWN]) + more


class FaultFree(msgspec.Struct, frozen=True, kw_only=True):
    """The fault-free server of one configuration; no case must fail there, nor end in an error."""

    server: str
    trial: Trial = msgspec.field(name="attempt")

    @property
    def holds(self) -> bool:
        """Whether the suite has nothing to say against it."""
        return not self.trial.kills and not self.trial.errors


class OverHttp(msgspec.Struct, frozen=True, kw_only=True):
    """One fault whose server was also asked over a socket: the cases that only fail there, and those that only here."""

    fault: str
    only_there: tuple[str, ...] = ()
    only_here: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether it makes no difference."""
        return not self.only_there and not self.only_here


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The self-check. `cases` are those that were run, in their order; `seconds` is wall time."""

    level: str
    cases: tuple[str, ...]
    rows: tuple[FaultRow, ...]
    fault_free: tuple[FaultFree, ...]
    over_http: tuple[OverHttp, ...] = ()
    seconds: float = 0.0

    @property
    def visible(self) -> tuple[FaultRow, ...]:
        """The faults that the API can show."""
        return tuple(row for row in self.rows if row.hidden is None)

    @property
    def hidden(self) -> tuple[FaultRow, ...]:
        """The faults that it cannot."""
        return tuple(row for row in self.rows if row.hidden is not None)

    @property
    def survivors(self) -> tuple[FaultRow, ...]:
        """The faults that the API can show and no case does."""
        return tuple(row for row in self.rows if row.survives)

    @property
    def exit_code(self) -> int:
        """0 when every visible fault is caught, no fault-free server is failed, and a socket makes no difference."""
        sound = all(server.holds for server in self.fault_free) and all(check.same for check in self.over_http)
        return 0 if sound and not self.survivors else 1


def percent(part: int, whole: int) -> str:
    """A share in percent, rounded down to a tenth: 100 only if nothing is missing."""
    return "100" if part == whole else f"{part * 1000 // whole / 10:.1f}"
