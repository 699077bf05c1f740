"""A forecast as Markdown: a section for each family, and an example of each change."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.settings import Dialect
from conformance.report.jinja import code, fenced
from conformance.upgrade.effect import WORDS
from conformance.upgrade.family import Family, answer, families
from conformance.upgrade.model import AS_DOCUMENTED, BuildChange, PredictedChange, UpgradeForecast


def markdown(forecast: UpgradeForecast) -> str:
    """All of it, with the example of every change."""
    title = f"# {'Downgrade' if forecast.downgrade else 'Upgrade'} from {forecast.old} to {forecast.new}"
    lines = [title, "", answer(forecast)]
    for family in families(forecast.changes):
        lines += ["", *_family(family)]
    begun = [change for change in forecast.turns if change.deviation or not change.shown]
    if begun:
        lines += [
            "",
            "## Begins and ends",
            "",
            "| build | what | effect on a client | a case shows it |",
            "|---|---|---|---|",
        ]
        lines += map(_build_change, begun)
    return "\n".join(lines) + "\n"


def _family(family: Family) -> Iterator[str]:
    head = family.head
    yield f"## {WORDS[head.effect].heading}: {head.origin.cause.value}, {head.origin.build}"
    yield from ("", head.meaning)
    for change in family.changes:
        yield from ("", *_change(change))


def _change(change: PredictedChange) -> Iterator[str]:
    origin, example = change.origin, change.example
    field = f"{code(origin.field)} of " if origin.field else ""
    only = f", only {change.only}" if change.only else ""
    yield f"- {field}{code(origin.function)}{only}: {change.cases} cases, such as {code(example.case)}"
    yield ""
    dialect = Dialect.DOCUMENTED if change.only == AS_DOCUMENTED else Dialect.SHIPPED
    replies = example.replies[dialect]
    lines = [example.curl, *_side("before", replies.before, example.stored.before)]
    yield fenced("\n".join((*lines, *_side("after", replies.after, example.stored.after))), limit=4_000)


def _side(name: str, reply: str, stored: str) -> Iterator[str]:
    yield f"{name:<8}{reply}"
    if stored:
        yield f"        leaves {stored}"


def _build_change(change: BuildChange) -> str:
    effect = change.deviation.effect if change.deviation else ""
    return f"| {change.origin.build} | {change.told} | {effect} | {'yes' if change.shown else 'no'} |"
