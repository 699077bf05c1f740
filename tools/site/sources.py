"""All pages of the site, by their place."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case
from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from tools.site import case_pages, clause_pages, deviation_pages, paths
from tools.site.replies import Sent, sent


def data_pages() -> Mapping[str, str]:
    """A page for every case, clause and deviation, and the lists that lead to them."""
    contract = load_contract()
    cases = catalogue(contract)
    requests = {case.id: sent(case, contract, number) for number, case in enumerate(cases)}
    return {
        **_cases(cases, requests, contract),
        **_clauses(cases, contract),
        **_deviations(cases, requests, contract),
    }


def _cases(cases: tuple[Case, ...], requests: Mapping[str, tuple[Sent, ...]], contract: Contract) -> dict[str, str]:
    pages = {paths.CASES: case_pages.index_page(cases, contract)}
    for name, own in case_pages.by_function(cases).items():
        pages[paths.function(name)] = case_pages.function_page(name, own)
    return pages | {paths.case(case.id): case_pages.case_page(case, requests[case.id], contract) for case in cases}


def _clauses(cases: tuple[Case, ...], contract: Contract) -> dict[str, str]:
    names = clause_pages.clauses(contract, cases)
    pages = {paths.CLAUSES: clause_pages.index_page(names, cases)}
    return pages | {paths.clause(name): clause_pages.clause_page(name, contract, cases) for name in names}


def _deviations(
    cases: tuple[Case, ...], requests: Mapping[str, tuple[Sent, ...]], contract: Contract
) -> dict[str, str]:
    showing: dict[str, list[Case]] = {id: [] for id in contract.deviations}
    for case in cases:
        for id in frozenset[str]().union(*(one.deviations for one in requests[case.id])):
            showing[id].append(case)
    pages = {paths.DEVIATIONS: deviation_pages.index_page(contract)}
    return pages | {
        paths.deviation(id): deviation_pages.deviation_page(deviation, showing[id])
        for id, deviation in contract.deviations.items()
    }
