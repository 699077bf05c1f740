"""Cases, one case and deviations as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance.cases.expand import request, world
from conformance.cases.model import Case
from conformance.cases.sample import predicted_text, sample
from conformance.contract.contract import Contract
from conformance.contract.deviation import Deviation, Severity
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.world import World
from conformance.report.terminal import SEVERITIES
from conformance.report.text import visible


def case_row(case: Case) -> dict[str, object]:
    """One case as `list --json` has it."""
    return {
        "id": case.id,
        "title": case.title,
        "level": case.level.value,
        "clause": case.clause,
        "needs": sorted(need.value for need in case.needs),
        "requests": len(case.steps),
        "depends": list(case.depends),
    }


def cases_json(cases: Iterable[Case]) -> str:
    """All cases as JSON, one a line."""
    return "[\n" + ",\n".join(msgspec.json.encode(case_row(case)).decode() for case in cases) + "\n]"


def cases_table(cases: Iterable[Case]) -> RenderableType:
    """All cases as a table for a terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("id", "level", "needs", "clause"):
        table.add_column(name, overflow="fold", no_wrap=name == "level")
    for case in cases:
        table.add_row(Text(case.id), case.level.value, _needs(case), Text(case.clause, style="dim"))
    return table


def cases_lines(cases: Iterable[Case]) -> Iterator[str]:
    """The same as lines for another program, the columns separated by tabs."""
    for case in cases:
        yield "\t".join((case.id, case.level.value, _needs(case), case.clause))


def _needs(case: Case) -> str:
    return ", ".join(sorted(need.value for need in case.needs))


def case_page(case: Case, contract: Contract) -> RenderableType:
    """One case: what it sends, and what documentation and servers of the newest build answer."""
    head = Text.assemble((case.id, "bold"), f"\n{case.title}\n")
    facts = f"level {case.level.value}, {case.clause}"
    return Group(head, Text(f"{facts}\nneeds {_needs(case) or 'nothing'}", style="dim"), *_steps(case, contract))


def _steps(case: Case, contract: Contract) -> Iterator[RenderableType]:
    state = world(contract, sample(), ServerSettings())
    for number, step in enumerate(case.steps, 1):
        sent = request(step, sample(), 0)
        yield Text.assemble("\n", (f"{number}. {step.purpose.value}", "bold"), f"  {sent.method} {_parameters(sent)}")
        for dialect in Dialect:
            yield Text(f"   {dialect.value:<11}{_answer(contract, state, sent, dialect)}", style="cyan")
        end = predict(contract, state, sent, Dialect.SHIPPED)
        state = state.after(end.changes)


def _parameters(sent: Request) -> str:
    return visible("&".join(part for part in (sent.query, sent.form) if part), 500)


def _answer(contract: Contract, state: World, sent: Request, dialect: Dialect) -> str:
    return visible(predicted_text(contract, predict(contract, state, sent, dialect), dialect), 500)


def deviations_json(deviations: Iterable[Deviation]) -> str:
    """The listed deviations as JSON."""
    return msgspec.json.format(msgspec.json.encode(list(deviations)), indent=1).decode()


def deviations_list(deviations: Iterable[Deviation]) -> RenderableType:
    """The listed deviations, the most harmful first, with what each does to a client."""
    order = list(Severity)
    return Group(*map(_deviation, sorted(deviations, key=lambda d: (-order.index(d.severity), d.id))))


def _deviation(d: Deviation) -> RenderableType:
    severity = (d.severity.value, SEVERITIES[d.severity.value])
    form = "  form" if d.form else ""
    head = Text.assemble((d.id, "bold"), "  ", severity, form, (f"  builds: {_builds(d)}", "dim"))
    return Group(head, Padding(Text(f"{d.title}. {d.effect}"), (0, 0, 1, 2), expand=False))


def _builds(deviation: Deviation) -> str:
    since = "" if deviation.since == "2.14-0" else f"from {deviation.since}"
    until = f"before {deviation.until}" if deviation.until else ""
    only = f"only with {deviation.only_with}" if deviation.only else ""
    return " ".join(part for part in (since, until, only) if part) or "all"
