"""Whatever Schemathesis makes of the OpenAPI documents gets the predicted reply: status words, not HTTP statuses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from conformance.cases.model import Case
from conformance.contract.contract import Contract
from conformance.fuzz.own import WRITING, names_own_rows
from conformance.fuzz.search import Search, Sending, taking


def functions(contract: Contract) -> tuple[str, ...]:
    """Those of which the contract knows every reply, and whose rows a run can remove."""
    others = (name for name, function in contract.functions.items() if names_own_rows(contract, function))
    return (*sorted(WRITING), "version", *others)


def search(run: Sending) -> Search:
    """Inputs of its coverage and fuzzing phases, of each function in turn, through the run's own guard and ledger."""

    def cases(seed: int) -> Iterator[Case]:
        from conformance.fuzz.schema import inputs  # noqa: PLC0415 - half a second that only this search needs

        contract, entities = run.contract, run.ground.entities
        each = [inputs(contract, name, seed, entities) for name in functions(contract)]
        return chain.from_iterable(zip(*each, strict=False))

    return Search("schemas", __doc__, taking(cases), weight=2)
