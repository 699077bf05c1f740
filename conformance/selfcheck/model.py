"""What one server came to under the suite: which cases failed, and where."""

from __future__ import annotations

import msgspec

from conformance.cases.model import Case, Purpose
from conformance.contract.reply import Aspect
from conformance.selfcheck.run import Verdicts
from conformance.selfcheck.target import PREFLIGHT
from conformance.verdict.model import Error, Expect, Fail, NotTested

HONEST = "honest"
"""The server without a fault."""


class Kill(msgspec.Struct, frozen=True):
    """A case that failed: what the reply was sent for that gave it away, and in which aspects it did.

    `purpose` is that of a step: setup, act or effect.
    """

    case: str
    purpose: str
    aspects: tuple[str, ...]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One server under the whole suite.

    `accepted` are the cases that got another reply than from the fault-free server, and did not fail. `errors` are
    those that ended without a verdict on the server, the first with its `reason`. `seconds` is what it took. With
    `expect` shipped, what the server answers is as documented, and only who wants the shipped form sees the fault.
    """

    fault: str
    kills: tuple[Kill, ...] = ()
    accepted: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    expect: Expect = Expect.EITHER

    @property
    def killed_by(self) -> frozenset[str]:
        """The cases that fail on this server."""
        return frozenset(kill.case for kill in self.kills)


def kill(case: Case, verdict: Fail) -> Kill:
    """What a failed case has shown: the aspects that nothing explains, of the first reply that has any."""
    unexplained = [difference for difference in verdict.differences if difference.deviation is None]
    aspects = dict.fromkeys(difference.aspect for difference in unexplained)
    return Kill(case.id, case.steps[unexplained[0].step - 1].purpose.value, tuple(aspects))


def _refused(verdicts: Verdicts, usual: Verdicts) -> tuple[Kill, ...]:
    """Whether a run tells that it cannot test here what it tests elsewhere: rows of a kind that cannot be removed."""
    tested = {case.id for case, verdict in usual.cases if not isinstance(verdict, NotTested)}
    refused = any(case.id in tested for case, verdict in verdicts.cases if isinstance(verdict, NotTested))
    return (Kill(PREFLIGHT, Purpose.SETUP.value, (Aspect.STATUS.value,)),) if refused else ()


def trial_of(fault: str, verdicts: Verdicts, usual: Verdicts, seconds: float) -> Trial:
    """What a server came to, beside the fault-free server's `usual` replies."""
    if verdicts.refused is not None:
        first = (Kill(PREFLIGHT, Purpose.SETUP.value, (Aspect.STATUS.value,)),)
        return Trial(fault=fault, kills=first, reason=verdicts.refused, seconds=seconds)
    kills = (*_refused(verdicts, usual), *(kill(case, v) for case, v in verdicts.cases if isinstance(v, Fail)))
    failed = {kill.case for kill in kills}
    errors = [(case.id, verdict.reason) for case, verdict in verdicts.cases if isinstance(verdict, Error)]
    return Trial(
        fault=fault,
        kills=kills,
        accepted=tuple(id for id, got in verdicts.seen.items() if id not in failed and got != usual.seen.get(id)),
        errors=tuple(id for id, _ in errors),
        reason=errors[0][1] if errors else "",
        seconds=seconds,
    )
