"""A case that has run, and what that says of those that depend on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from conformance.cases.model import Case, Purpose
from conformance.contract.settings import ServerSettings
from conformance.exchange import Exchange
from conformance.verdict.model import Difference, Fail, NotTested, Printed, Verdict, VerdictKind, kind


@dataclass(frozen=True, slots=True)
class Finished:
    """A case that has run: its verdict, what was exchanged, and what cleaning up after it took.

    `further` are the further tries of a case that failed, `repeated` whether all of them failed in the same way.
    `as_documented` are the replies that have the documented form where servers have another.
    """

    case: Case
    verdict: Verdict
    exchanges: tuple[Exchange, ...] = ()
    cleanup: tuple[Exchange, ...] = ()
    repeated: bool | None = None
    further: tuple[Finished, ...] = ()
    as_documented: tuple[Printed, ...] = ()


Check = Callable[[Case, Sequence[Exchange]], Difference | None]
"""What a generated input is to show besides replies that are as predicted; asked once all of them are."""


def predicted(case: Case, exchanges: Sequence[Exchange]) -> None:
    """The check of inputs of which nothing more is asked."""
    del case, exchanges


def stops(finished: Finished) -> bool:
    """Whether what became of a case makes those worthless that depend on it.

    One that did what it was for, and failed only when its effect was asked for, does not.
    """
    if not isinstance(finished.verdict, Fail):
        return kind(finished.verdict) in (VerdictKind.ERROR, VerdictKind.BLOCKED)
    wrong = next(d for d in finished.verdict.differences if d.deviation is None)
    return finished.case.steps[wrong.step - 1].purpose is not Purpose.EFFECT


def not_known(case: Case, possible: Iterable[ServerSettings]) -> NotTested | None:
    """Why nobody knows what a server answers to a case, if its build may be too old."""
    if case.since is None or all(settings.build >= case.since for settings in possible):
        return None
    return NotTested(missing=f"build {case.since}", setting="a newer build: what this one answers is not known")
