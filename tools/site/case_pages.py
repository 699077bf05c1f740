"""The page of a case: what is sent, what is documented, what servers answer since when, and why a client cares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from conformance.cases.model import Case
from conformance.cases.sample import PASSWORD
from conformance.contract.contract import Contract
from conformance.report.curl import curl_line
from tools.site import paths
from tools.site.replies import Sent
from tools.site.text import block, code, link, page, prose, table

URL = "https://dialer.example/vicidial/non_agent_api.php"


def case_page(case: Case, requests: Iterable[Sent], contract: Contract) -> str:
    """One case. Raises KeyError for a deviation that the contract does not list."""
    sent = tuple(requests)
    at = paths.case(case.id)
    return page(
        f"# {code(case.id)}",
        f"{prose(case.title)}.",
        _facts(case, at),
        "## What is sent, and what is answered",
        *(part for number, one in enumerate(sent, 1) for part in _request(number, one)),
        "## Why a client cares",
        _reasons(at, sent, contract),
        "## Run it",
        block(f"vicidial-conformance run URL --user USER --only '{case.id}'", "sh"),
        link(at, paths.function(case.function), f"All cases of {prose(case.function)}"),
    )


def _facts(case: Case, at: str) -> str:
    needs = ", ".join(sorted(need.value for need in case.needs))
    rows = [
        ("clause", link(at, paths.clause(case.clause), code(case.clause))),
        ("level", prose(case.level.value)),
        ("needs", prose(needs or "nothing")),
        ("replies known from build", code(str(case.since)) if case.since else "all described builds"),
        ("after", ", ".join(link(at, paths.case(id), code(id)) for id in case.depends) or "no other case"),
    ]
    return table(("this case", ""), rows)


def _request(number: int, sent: Sent) -> Iterator[str]:
    yield f"### {number}. {prose(sent.step.purpose.value)}"
    yield block(curl_line(sent.request, URL, {PASSWORD}), "sh")
    rows = [("documented", "", code(sent.documented))]
    rows += [("servers", f"from {code(str(shipped.since))}", code(shipped.text)) for shipped in sent.shipped]
    yield table(("", "build", "reply"), rows)


def _reasons(at: str, sent: tuple[Sent, ...], contract: Contract) -> str:
    ids = sorted(frozenset[str]().union(*(one.deviations for one in sent)))
    if not ids:
        return "No listed deviation shows here: a reply that is neither the documented nor the shipped one is a fail."
    found = [contract.deviations[id] for id in ids]
    rows = [
        (
            link(at, paths.deviation(deviation.id), code(deviation.id)),
            prose(deviation.severity.value + (f", only with {deviation.only_with}" if deviation.only else "")),
            prose(deviation.effect),
        )
        for deviation in found
    ]
    return table(("deviation", "severity", "what it does to a client"), rows)


def index_page(cases: Iterable[Case], contract: Contract) -> str:
    """The list of functions, with how many cases each has."""
    rows = []
    for name, own in by_function(cases).items():
        function = contract.functions.get(name)
        at = link(paths.CASES, paths.function(name), code(name))
        rows.append((at, str(len(own)), prose(function.summary if function else "Requests that name no function.")))
    return page("# Cases", "Every case, by the function that it calls.", table(("function", "cases", ""), rows))


def function_page(name: str, cases: Iterable[Case]) -> str:
    """The cases of a function, by what they are about."""
    at = paths.function(name)
    parts = [f"# Cases of {code(name)}"]
    for subject, group in groupby(sorted(cases, key=lambda case: case.subject), lambda case: case.subject):
        rows = [(link(at, paths.case(case.id), code(case.rule)), prose(case.title)) for case in group]
        parts += [f"## {prose(subject)}", table(("case", ""), rows)]
    return page(*parts)


def by_function(cases: Iterable[Case]) -> Mapping[str, list[Case]]:
    """The cases by function, in the order of the catalogue."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.function, []).append(case)
    return found
