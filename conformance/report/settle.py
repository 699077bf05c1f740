"""What only all cases together tell: in which form the server prints, and whether it mixes two. Pure.

A case cannot tell whether its form is that of the whole server, so it passes at first. Where the server mixes two
forms, there is none to speak of, and the cases with the shipped one deviate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.contract.deviation import Deviation, Severity
from conformance.report.form import Form, FormSeen
from conformance.report.model import CaseResult, DeviationSeen
from conformance.verdict.model import Deviates, conforming, every_difference

Replies = Mapping[str, AbstractSet[tuple[str, int]]]
"""The replies that show something, each by its case and step, by the deviation that it is about."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The results of a run once all are in, and the form in which its server prints; None if no reply tells."""

    results: tuple[CaseResult, ...]
    form: Form | None


def settled(results: Iterable[CaseResult], contract: Contract, beside: Iterable[CaseResult] = ()) -> Settled:
    """The results with what all of them tell together; those `beside` them only help to tell."""
    given = tuple(results)
    every = (*given, *beside)
    shipped = _replies((id, (case.id, step)) for case in every for step, id in _as_shipped(case, contract.forms))
    documented = _replies((one.deviation, (case.id, one.step)) for case in every for one in case.as_documented)
    mixed = shipped.keys() & documented.keys()
    results = tuple(_deviating(case, mixed, contract.forms) for case in given)
    return Settled(results, _form(shipped, documented, contract.deviations))


def _as_shipped(case: CaseResult, forms: frozenset[str]) -> Iterable[tuple[int, str]]:
    return ((d.step, str(d.deviation)) for d in every_difference(case.verdict) if d.deviation in forms)


def _replies(told: Iterable[tuple[str, tuple[str, int]]]) -> Replies:
    found: dict[str, set[tuple[str, int]]] = {}
    for id, reply in told:
        found.setdefault(id, set()).add(reply)
    return found


def _deviating(case: CaseResult, mixed: AbstractSet[str], forms: frozenset[str]) -> CaseResult:
    """A case that shows the shipped form of what its server prints in two forms."""
    differences = every_difference(case.verdict)
    shown = mixed & {d.deviation for d in differences if d.deviation is not None}
    if not shown:
        return case
    ids = case.verdict.ids if isinstance(case.verdict, Deviates) else ()
    return replace(case, verdict=conforming({*ids, *shown}, differences, forms - mixed))


def _form(shipped: Replies, documented: Replies, listed: Mapping[str, Deviation]) -> Form | None:
    seen = tuple(
        FormSeen(
            id=id,
            title=listed[id].title,
            severity=listed[id].severity.value,
            effect=listed[id].effect,
            clause=listed[id].clause,
            shipped=len(shipped.get(id, ())),
            documented=len(documented.get(id, ())),
        )
        for id in sorted(shipped.keys() | documented.keys())
    )
    both = (len(set().union(*replies.values())) for replies in (shipped, documented))
    return Form(shipped=next(both), documented=next(both), seen=seen) if seen else None


def deviations_seen(results: Iterable[CaseResult], contract: Contract) -> tuple[DeviationSeen, ...]:
    """The listed deviations that cases showed, the dangerous ones first."""
    counts = Counter(id for result in results if isinstance(result.verdict, Deviates) for id in result.verdict.ids)
    listed = contract.deviations
    order = list(Severity)
    found = sorted((listed[id] for id in counts), key=lambda d: (-order.index(d.severity), d.id))
    return tuple(
        DeviationSeen(
            id=d.id, title=d.title, severity=d.severity.value, effect=d.effect, clause=d.clause, cases=counts[d.id]
        )
        for d in found
    )
