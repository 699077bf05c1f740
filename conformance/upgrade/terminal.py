"""A forecast as a terminal shows it: the most dangerous first, one example for each family of changes."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.contract.deviation import Deviation, Severity
from conformance.contract.settings import Dialect
from conformance.report.terminal import SEVERITIES, indented
from conformance.upgrade.effect import WORDS, ClientEffect
from conformance.upgrade.family import Family, answer, families
from conformance.upgrade.model import BuildChange, PredictedChange, UpgradeForecast

STYLES = {
    ClientEffect.FAILS: "bold red",
    ClientEffect.STORED: "bold red",
    ClientEffect.WORKS: "yellow",
    ClientEffect.REPLY: "cyan",
    ClientEffect.FORM: "dim",
    ClientEffect.UNKNOWN: "dim",
}


def page(forecast: UpgradeForecast) -> RenderableType:
    """All of it. Print it with `crop=False`, or the curl lines are cut at the edge of the terminal."""
    return Group(
        *(part for family in families(forecast.shipped) for part in _family(family)),
        *_deviations(forecast),
        *_notes(forecast),
        Text(f"\n{answer(forecast)}", style="bold"),
    )


def _family(family: Family) -> Iterator[RenderableType]:
    head = family.head
    cause = f"{head.origin.cause}, {head.origin.build}"
    cases = f"{family.cases} case{'s' * (family.cases != 1)}"
    yield Text.assemble(
        "\n", (WORDS[head.effect].many, STYLES[head.effect]), "  ", (cause, "bold"), (f"  {cases}", "dim")
    )
    yield from (indented(Text(member)) for member in family.members)
    yield indented(Text(head.meaning))
    yield from _example(head)


def _example(change: PredictedChange) -> Iterator[RenderableType]:
    example = change.example
    yield indented(Text(f"for example {example.case}, request {example.request}:", style="dim"))
    replies, stored = example.replies[Dialect.SHIPPED], example.stored
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, reply, left in (("before", replies.before, stored.before), ("after", replies.after, stored.after)):
        table.add_row(name, Text(reply))
        if left:
            table.add_row("", Text(f"leaves {left}"))
    yield indented(table)
    yield Text(f"  {example.curl}", no_wrap=True, overflow="ignore", style="dim")


def _deviations(forecast: UpgradeForecast) -> Iterator[RenderableType]:
    """The deviations that come and go, those that come before those that go."""
    for begins, heading in ((True, "Deviations from the documentation that begin"), (False, "... that end")):
        begun = [
            (change.deviation, change) for change in forecast.turns if change.deviation and change.begins is begins
        ]
        if begun:
            yield Text(f"\n{heading}", style="bold")
            order = list(Severity)
            yield from (_deviation(*one) for one in sorted(begun, key=lambda one: -order.index(one[0].severity)))


def _deviation(deviation: Deviation, change: BuildChange) -> RenderableType:
    severity = (deviation.severity.value, SEVERITIES[deviation.severity.value])
    head = Text.assemble(severity, "  ", deviation.id, (f"  {change.origin.build}", "dim"))
    return indented(Group(head, indented(Text(deviation.effect))))


def _notes(forecast: UpgradeForecast) -> Iterator[RenderableType]:
    if forecast.unshown:
        yield Text("\nChanges that no case shows", style="bold")
        yield from (indented(Text(f"{change.origin.build}  {change.told}")) for change in forecast.unshown)
    others = len(forecast.changes) - len(forecast.shipped)
    if others:
        note = f"\nAnd {others} on servers that do what is documented: --json and --markdown have them."
        yield Text(note, style="dim")
