"""The page of a deviation: what differs, since which build, what it does to a client, and who recorded it."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.cases.model import Case
from conformance.contract.contract import Contract
from conformance.contract.deviation import Deviation, Severity
from conformance.contract.settings import OLDEST_BUILD, Build
from tools.site import paths
from tools.site.recorded import recorded
from tools.site.text import code, link, page, prose, table


def deviation_page(deviation: Deviation, cases: Iterable[Case]) -> str:
    """One deviation; `cases` are those in which a server may show it."""
    at = paths.deviation(deviation.id)
    rows = [
        ("clause", link(at, paths.clause(deviation.clause), code(deviation.clause))),
        ("severity", prose(deviation.severity.value)),
        ("about", prose("how a server prints" if deviation.form else "what a server says or does")),
        ("builds", builds(deviation)),
    ]
    shown = [(link(at, paths.case(case.id), code(case.id)), prose(case.title)) for case in cases]
    return page(
        f"# {code(deviation.id)}",
        f"{prose(deviation.title)}.",
        table(("this deviation", ""), rows),
        "## What it does to a client",
        prose(deviation.effect),
        "## Recorded",
        *(recorded(name) for name in deviation.evidence),
        prose(f"Not observable: {deviation.unobservable}.") if deviation.unobservable else "",
        f"## Cases that show it ({len(shown)})",
        table(("case", ""), shown) or "None of the suite's cases is predicted to show it.",
    )


def builds(deviation: Deviation) -> str:
    """The builds it holds for, in words."""
    old = Build.parse(deviation.since) <= OLDEST_BUILD
    since = "all described builds" if old else f"from {code(deviation.since)}"
    until = f" before {code(deviation.until)}" if deviation.until else ""
    return since + until + (f", only with {prose(deviation.only_with)}" if deviation.only else "")


def index_page(contract: Contract) -> str:
    """All deviations, the most harmful first."""
    order = list(Severity)
    listed = sorted(contract.deviations.values(), key=lambda d: (-order.index(d.severity), d.id))
    rows = [
        (link(paths.DEVIATIONS, paths.deviation(d.id), code(d.id)), prose(d.severity.value), builds(d), prose(d.title))
        for d in listed
    ]
    intro = "Where servers are known to leave the documentation. Ids are permanent."
    return page("# Deviations", intro, table(("id", "severity", "builds", ""), rows))
